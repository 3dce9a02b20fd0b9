"""Withdrawing a notification: two persons, the Panel told, duties lifted, nothing after it."""

from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from service_kit.identity import PrincipalKind
from tests.support.offices import Office, open_office
from tests.support.services import Service

NOTIFIES = "Children Act 2004 s16C(1)"
NOT_SERIOUS = {"judgement": "not_a_serious_case", "reasons": "The injuries come from a medical condition."}
GIVEN = {"reason": "criteria_not_met", "reasons": "The injuries come from a medical condition."}


@pytest.fixture
async def east(local: Service) -> Office:
    """A partnership linked to a Panel."""
    return await open_office(local, linked=True)


async def judged_anew(east: Office) -> str:
    path = await east.notified()
    headers = await east.if_match(path)
    answer = await east.authoriser.put(f"{path}/assessment", NOT_SERIOUS, headers["If-Match"])
    assert answer.is_success, answer.text
    return path


async def draft(east: Office, path: str, **changes: Any) -> Response:
    return await east.notifier.post(
        f"{path}/withdrawal", {**GIVEN, **changes}, headers=await east.if_match(path)
    )


async def authorise(east: Office, path: str) -> Response:
    return await east.authoriser.post(f"{path}/withdrawal/authorisation", headers=await east.if_match(path))


async def withdrawn(east: Office) -> str:
    path = await judged_anew(east)
    assert (await draft(east, path)).status_code == 201
    assert (await authorise(east, path)).status_code == 200
    return path


async def test_a_second_person_authorises_and_the_panel_is_told(east: Office) -> None:
    path = await judged_anew(east)
    drafted = await draft(east, path)
    assert (drafted.status_code, drafted.json()["state"], drafted.json()["revision"]) == (201, "draft", 1)
    assert (await east.read(path))["status"] == "open"
    sent = await authorise(east, path)
    assert (sent.status_code, sent.json()["state"]) == (200, "sent")
    case = await east.read(path)
    assert (case["status"], case["stage"]) == ("withdrawn", "withdrawn")
    assert [one["type"] for one in case["messages"]] == [
        "local.notification.v1",
        "local.notification_withdrawn.v1",
    ]
    read = (await east.office.get(f"{path}/withdrawal")).json()
    assert (read["authorised_by"], read["reason"]) == (str(east.authoriser.principal_id), "criteria_not_met")


async def test_duties_not_met_are_lifted_and_those_met_stay_met(east: Office) -> None:
    path = await withdrawn(east)
    duties = {duty["code"]: duty for duty in (await east.office.get(f"{path}/duties")).json()}
    lifted = duties["rapid_review_completion"]
    assert (lifted["status"], lifted["met_on"]) == ("lifted", None)
    assert lifted["lifted_on"]
    assert "withdrew its notification" in lifted["explanation"]["sentence"]
    for duty in duties.values():
        if duty["met_on"]:
            assert duty["status"] in {"met", "met_late"}
            assert duty["lifted_on"] is None


async def test_nothing_follows_a_withdrawal(east: Office) -> None:
    path = await withdrawn(east)
    assert (await draft(east, path)).status_code == 409
    assert (await east.draft(path)).status_code == 409
    assert (await east.office.post(f"{path}/rapid-review")).status_code == 409
    reopened = await east.office.post(
        f"{path}/reopening", {"reasons": "New facts."}, headers=await east.if_match(path)
    )
    assert (reopened.status_code, reopened.json()["rule"]) == (409, NOTIFIES)
    assert len((await east.read(path))["messages"]) == 2


async def test_without_a_notification_there_is_nothing_to_withdraw(east: Office) -> None:
    path = await east.record()
    refused = await draft(east, path)
    assert (refused.status_code, refused.json()["allowed"]) == (409, ["record_not_notifiable"])
    assert refused.json()["rule"] == NOTIFIES


async def test_criteria_are_not_unmet_while_the_judgement_stands(east: Office) -> None:
    path = await east.notified()
    refused = await draft(east, path)
    assert (refused.status_code, refused.json()["rule"]) == (409, "Children Act 2004 s16B(9)")
    assert refused.json()["allowed"] == ["give_judgement", "change_facts"]
    assert (await draft(east, path, reason="notified_twice")).status_code == 201


async def test_a_fact_that_negates_the_definition_suffices(east: Office) -> None:
    path = await east.notified()
    facts = {"incident": {"abuse_or_neglect": "neither_known_nor_suspected"}}
    await east.office.patch(path, facts, (await east.if_match(path))["If-Match"])
    assert (await draft(east, path)).status_code == 201


async def test_whoever_drafted_does_not_authorise_and_no_system_does(local: Service, east: Office) -> None:
    path = await judged_anew(east)
    both = await local.caller("notifier", "authoriser", organisation=east.code)
    system = await local.caller("authoriser", organisation=east.code, kind=PrincipalKind.SYSTEM)
    await both.post(f"{path}/withdrawal", GIVEN, headers=await east.if_match(path))
    for one in (both, system):
        refused = await one.post(f"{path}/withdrawal/authorisation", headers=await east.if_match(path))
        assert (refused.status_code, refused.json()["code"]) == (403, "second-person-required")
    assert (await east.read(path))["status"] == "open"
    assert (await authorise(east, path)).status_code == 200


async def test_without_a_draft_nothing_is_authorised(east: Office) -> None:
    path = await judged_anew(east)
    refused = await authorise(east, path)
    assert (refused.status_code, refused.json()["allowed"]) == (409, ["draft_withdrawal"])
    assert (await east.office.get(f"{path}/withdrawal")).status_code == 404


async def test_who_may_and_on_what_they_have_read(local: Service, east: Office) -> None:
    path = await judged_anew(east)
    headers = await east.if_match(path)
    forbidden = await east.office.post(f"{path}/withdrawal", GIVEN, headers=headers)
    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "forbidden")
    elsewhere = await open_office(local)
    unknown = await elsewhere.notifier.post(f"{path}/withdrawal", GIVEN, headers=headers)
    assert unknown.status_code == 404
    assert (await east.notifier.post(f"{path}/withdrawal", GIVEN)).status_code == 428
    assert (await draft(east, path)).status_code == 201
    stale = await east.authoriser.post(f"{path}/withdrawal/authorisation", headers=headers)
    assert stale.status_code == 412


async def test_a_repeated_authorisation_withdraws_once(east: Office) -> None:
    path = await judged_anew(east)
    await draft(east, path)
    headers = {**await east.if_match(path), "Idempotency-Key": str(uuid4())}
    answers = [
        await east.authoriser.post(f"{path}/withdrawal/authorisation", headers=headers) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert len((await east.read(path))["messages"]) == 2
