from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response

from service_kit.exchange.message_types import SetAside
from shared_schemas.messages.information import ANSWER_EXAMPLE, INFORMATION
from tests.panel.received import Sender, connect, incident
from tests.support.offices import etag_of
from tests.support.services import Caller, Service

PATH = "/v1/information-requests"
PURPOSE = {"Access-Purpose": "s16B"}
PROVISION = "Children Act 2004 s16D"


def day(offset: int) -> str:
    return f"{(datetime.now(UTC) + timedelta(days=offset)).date()}"


BODY = {
    "recipient_name": "A school",
    "requested": "The attendance record of the year before the incident.",
    "supplied_to": "panel",
    "national_review_reference": "NR-2026-1",
    "due_on": day(30),
}


@pytest.fixture
async def secretariat(panel: Service) -> Caller:
    """Somebody of a Panel of this test's own."""
    return await panel.caller("secretariat", organisation=f"panel-{uuid4()}")


async def sender_of(panel: Service, secretariat: Caller) -> Sender:
    code = (await secretariat.get("/v1/me")).json()["organisation_code"]
    return await connect(panel, code)


async def draft(secretariat: Caller, **changes: Any) -> str:
    made = await secretariat.post(PATH, {**BODY, **changes})
    assert made.status_code == 201, made.text
    return made.headers["Location"]


async def step(caller: Caller, path: str, name: str, body: Any) -> Response:
    return await caller.post(f"{path}/{name}", body, headers=etag_of(await caller.get(path)))


async def served(secretariat: Caller, **changes: Any) -> str:
    path = await draft(secretariat, **changes)
    done = await step(secretariat, path, "service", {"served_on": day(-1)})
    assert done.status_code == 200, done.text
    return path


async def test_it_is_drafted_served_by_hand_and_complied_with(secretariat: Caller) -> None:
    path = await served(secretariat)
    read = (await secretariat.get(path)).json()
    assert (read["state"], read["served"], read["overdue"]) == ("served", "by_hand", False)
    answer = {**ANSWER_EXAMPLE, "received_on": day(0)}
    done = await step(secretariat, path, "information", answer)
    assert (done.status_code, done.json()["state"]) == (201, "complied")
    assert ANSWER_EXAMPLE["information"] not in done.text
    assert ANSWER_EXAMPLE["information"] not in (await secretariat.get(path)).text
    (given,) = (await secretariat.get(f"{path}/information", headers=PURPOSE)).json()
    assert given["facts"]["information"] == ANSWER_EXAMPLE["information"]
    refused = await step(secretariat, path, "withdrawal", {"reasons": "Not needed."})
    assert (refused.status_code, refused.json()["rule"]) == (409, PROVISION)


@pytest.mark.parametrize("purpose", [None, "test", "s16H", "research"])
async def test_what_was_given_is_read_for_one_purpose_only(
    panel: Service, secretariat: Caller, purpose: str | None
) -> None:
    path = await served(secretariat)
    await step(secretariat, path, "information", {**ANSWER_EXAMPLE, "received_on": day(0)})
    headers = {} if purpose is None else {"Access-Purpose": purpose}
    refused = await secretariat.get(f"{path}/information", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "purpose-not-allowed")
    assert refused.json()["rule"] == "Children Act 2004 s16D(4)"
    assert ANSWER_EXAMPLE["information"] not in refused.text
    organisation = (await secretariat.get("/v1/me")).json()["organisation_code"]
    auditor = await panel.caller("auditor", organisation=organisation)
    entries = (await auditor.get("/v1/audit-entries", params={"limit": 50})).json()["items"]
    found = [entry for entry in entries if entry["detail"].get("problem") == "purpose-not-allowed"]
    assert [(entry["outcome"], entry["purpose"]) for entry in found] == [("refused", purpose or "test")]


async def test_a_reading_for_the_purpose_is_audited_with_it(panel: Service, secretariat: Caller) -> None:
    path = await served(secretariat)
    assert (await secretariat.get(f"{path}/information", headers=PURPOSE)).json() == []
    organisation = (await secretariat.get("/v1/me")).json()["organisation_code"]
    auditor = await panel.caller("auditor", organisation=organisation)
    params = {"subject_id": path.rsplit("/", 1)[1]}
    entries = (await auditor.get("/v1/audit-entries", params=params)).json()["items"]
    assert ("information.read", "s16B") in [(entry["action"], entry["purpose"]) for entry in entries]


async def test_a_refusal_is_escalated_to_a_court(secretariat: Caller) -> None:
    path = await served(secretariat)
    escalation = {"court": "high_court", "remark": "Counsel is instructed."}
    early = await step(secretariat, path, "escalation", escalation)
    assert (early.status_code, early.json()["rule"]) == (409, PROVISION)
    assert "record_complied" in early.json()["allowed"]
    refusal = {"outcome": "refused", "reasons": "No lawful basis is seen.", "given_by": "A school"}
    assert (
        await step(secretariat, path, "information", {**refusal, "received_on": day(0)})
    ).status_code == 201
    done = await step(secretariat, path, "escalation", escalation)
    assert (done.status_code, done.json()["state"]) == (200, "escalated")
    assert done.json()["history"][-1]["facts"]["court"] == "high_court"
    assert (await step(secretariat, path, "information", {**ANSWER_EXAMPLE, "received_on": day(0)})).json()[
        "state"
    ] == "complied"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"due_on": "2020-01-01"}, "/due_on"),
        ({"recipient_name": None, "partnership_id": f"{uuid4()}"}, "/partnership_id"),
        ({"case_id": f"{uuid4()}"}, "/case_id"),
        ({"recipient_name": None}, ""),
        ({"national_review_reference": None}, ""),
        ({"supplied_to": "reviewer"}, ""),
    ],
)
async def test_a_request_that_is_not_whole_is_refused(
    secretariat: Caller, changes: dict[str, Any], pointer: str
) -> None:
    refused = await secretariat.post(PATH, {**BODY, **changes})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer


async def test_served_by_hand_needs_its_day_and_not_one_to_come(secretariat: Caller) -> None:
    path = await draft(secretariat)
    for body, code in (({}, "served_by_hand"), ({"served_on": day(2)}, "date_in_the_future")):
        refused = await step(secretariat, path, "service", body)
        assert refused.json()["errors"][0]["code"] == code
    stale = await secretariat.post(f"{path}/service", {"served_on": day(0)}, headers={"If-Match": '"v9"'})
    assert stale.status_code == 412


@pytest.mark.parametrize(("offset", "code"), [(-2, "before_served"), (2, "date_in_the_future")])
async def test_an_answer_comes_after_serving_and_not_tomorrow(
    secretariat: Caller, offset: int, code: str
) -> None:
    path = await served(secretariat)
    body = {**ANSWER_EXAMPLE, "received_on": day(offset)}
    refused = await step(secretariat, path, "information", body)
    assert refused.json()["errors"][0]["code"] == code


async def test_a_connected_partnership_is_served_and_answers_by_message(
    panel: Service, secretariat: Caller
) -> None:
    sender = await sender_of(panel, secretariat)
    subject = await sender.notify()
    listed = await secretariat.get("/v1/cases", params={"exchange_reference": str(subject)})
    case = listed.json()["items"][0]["id"]
    facts = {"recipient_name": None, "partnership_id": str(sender.party), "case_id": case}
    path = await draft(secretariat, **facts)
    by_hand = await step(secretariat, path, "service", {"served_on": day(0)})
    assert by_hand.json()["errors"][0]["code"] == "served_by_message"
    done = await step(secretariat, path, "service", {})
    assert (done.status_code, done.json()["served"]) == (200, "by_message")
    request = path.rsplit("/", 1)[1]
    for changes in ({"version": 2}, {"request_id": f"{uuid4()}"}):
        with pytest.raises(SetAside):
            await sender.send(INFORMATION, subject, **{"request_id": request, **changes})
    with pytest.raises(SetAside):
        await sender.send(INFORMATION, UUID(request), request_id=request)
    in_part = {"outcome": "partly_complied", "reasons": "The rest is being collected."}
    await sender.send(INFORMATION, subject, request_id=request, **in_part)
    assert (await secretariat.get(path)).json()["state"] == "partly_complied"
    await sender.send(INFORMATION, subject, request_id=request, version=2)
    read = (await secretariat.get(path)).json()
    assert (read["state"], read["answers"]) == ("complied", 2)
    with pytest.raises(SetAside):
        await sender.send(INFORMATION, subject, request_id=request, version=3)


async def test_a_request_names_no_child(panel: Service, secretariat: Caller) -> None:
    sender = await sender_of(panel, secretariat)
    facts = incident()
    facts = {**facts, "children": [{**facts["children"][0], "first_name": "Ottoline"}]}
    subject = await sender.notify(incident=facts)
    listed = await secretariat.get("/v1/cases", params={"exchange_reference": str(subject)})
    case = listed.json()["items"][0]["id"]
    refused = await secretariat.post(PATH, {**BODY, "case_id": case, "requested": "All about Ottoline."})
    assert refused.json()["errors"][0]["pointer"] == "/requested"
    assert "Ottoline" not in refused.text


async def test_the_list_is_filtered(secretariat: Caller) -> None:
    await draft(secretariat)
    await served(secretariat)
    for params, count in (({}, 2), ({"state": "served"}, 1), ({"case_id": f"{uuid4()}"}, 0)):
        assert len((await secretariat.get(PATH, params=params)).json()["items"]) == count


async def test_the_same_post_twice_is_one_request(secretariat: Caller) -> None:
    headers = {"Idempotency-Key": f"{uuid4()}"}
    first, again = [await secretariat.post(PATH, BODY, headers=headers) for _ in range(2)]
    assert first.json() == again.json()
    assert len((await secretariat.get(PATH)).json()["items"]) == 1


@pytest.mark.parametrize("role", ["analyst", "auditor", "administrator"])
async def test_who_may_not_read_is_refused(panel: Service, role: str) -> None:
    caller = await panel.caller(role)
    assert (await caller.get(PATH)).status_code == 403
    assert (await caller.post(PATH, BODY)).status_code == 403


async def test_another_organisation_finds_nothing(panel: Service, secretariat: Caller) -> None:
    path = await served(secretariat)
    stranger = await panel.caller("secretariat", organisation=f"panel-{uuid4()}")
    for at in (path, f"{path}/information"):
        assert (await stranger.get(at, headers=PURPOSE)).status_code == 404


async def test_a_partnership_registered_before_it_had_a_link_is_served_by_hand_then_by_message(
    panel: Service, secretariat: Caller
) -> None:
    area = {"code": f"late-{uuid4()}", "name": "Northshire", "valid_from": "2019-09-29"}
    partnership = (await secretariat.post("/v1/partnerships", area)).json()["id"]
    facts = {"recipient_name": None, "partnership_id": partnership}
    by_hand = await served(secretariat, **facts)
    assert (await secretariat.get(by_hand)).json()["served"] == "by_hand"
    organisation = (await secretariat.get("/v1/me")).json()["organisation_code"]
    sender = await connect(panel, organisation, area["code"])
    path = await draft(secretariat, **facts)
    assert (await step(secretariat, path, "service", {})).json()["served"] == "by_message"
    request = path.rsplit("/", 1)[1]
    await sender.send(INFORMATION, UUID(request), request_id=request)
    assert (await secretariat.get(path)).json()["state"] == "complied"
