from typing import Any
from uuid import UUID, uuid4

import pytest

from shared_schemas.messages.identification import NOTIFICATION_WITHDRAWN
from shared_schemas.messages.local import RAPID_REVIEW
from tests.panel.received import Sender, connect, incident
from tests.panel.test_decisions import record, release
from tests.support.services import Caller, Service


async def case_of(secretariat: Caller, subject: UUID) -> dict[str, Any]:
    answer = await secretariat.get("/v1/cases", params={"exchange_reference": str(subject)})
    (case,) = answer.json()["items"]
    read: dict[str, Any] = (await secretariat.get(f"/v1/cases/{case['id']}")).json()
    return read


async def test_notification_and_rapid_review_stand_together(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    subject = await sender.notify()
    await sender.send(RAPID_REVIEW, subject)
    case = await case_of(secretariat, subject)
    assert case["exchange_reference"] == str(subject)
    assert case["partnership_case_id"] == case["notifications"][0]["body"]["case_id"]
    assert case["partnership"]["id"] == str(sender.party)
    assert case["rapid_review"]["body"]["sections"]["in_principle_view"]["view"] == "appropriate"
    assert case["rapid_review"]["receipt_reference"]
    assert case["local_review"] is None
    assert case["decisions"] == []
    assert [step["action"] for step in case["allowed_actions"]] == ["record_decision"]


async def test_timeliness_is_by_the_partnerships_own_rule_set(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    subject = await sender.notify()
    await sender.send(RAPID_REVIEW, subject, completed_at="2026-11-10T09:00:00Z")
    timeliness = (await case_of(secretariat, subject))["timeliness"]
    duties = {duty["code"]: duty for duty in timeliness["duties"]}
    assert timeliness["rule_set"] == "consultation-2017"
    assert duties["rapid_review_completion"]["status"] == "met_late"
    assert duties["rapid_review_completion"]["due_on"] == "2026-11-09"


async def test_a_rule_set_not_known_here_is_shown_as_such(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    case = await case_of(secretariat, await sender.notify(rule_set="working-together-2031"))
    assert case["timeliness"] == {
        "rule_set": "working-together-2031",
        "rule_set_known": False,
        "duties": [],
    }


async def test_the_etag_is_the_version(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    subject = await sender.notify()
    case = await case_of(secretariat, subject)
    before = await secretariat.get(f"/v1/cases/{case['id']}")
    await sender.send(RAPID_REVIEW, subject)
    after = await secretariat.get(f"/v1/cases/{case['id']}")
    assert (before.headers["ETag"], after.headers["ETag"]) == ('"v1"', '"v2"')


async def test_reading_is_audited_with_the_purpose(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    case = await case_of(secretariat, await sender.notify())
    await secretariat.get(f"/v1/cases/{case['id']}", headers={"Access-Purpose": "case_meeting"})
    auditor = await panel.caller("auditor")
    entries = (await auditor.get("/v1/audit-entries", params={"subject_id": case["id"]})).json()["items"]
    assert (entries[0]["action"], entries[0]["purpose"]) == ("case.read", "case_meeting")
    assert entries[0]["principal_id"] == str(secretariat.principal_id)


async def test_an_analyst_never_learns_whose_case_it_is(panel: Service) -> None:
    sender, analyst = await connect(panel), await panel.caller("analyst")
    secretariat = await panel.caller("secretariat")
    children = [{**incident()["children"][0], "first_name": "Zebedee", "surname": "Quillfeather"}]
    case = await case_of(secretariat, await sender.notify(incident=incident(children=children)))
    read = await analyst.get(f"/v1/cases/{case['id']}")
    listed = await analyst.get("/v1/cases")
    assert read.status_code == listed.status_code == 200
    assert read.json()["children"][0]["age_band"] == "under_1"
    for told in ("Zebedee", "Quillfeather", "9434765919", "Eastshire", "2026-06-20", str(sender.party)):
        assert told not in read.text + listed.text


@pytest.mark.parametrize("name", ["partnership", "exchange_reference"])
async def test_an_analyst_cannot_ask_whose_case_it_is(panel: Service, name: str) -> None:
    analyst = await panel.caller("analyst")
    answer = await analyst.get("/v1/cases", params={name: str(uuid4())})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_list_is_filtered_and_paged(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    subjects = [await sender.notify() for _ in range(3)]
    await sender.send(RAPID_REVIEW, subjects[0])
    mine = {"partnership": str(sender.party)}
    first = (await secretariat.get("/v1/cases", params={**mine, "limit": 2})).json()
    rest = (await secretariat.get("/v1/cases", params={**mine, "cursor": first["next_cursor"]})).json()
    found = [item["exchange_reference"] for item in first["items"] + rest["items"]]
    assert found == [str(subject) for subject in reversed(subjects)]
    assert rest["next_cursor"] is None
    waiting = (await secretariat.get("/v1/cases", params={**mine, "state": "awaiting_decision"})).json()
    assert [item["exchange_reference"] for item in waiting["items"]] == [str(subjects[0])]


async def test_a_list_names_no_child(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    await sender.notify()
    text = (await secretariat.get("/v1/cases", params={"partnership": str(sender.party)})).text
    assert "9434765919" not in text
    assert "children" not in text


async def test_another_organisations_case_is_not_found(panel: Service) -> None:
    sender, stranger = await connect(panel), await panel.caller("secretariat", organisation="other")
    case = await case_of(await panel.caller("secretariat"), await sender.notify())
    answer = await stranger.get(f"/v1/cases/{case['id']}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("role", ["auditor", "administrator"])
async def test_others_read_no_case(panel: Service, role: str) -> None:
    caller = await panel.caller(role)
    assert (await caller.get("/v1/cases")).status_code == 403
    assert (await caller.get(f"/v1/cases/{uuid4()}")).status_code == 403


async def test_partnerships_are_listed_and_read(panel: Service) -> None:
    sender, member = await connect(panel), await panel.caller("member")
    read = await member.get(f"/v1/partnerships/{sender.party}")
    assert read.json()["link_id"] == str(sender.link)
    listed: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await member.get("/v1/partnerships", params={"limit": 200, **cursor})).json()
        listed += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert str(sender.party) in listed
    assert (await member.get(f"/v1/partnerships/{uuid4()}")).status_code == 404


async def test_one_partnerships_sender_is_not_anothers(panel: Service) -> None:
    here: Sender = await connect(panel)
    other: Sender = await connect(panel)
    secretariat = await panel.caller("secretariat")
    await here.notify()
    items = (await secretariat.get("/v1/cases", params={"partnership": str(other.party)})).json()["items"]
    assert items == []


async def answered(caller: Caller, path: str) -> dict[str, Any]:
    duties = {duty["code"]: duty for duty in (await caller.get(path)).json()}
    found: dict[str, Any] = duties["panel_response"]
    return found


async def test_a_withdrawal_lifts_what_was_due(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    subject = await sender.notify()
    case = await case_of(secretariat, subject)
    await sender.send(NOTIFICATION_WITHDRAWN, subject)
    duties = (await secretariat.get(f"/v1/cases/{case['id']}/duties")).json()
    statuses = {duty["code"]: duty["status"] for duty in duties}
    assert statuses["rapid_review_completion"] == "lifted"


async def test_what_is_due_tells_when_the_panel_answered(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    subject = await sender.notify()
    case = await case_of(secretariat, subject)
    await sender.send(RAPID_REVIEW, subject, completed_at="2026-11-10T09:00:00Z")
    path = f"/v1/cases/{case['id']}/duties"
    duties = {duty["code"]: duty for duty in (await secretariat.get(path)).json()}
    assert duties["rapid_review_completion"]["status"] == "met_late"
    assert duties["panel_response"]["status"] == "no_time_stated"
    assert duties["panel_response"]["responsible"] == "panel"
    chair, case_path = await panel.caller("chair"), f"/v1/cases/{case['id']}"
    recorded = await record(secretariat, case_path)
    assert (await answered(secretariat, path))["met_on"] is None
    released = await release(chair, recorded)
    assert released.status_code == 200, released.text
    assert (await answered(secretariat, path))["met_on"] is not None
    analyst = await panel.caller("analyst")
    assert (await analyst.get(path)).status_code == 403
    assert (await secretariat.get(f"/v1/cases/{uuid4()}/duties")).status_code == 404
