from typing import Any
from uuid import uuid4

import pytest

from shared_schemas.messages.exercise import ADDENDUM_EXAMPLE as ADDENDUM
from tests.support.offices import Office, open_office
from tests.support.services import Service


@pytest.fixture
async def east(local: Service) -> Office:
    """A partnership linked to a Panel."""
    return await open_office(local, linked=True)


async def reviewed(east: Office) -> str:
    path = await east.notified()
    await east.start_review(path)
    assert (await east.complete_review(path)).status_code == 200
    return path


async def test_what_is_new_stands_beside_a_review_that_does_not_change(east: Office) -> None:
    path = await reviewed(east)
    before = (await east.office.get(f"{path}/rapid-review")).json()
    key = {"Idempotency-Key": str(uuid4())}
    first, again = [
        await east.office.post(f"{path}/rapid-review/addenda", ADDENDUM, headers=key) for _ in range(2)
    ]
    assert (first.status_code, first.json()["version"]) == (201, 1)
    assert first.content == again.content
    assert (await east.office.post(f"{path}/rapid-review/addenda", ADDENDUM)).json()["version"] == 2
    listed = (await east.office.get(f"{path}/rapid-review/addenda")).json()
    assert [one["version"] for one in listed] == [1, 2]
    assert listed[0]["content"]["what_is_new"] == ADDENDUM["what_is_new"]
    assert (await east.office.get(f"{path}/rapid-review")).json() == before
    types = [message["type"] for message in (await east.read(path))["messages"]]
    assert types[2:] == ["local.rapid_review_addendum.v1"] * 2


async def test_before_it_is_sent_its_sections_are_written_instead(east: Office) -> None:
    path = await east.notified()
    await east.start_review(path)
    refused = await east.office.post(f"{path}/rapid-review/addenda", ADDENDUM)
    assert (refused.status_code, refused.json()["code"]) == (409, "move-not-allowed")
    assert refused.json()["allowed"] == ["write_rapid_review", "complete_rapid_review"]
    assert refused.json()["rule"].startswith("Consultation on Working Together 2017")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        (
            {"decision_on_next_steps": {"decision": "Later.", "decided_on": "2999-01-01"}},
            "/decision_on_next_steps/decided_on",
        ),
        (
            {
                "partner_views": [
                    {
                        "partner": "police",
                        "organisation": "Sussex Police",
                        "signed_off": True,
                        "signed_off_by": "A. Chief",
                        "signed_off_on": "2999-01-01",
                    }
                ]
            },
            "/partner_views/0/signed_off_on",
        ),
    ],
)
async def test_a_day_in_the_future_is_refused(east: Office, changes: dict[str, Any], pointer: str) -> None:
    path = await reviewed(east)
    refused = await east.office.post(f"{path}/rapid-review/addenda", ADDENDUM | changes)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    assert refused.json()["errors"][0]["code"] == "date_in_the_future"


async def test_who_may(local: Service, east: Office) -> None:
    path = await reviewed(east)
    west = await open_office(local)
    for who, status in ((east.notifier, 403), (west.office, 404)):
        assert (await who.post(f"{path}/rapid-review/addenda", ADDENDUM)).status_code == status
    assert (await west.office.get(f"{path}/rapid-review/addenda")).status_code == 404
    assert (await east.office.get(f"{path}/rapid-review/addenda")).json() == []


async def test_reg_11_criteria_are_answered_yes_may_or_no_and_d_is_the_panels(east: Office) -> None:
    path = await east.record()
    answers = [
        {"criterion": f"reg_11_{letter}", "answer": answer, "reasons": "For these reasons."}
        for letter, answer in zip("abc", ("yes", "may", "no"), strict=True)
    ]
    written = await east.start_review(path, {"criteria": answers})
    assert (written.status_code, written.json()["sections"]["criteria"]) == (200, answers)
    body = {"sections": {"criteria": [answers[0] | {"criterion": "reg_11_d"}]}}
    refused = await east.office.patch(f"{path}/rapid-review", body, written.headers["ETag"])
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "criterion_of_the_panel")
