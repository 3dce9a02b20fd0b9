"""A later version of a notification: changed facts, told without values, by two persons again."""

from typing import Any

import pytest
from httpx import Response

from tests.support.offices import Office, child, open_office
from tests.support.services import Service

NOTIFIES = "Children Act 2004 s16C(1)"


@pytest.fixture
async def east(local: Service) -> Office:
    """A partnership linked to a Panel."""
    return await open_office(local, linked=True)


async def change(east: Office, path: str, **facts: Any) -> Response:
    headers = await east.if_match(path)
    return await east.office.patch(path, {"incident": facts}, headers["If-Match"])


async def versions(east: Office, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await east.office.get(f"{path}/notification")).json()
    return found


async def test_a_changed_fact_is_sent_as_a_correction_and_the_first_version_stays(east: Office) -> None:
    path = await east.notified()
    assert (await change(east, path, setting="hospital")).status_code == 200
    drafted = await east.draft(path)
    assert (drafted.status_code, drafted.json()["version"]) == (201, 2)
    assert (drafted.json()["reason_for_version"], drafted.json()["changed"]) == (
        "correction",
        ["/incident/setting"],
    )
    sent = await east.authorise(path)
    assert (sent.status_code, sent.json()["state"], sent.json()["version"]) == (200, "sent", 2)
    first, second = await versions(east, path)
    assert (first["reason_for_version"], first["changed"]) == (None, [])
    assert (second["reason_for_version"], second["changed"]) == ("correction", ["/incident/setting"])
    numbers = [(one["type"], one["number"]) for one in (await east.read(path))["messages"]]
    assert numbers == [("local.notification.v1", 1), ("local.notification.v1", 2)]


async def test_a_later_death_is_an_outcome_change(east: Office) -> None:
    path = await east.notified()
    died = child(outcome="died", date_of_death="2026-01-10")
    await change(east, path, children=[died], nature="child_death")
    await east.draft(path)
    sent = (await east.authorise(path)).json()
    assert sent["reason_for_version"] == "outcome_change"
    assert sent["changed"] == [
        "/incident/children/0/date_of_death",
        "/incident/children/0/outcome",
        "/incident/nature",
    ]
    assert "2026-01-10" not in str(sent)


async def test_a_birth_after_the_notification_is_told_as_a_correction(east: Office) -> None:
    unborn = {
        "index_child": True,
        "outcome": "seriously_harmed",
        "unborn": True,
        "expected_date_of_birth": "2026-02-01",
        "sex": "U",
        "la_child_id": "LA200001",
    }
    path = await east.notified(children=[unborn])
    born = {**unborn, "unborn": False, "sex": "F", "date_of_birth": "2026-01-28"}
    del born["expected_date_of_birth"]
    assert (await change(east, path, children=[born])).status_code == 200
    await east.draft(path)
    sent = (await east.authorise(path)).json()
    assert sent["reason_for_version"] == "correction"
    assert set(sent["changed"]) == {
        f"/incident/children/0/{name}"
        for name in ("unborn", "expected_date_of_birth", "date_of_birth", "sex")
    }


async def test_six_children_with_one_index_child_are_notified_together(east: Office) -> None:
    children = [
        child(index_child=number == 2, la_child_id=f"LA30000{number}", nhs_number=None) for number in range(6)
    ]
    path = await east.notified(children=children)
    shown = (await east.read(path))["incident"]["children"]
    assert [one["index_child"] for one in shown] == [False, False, True, False, False, False]
    children.append(child(index_child=False, la_child_id="LA300006", nhs_number=None))
    await change(east, path, children=children)
    await east.draft(path)
    assert (await east.authorise(path)).json()["changed"] == ["/incident/children/6"]


@pytest.mark.parametrize("many", [0, 2])
async def test_there_is_exactly_one_index_child(east: Office, many: int) -> None:
    children = [child(index_child=number < many, la_child_id=f"LA4{number}") for number in range(3)]
    incident = (await east.read(await east.record()))["incident"]
    refused = await east.office.post("/v1/cases", {"incident": {**incident, "children": children}})
    assert refused.status_code == 422
    assert "index_child" in {error["code"] for error in refused.json()["errors"]}


async def test_an_unborn_child_has_no_birth_and_a_born_one_no_expected_birth(east: Office) -> None:
    incident = (await east.read(await east.record()))["incident"]
    for facts, code in (
        ({"unborn": True}, "birth_of_unborn"),
        ({"expected_date_of_birth": "2026-02-01"}, "expected_birth_of_born"),
    ):
        refused = await east.office.post(
            "/v1/cases", {"incident": {**incident, "children": [child(**facts)]}}
        )
        assert refused.status_code == 422
        assert {error["code"] for error in refused.json()["errors"]} == {code}


async def test_without_a_changed_fact_there_is_no_later_version(east: Office) -> None:
    path = await east.notified()
    refused = await east.draft(path)
    assert (refused.status_code, refused.json()["rule"]) == (409, NOTIFIES)
    await change(east, path, setting="hospital")
    await change(east, path, setting="family_home")
    assert (await east.draft(path)).status_code == 409


async def test_facts_that_negate_the_definition_lead_to_withdrawal(east: Office) -> None:
    path = await east.notified()
    await change(east, path, abuse_or_neglect="neither_known_nor_suspected")
    refused = await east.draft(path)
    assert (refused.status_code, refused.json()["rule"]) == (409, NOTIFIES)
    assert refused.json()["allowed"][0] == "draft_withdrawal"


async def test_a_correction_needs_a_second_person_too(local: Service, east: Office) -> None:
    path = await east.notified()
    await change(east, path, setting="hospital")
    both = await local.caller("notifier", "authoriser", organisation=east.code)
    await both.post(f"{path}/notification", {"notifier": {"name": "B. Other", "role": "Notifier"}})
    refused = await both.post(f"{path}/notification/authorisation", headers=await east.if_match(path))
    assert (refused.status_code, refused.json()["code"]) == (403, "second-person-required")
