from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from local_service.information_requests.schemas import AGENCY
from tests.support.offices import Office, etag_of, open_office
from tests.support.services import Caller, Service

CONTENT: dict[str, Any] = {
    "period_from": "2025-08-01",
    "period_to": "2025-12-21",
    "involvement": "Known to health visiting.",
    "entries": [
        {"on": "2025-10-02", "at": "11:00", "event": "Seen in clinic."},
        {"on": "2025-09-01", "approximate": True, "event": "The family moved."},
    ],
}
POLICE = {"agency_type": "police_force", "name": "Sussex Police", "police_force": "sussex"}
ANSWER: dict[str, Any] = {
    "narrative": "One call.",
    "entries": [{"on": "2025-10-02", "at": "10:30", "event": "A call was taken.", "source": "Log"}],
}
FOR_REVIEW = {"Access-Purpose": "s16F"}


@pytest.fixture
async def east(local: Service) -> Office:
    return await open_office(local)


@pytest.fixture
async def nurse(local: Service, east: Office) -> Caller:
    return await local.caller("agency", organisation=east.code)


async def invite(east: Office, nurse: Caller, path: str | None = None) -> str:
    body = {"agency": AGENCY, "answered_by": str(nurse.principal_id)}
    answer = await east.office.post(f"{path or await east.record()}/agency-summaries", body)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


async def step(who: Caller, path: str, what: str, body: Any = None) -> Response:
    return await who.post(f"{path}/{what}", body, headers=etag_of(await who.get(path)))


async def write(who: Caller, path: str, content: dict[str, Any] = CONTENT) -> Response:
    return await who.patch(path, {"content": content}, (await who.get(path)).headers["ETag"])


async def served(east: Office, path: str, **changes: Any) -> str:
    wanted = {"recipient": POLICE, "what": "Everything.", **changes}
    request = (await east.office.post(f"{path}/information-requests", wanted)).headers["Location"]
    done = await step(east.office, request, "service", {"served_on": "2025-12-23", "how": "email"})
    assert done.status_code == 200, done.text
    return request


async def test_the_agency_writes_submits_and_writes_again_what_is_sent_back(
    east: Office, nurse: Caller
) -> None:
    path = await invite(east, nurse)
    empty = await step(nurse, path, "submission")
    assert (empty.status_code, empty.json()["code"]) == (409, "incomplete")
    assert len(empty.json()["errors"]) == 3
    assert (await write(nurse, path)).status_code == 200
    assert (await step(nurse, path, "submission")).json()["state"] == "submitted"
    late = await write(nurse, path, {"concerns": "None."})
    assert (late.status_code, late.json()["allowed"]) == (409, ["accept", "return"])
    returned = await step(east.office, path, "return", {"reasons": "The first weeks are missing."})
    assert (returned.json()["state"], returned.json()["returned_reasons"]) == (
        "returned",
        "The first weeks are missing.",
    )
    assert (await write(nurse, path, {"concerns": "Now told."})).json()["content"]["involvement"]
    again = await step(nurse, path, "submission")
    assert again.json()["submissions"] == 2
    accepted = await step(east.office, path, "acceptance")
    assert (accepted.json()["state"], accepted.json()["accepted_by"]) == (
        "accepted",
        str(east.office.principal_id),
    )


async def test_another_agencys_is_not_there(local: Service, east: Office, nurse: Caller) -> None:
    other = await local.caller("agency", organisation=east.code)
    path = await invite(east, nurse)
    case = path.split("/agency-summaries", 1)[0]
    own = await invite(east, other, case)
    assert (await other.get(path)).status_code == 404
    assert (await other.patch(path, {"content": CONTENT}, '"v1"')).status_code == 404
    refused = await other.post(f"{path}/submission", headers={"If-Match": '"v1"'})
    assert refused.status_code == 404
    for listing in (f"{case}/agency-summaries", "/v1/agency-summaries"):
        answer = (await other.get(listing)).json()
        items = answer["items"] if isinstance(answer, dict) else answer
        assert [one["id"] for one in items] == [own.rsplit("/", 1)[1]]
    assert (await other.get(f"{case}/chronology")).status_code == 403
    integrator = await local.caller("integrator", organisation=east.code)
    for reads_cases_only in (integrator, east.notifier, east.authoriser):
        refused = await reads_cases_only.get(f"{case}/chronology", headers=FOR_REVIEW)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await step(nurse, path, "acceptance")).status_code == 403


async def test_an_agency_begins_its_own_for_a_request_that_names_its_person(
    local: Service, east: Office, nurse: Caller
) -> None:
    case = await east.record()
    request = await served(east, case, answered_by=str(nurse.principal_id))
    body = {"request_id": request.rsplit("/", 1)[1], "content": CONTENT}
    other = await local.caller("agency", organisation=east.code)
    assert (await other.post(f"{case}/agency-summaries", body)).status_code == 404
    assert (await nurse.post(f"{case}/agency-summaries", {"content": CONTENT})).status_code == 404
    named = await nurse.post(f"{case}/agency-summaries", {**body, "answered_by": str(other.principal_id)})
    assert (named.status_code, named.json()["errors"][0]["code"]) == (422, "said_by_the_request")
    begun = await nurse.post(f"{case}/agency-summaries", body)
    assert begun.status_code == 201
    assert begun.json()["agency"]["name"] == "Sussex Police"
    assert (begun.json()["answered_by"], begun.json()["due_on"]) == (str(nurse.principal_id), "2025-12-24")


async def test_one_chronology_with_sources_and_answers_for_their_purpose_alone(
    east: Office, nurse: Caller
) -> None:
    path = await invite(east, nurse)
    case = path.split("/agency-summaries", 1)[0]
    request = await served(east, case)
    await step(east.office, request, "answer", ANSWER)
    await write(nurse, path)
    before = (await east.office.get(f"{case}/chronology", headers=FOR_REVIEW)).json()
    assert [day["on"] for day in before["days"]] == ["2025-10-02"]  # a draft is in no chronology
    await step(nurse, path, "submission")
    whole = (await east.office.get(f"{case}/chronology", headers=FOR_REVIEW)).json()
    assert [day["on"] for day in whole["days"]] == ["2025-09-01", "2025-10-02"]
    estimated, both = whole["days"]
    assert estimated["entries"][0]["approximate"] is True
    assert (both["told_by_several"], both["times_differ"]) == (True, True)
    assert [one["told"]["agency"] for one in both["entries"]] == ["Sussex Police", AGENCY["name"]]
    assert [one["told"]["told_in"] for one in both["entries"]] == ["information_answer", "agency_summary"]
    assert both["entries"][1]["told"]["recorded_by"] == str(nurse.principal_id)
    assert (whole["answers_left_out"], whole["left_out_by"]) == (0, None)
    other = await east.office.get(f"{case}/chronology")
    assert other.status_code == 200
    assert (other.json()["answers_left_out"], other.json()["left_out_by"]) == (
        1,
        "Children Act 2004 s16H(4)",
    )
    assert "A call was taken." not in other.text
    await step(east.office, path, "return", {"reasons": "Not yet."})
    sent_back = (await east.office.get(f"{case}/chronology", headers=FOR_REVIEW)).json()
    assert [day["on"] for day in sent_back["days"]] == ["2025-10-02"]


async def test_a_summary_that_answers_a_request_is_read_for_its_purpose_alone(
    east: Office, nurse: Caller
) -> None:
    case = await east.record()
    request = await served(east, case, answered_by=str(nurse.principal_id))
    body = {"request_id": request.rsplit("/", 1)[1], "content": CONTENT}
    path = (await nurse.post(f"{case}/agency-summaries", body)).headers["Location"]
    assert (await step(nurse, path, "submission")).status_code == 200  # the agency's own
    refused = await east.office.get(path)
    assert (refused.status_code, refused.json()["code"]) == (403, "purpose-not-allowed")
    assert refused.json()["rule"] == "Children Act 2004 s16H(4)"
    version = (await nurse.get(path)).headers["ETag"]
    accepted = await east.office.post(f"{path}/acceptance", headers={"If-Match": version})
    assert accepted.status_code == 403
    read = await east.office.get(path, headers=FOR_REVIEW)
    assert read.json()["content"]["involvement"] == CONTENT["involvement"]
    other = (await east.office.get(f"{case}/chronology")).json()
    assert (other["days"], other["answers_left_out"]) == ([], 1)
    whole = (await east.office.get(f"{case}/chronology", headers=FOR_REVIEW)).json()
    assert (len(whole["days"]), whole["answers_left_out"]) == (2, 0)


async def test_only_the_last_submission_is_in_it(east: Office, nurse: Caller) -> None:
    path = await invite(east, nurse)
    await write(nurse, path)
    await step(nurse, path, "submission")
    await step(east.office, path, "return", {"reasons": "Too much."})
    await write(nurse, path, {"entries": CONTENT["entries"][:1]})
    await step(nurse, path, "submission")
    case = path.split("/agency-summaries", 1)[0]
    (day,) = (await east.office.get(f"{case}/chronology")).json()["days"]
    assert day["entries"][0]["told"]["version"] == 2


@pytest.mark.parametrize(
    ("content", "pointer", "code"),
    [
        (
            {"entries": [{"on": "2999-01-01", "event": "Later."}]},
            "/content/entries/0/on",
            "date_in_the_future",
        ),
        ({"period_from": "2025-12-01", "period_to": "2025-11-01"}, "/period_to", "period_reversed"),
    ],
)
async def test_what_cannot_be_written(
    east: Office, nurse: Caller, content: dict[str, Any], pointer: str, code: str
) -> None:
    refused = await write(nurse, await invite(east, nurse), content)
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)


async def test_who_may_and_on_which_reading(local: Service, east: Office, nurse: Caller) -> None:
    path = await invite(east, nurse)
    case = path.split("/agency-summaries", 1)[0]
    west = await open_office(local)
    assert (await west.office.get(path)).status_code == 404
    assert (await west.office.get(f"{case}/agency-summaries")).status_code == 404
    assert (await west.office.get(f"{case}/chronology")).status_code == 404
    assert (await west.office.post(f"{case}/agency-summaries", {"agency": AGENCY})).status_code == 404
    assert (await east.notifier.post(f"{case}/agency-summaries", {"agency": AGENCY})).status_code == 403
    assert (await nurse.patch(path, {"content": CONTENT}, '"v9"')).status_code == 412
    unnamed = await east.office.post(f"{case}/agency-summaries", {})
    assert unnamed.json()["errors"][0]["code"] == "agency_or_request"
    key = {"Idempotency-Key": str(uuid4())}
    first, again = [
        await east.office.post(f"{case}/agency-summaries", {"agency": AGENCY}, headers=key) for _ in range(2)
    ]
    assert first.content == again.content
