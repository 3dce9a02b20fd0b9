from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from local_service.information_requests.schemas import AGENCY
from local_service.partner_views import EXAMPLE
from tests.support.offices import Office, open_office
from tests.support.services import Caller, Service

WANTED: dict[str, Any] = {"recipient": AGENCY, "what": "A chronology of your agency's contact."}
SERVED = {"served_on": "2025-12-23", "how": "email"}
ANSWER: dict[str, Any] = {
    "narrative": "The child was seen twice.",
    "entries": [{"on": "2025-10-02", "at": "10:30", "event": "Seen at home.", "source": "Record"}],
}
FOR_REVIEW = {"Access-Purpose": "s16F"}


@pytest.fixture
async def east(local: Service) -> Office:
    return await open_office(local)


async def make(east: Office, **changes: Any) -> str:
    path = await east.record()
    answer = await east.office.post(f"{path}/information-requests", {**WANTED, **changes})
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


async def move(who: Caller, path: str, step: str, body: Any = None, version: int | None = None) -> Response:
    current = (await who.get(path)).headers.get("ETag", '"v1"') if version is None else f'"v{version}"'
    return await who.post(f"{path}/{step}", body, headers={"If-Match": current})


async def test_it_is_due_three_working_days_before_the_rapid_review(east: Office) -> None:
    read = (await east.office.get(await make(east))).json()
    assert (read["state"], read["purpose"], read["due_on"]) == ("made", "s16F", "2025-12-24")
    assert read["overdue"] is False
    explained = read["due_explained"]
    assert (explained["rapid_review_due_on"], explained["working_days_before"]) == ("2025-12-31", 3)
    assert {entry["reason"] for entry in explained["not_counted"]} >= {"Boxing Day", "Christmas Day"}


@pytest.mark.parametrize(
    ("given", "due"),
    [({"due_on": "2026-02-03"}, "2026-02-03"), ({"working_days_before_rapid_review": 1}, "2025-12-30")],
)
async def test_whoever_asks_may_say_by_when(east: Office, given: dict[str, Any], due: str) -> None:
    assert (await east.office.get(await make(east, **given))).json()["due_on"] == due


async def test_it_is_served_answered_and_closed_and_each_step_is_kept(east: Office) -> None:
    path = await make(east)
    served = await move(east.office, path, "service", SERVED)
    assert (served.status_code, served.json()["state"], served.json()["overdue"]) == (200, "served", True)
    answered = await move(east.office, path, "answer", ANSWER)
    assert (answered.status_code, answered.json()["overdue"]) == (200, False)
    assert "seen twice" not in answered.text
    closed = await move(east.office, path, "closure")
    assert [one["move"] for one in closed.json()["moves"]] == ["serve", "answer", "close"]
    assert not any(one["allowed"] for one in closed.json()["allowed_actions"])


async def test_nothing_is_served_on_a_case_that_has_ended(east: Office) -> None:
    path = await make(east)
    case = path.split("/information-requests", 1)[0]
    given = {"reason": "criteria_not_met", "reasons": "An accident that was seen.", "views": EXAMPLE}
    ended = await east.authoriser.post(f"{case}/not-notifiable", given, headers=await east.if_match(case))
    assert ended.status_code == 200
    refused = await move(east.office, path, "service", SERVED)
    assert (refused.status_code, refused.json()["rule"]) == (409, "Children Act 2004 s16H(1)")
    assert (await east.office.get(path)).json()["state"] == "made"
    assert (await move(east.office, path, "withdrawal", {"reasons": "It has ended."})).status_code == 200


async def test_a_refusal_is_escalated_up_to_an_injunction(east: Office) -> None:
    path = await make(east)
    await move(east.office, path, "service", SERVED)
    refused = await move(east.office, path, "refusal", {"reasons": "They say it is privileged."})
    assert (refused.json()["state"], refused.json()["overdue"]) == ("refused", True)
    closing = await move(east.office, path, "closure")
    assert (closing.status_code, closing.json()["code"]) == (409, "move-not-allowed")
    assert closing.json()["rule"] == "Children Act 2004 s16H(1)"
    assert set(closing.json()["allowed"]) == {"answer", "escalate", "withdraw"}
    escalated = await move(
        east.office, path, "escalation", {"to": "injunction", "note": "To the High Court."}
    )
    assert escalated.json()["moves"][-1]["detail"] == {"to": "injunction", "note": "To the High Court."}


async def test_an_answer_is_read_for_its_purpose_alone_and_another_is_refused_and_audited(
    east: Office,
) -> None:
    path = await make(east)
    await move(east.office, path, "service", SERVED)
    await move(east.office, path, "answer", ANSWER)
    read = await east.office.get(f"{path}/answer", headers=FOR_REVIEW)
    assert read.status_code == 200
    assert read.json()[0]["narrative"] == ANSWER["narrative"]
    assert read.json()[0]["entries"][0]["at"] == "10:30:00"
    for headers in ({}, {"Access-Purpose": "performance"}):
        refused = await east.office.get(f"{path}/answer", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "purpose-not-allowed")
        assert refused.json()["rule"] == "Children Act 2004 s16H(4)"
        assert ANSWER["narrative"] not in refused.text
    auditor = await east.local.caller("auditor", organisation=east.code)
    entries = (await auditor.get("/v1/audit-entries", params={"limit": 200})).json()["items"]
    refusals = [one for one in entries if one["detail"].get("problem") == "purpose-not-allowed"]
    assert {one["purpose"] for one in refusals} == {"test", "performance"}
    assert {one["outcome"] for one in refusals} == {"refused"}
    assert {one["detail"]["path_ids"]["request_id"] for one in refusals} == {path.rsplit("/", 1)[1]}
    kept = [one for one in entries if one["action"] == "information_answer.read"]
    assert [one["purpose"] for one in kept] == ["s16F"]


async def test_an_agencys_person_answers_what_names_that_person_and_sees_no_other(
    local: Service, east: Office
) -> None:
    nurse, other = [await local.caller("agency", organisation=east.code) for _ in range(2)]
    path = await make(east, answered_by=str(nurse.principal_id))
    assert (await nurse.get(path)).status_code == 404  # not served yet
    await move(east.office, path, "service", SERVED)
    assert (await other.get(path)).status_code == 404
    assert (await other.get(path.rsplit("/", 1)[0])).status_code == 404
    assert (await other.get("/v1/information-requests")).json()["items"] == []
    assert (await move(other, path, "answer", ANSWER, 2)).status_code == 404
    assert [one["id"] for one in (await nurse.get("/v1/information-requests")).json()["items"]] == [
        path.rsplit("/", 1)[1]
    ]
    assert (await move(nurse, path, "escalation", {"to": "legal", "note": "No."})).status_code == 403
    assert (await move(nurse, path, "answer", ANSWER)).status_code == 200
    assert len((await nurse.get(f"{path}/answer", headers=FOR_REVIEW)).json()) == 1
    assert (await nurse.get(path.split("/information-requests", 1)[0])).status_code == 403


async def test_what_is_considered_against_an_agency_is_not_the_agencys_to_read(
    local: Service, east: Office
) -> None:
    nurse = await local.caller("agency", organisation=east.code)
    path = await make(east, answered_by=str(nurse.principal_id))
    await move(east.office, path, "service", SERVED)
    await move(east.office, path, "escalation", {"to": "injunction", "note": "Counsel is instructed."})
    read = await nurse.get(path)
    assert [one["move"] for one in read.json()["moves"]] == ["serve", "escalate"]
    assert "Counsel" not in read.text
    assert "Counsel" in (await east.office.get(path)).text


async def test_across_cases_it_is_found_by_state_and_lateness(east: Office) -> None:
    late = await make(east)
    await move(east.office, late, "service", SERVED)
    await make(east)
    everything = (await east.office.get("/v1/information-requests")).json()["items"]
    assert len(everything) == 2
    for params in ({"overdue": "true"}, {"state": "served"}):
        found = (await east.office.get("/v1/information-requests", params=params)).json()["items"]
        assert [one["id"] for one in found] == [late.rsplit("/", 1)[1]]
    in_time = (await east.office.get("/v1/information-requests", params={"overdue": "false"})).json()["items"]
    assert [one["state"] for one in in_time] == ["made"]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"answered_by": str(uuid4())}, "/answered_by", "person_unknown"),
        ({"period_from": "2025-12-01", "period_to": "2025-11-01"}, "/period_to", "period_reversed"),
        ({"due_on": "2026-01-01", "working_days_before_rapid_review": 2}, "", "due_twice"),
    ],
)
async def test_what_cannot_be_asked(east: Office, body: dict[str, Any], pointer: str, code: str) -> None:
    path = await east.record()
    refused = await east.office.post(f"{path}/information-requests", {**WANTED, **body})
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)


async def test_what_has_not_happened_yet_is_refused(east: Office) -> None:
    path = await make(east)
    refused = await move(east.office, path, "service", {"served_on": "2999-01-01", "how": "email"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/served_on")
    await move(east.office, path, "service", SERVED)
    entries = [{"on": "2999-01-01", "event": "It will be."}]
    refused = await move(east.office, path, "answer", {**ANSWER, "entries": entries})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/entries/0/on")


async def test_who_may_and_on_which_reading(local: Service, east: Office) -> None:
    path = await make(east)
    west = await open_office(local)
    assert (await west.office.get(path)).status_code == 404
    assert (await west.office.get(path.rsplit("/", 1)[0])).status_code == 404
    assert (await move(west.office, path, "service", SERVED, 1)).status_code == 404
    assert (await east.notifier.post(path.rsplit("/", 1)[0], WANTED)).status_code == 403
    assert (await move(east.office, path, "service", SERVED, 7)).status_code == 412
    key = {"Idempotency-Key": str(uuid4()), "If-Match": '"v1"'}
    first, again = [await east.office.post(f"{path}/service", SERVED, headers=key) for _ in range(2)]
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
