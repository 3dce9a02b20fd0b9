from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from httpx import Response

from panel_service.settings import PanelSettings
from shared_schemas.messages.examples import REPORT
from shared_schemas.messages.local import LOCAL_REVIEW
from tests.panel.improving import NATIONAL_BODY, TEXT
from tests.panel.national import propose
from tests.panel.received import Sender
from tests.panel.test_decisions import decision, record, release, reviewed
from tests.panel.test_triage import board, queue
from tests.support.offices import etag_of
from tests.support.services import Caller, Service

TODAY = f"{datetime.now(UTC).date()}"


@dataclass
class Board:
    """A Panel with a chair and two members in office."""

    sender: Sender
    secretariat: Caller
    chair: Caller
    member: Caller
    ids: dict[str, str]

    async def meeting(self, *paths: str, held_on: str = TODAY) -> Response:
        agenda = [path.rsplit("/", 1)[1] for path in paths]
        answer = await self.secretariat.post("/v1/meetings", {"held_on": held_on, "agenda": agenda})
        assert answer.status_code == 201, answer.text
        return answer

    async def step(self, caller: Caller, path: str, body: Any = None, method: str = "POST") -> Response:
        """Take a step on a meeting as it was last read."""
        meeting = "/".join(path.split("/")[:4])
        headers = {"If-Match": (await self.secretariat.get(meeting)).headers["ETag"]}
        if method == "PUT":
            return await caller.put(path, body, headers["If-Match"])
        return await caller.post(path, body, headers=headers)


async def appoint(secretariat: Caller, person: Caller, name: str, **changes: Any) -> Response:
    body = {
        "principal_id": str(person.principal_id),
        "name": name,
        "office": "member",
        "appointed_from": "2026-01-01",
        **changes,
    }
    return await secretariat.post("/v1/members", body)


async def seated(panel: Service) -> Board:
    sender, secretariat, chair = await board(panel)
    (code,) = [code for code, id_ in panel.organisations.items() if id_ == sender.organisation_id]
    member = await panel.caller("member", organisation=code)
    other = await panel.caller("member", organisation=code)
    ids = {}
    for name, person, office in (
        ("chair", chair, "chair"),
        ("member", member, "member"),
        ("other", other, "member"),
    ):
        answer = await appoint(secretariat, person, f"{name} of the Panel", office=office)
        assert answer.status_code == 201, answer.text
        ids[name] = answer.json()["id"]
    return Board(sender, secretariat, chair, member, ids)


async def test_appointments_do_not_overlap_and_end(panel: Service) -> None:
    there = await seated(panel)
    again = await appoint(there.secretariat, there.member, "Again", appointed_from="2026-02-01")
    assert (again.status_code, again.json()["rule"]) == (422, "Children Act 2004 s16A")
    (code,) = [code for code, id_ in panel.organisations.items() if id_ == there.sender.organisation_id]
    third = await panel.caller("chair", organisation=code)
    second_chair = await appoint(there.secretariat, third, "Third", office="chair")
    assert second_chair.json()["errors"][0]["code"] == "chair_already"
    path = f"/v1/members/{there.ids['member']}"
    body = {"ended_on": "2026-03-31", "reason": "resigned"}
    stale = await there.secretariat.post(f"{path}/end", body, headers={"If-Match": '"v2"'})
    assert stale.status_code == 412
    future = {**body, "ended_on": "2999-01-01"}
    ahead = await there.secretariat.post(f"{path}/end", future, headers={"If-Match": '"v1"'})
    assert ahead.json()["errors"][0]["code"] == "date_in_the_future"
    ended = await there.secretariat.post(f"{path}/end", body, headers={"If-Match": '"v1"'})
    assert (ended.status_code, ended.json()["in_office"], ended.json()["allowed_moves"]) == (200, False, [])
    twice = await there.secretariat.post(f"{path}/end", body, headers={"If-Match": '"v2"'})
    assert (twice.status_code, twice.json()["code"]) == (409, "move-not-allowed")
    followed = await appoint(there.secretariat, there.member, "Again", appointed_from="2026-04-01")
    assert followed.status_code == 201
    assert len((await there.member.get("/v1/members")).json()) == 4
    assert (await appoint(there.member, third, "Third")).status_code == 403
    stranger = await panel.caller("secretariat", organisation=f"other-{uuid4()}")
    assert (await stranger.get(path)).status_code == 404
    assert (await appoint(there.secretariat, stranger, "Stranger")).status_code == 422


async def test_a_meeting_is_planned_held_minuted_and_its_minutes_approved_by_another(panel: Service) -> None:
    there = await seated(panel)
    _, path = await reviewed(there.sender, there.secretariat)
    meeting = await there.meeting(path)
    place = meeting.headers["Location"]
    (item,) = meeting.json()["agenda"]
    assert item["documents"] == {"notification": 1, "rapid_review": 1}
    early = await there.step(there.secretariat, f"{place}/minutes", {"text": "Said."}, "PUT")
    assert (early.status_code, early.json()["allowed"]) == (409, ["set_agenda", "declare_interest", "hold"])
    unknown = await there.step(there.secretariat, f"{place}/holding", {"present": [str(uuid4())]})
    assert unknown.json()["errors"][0]["code"] == "not_in_office"
    held = await there.step(there.secretariat, f"{place}/holding", {"present": [there.ids["chair"]]})
    assert (held.status_code, held.json()["quorum"], held.json()["quorum_met"]) == (200, 2, False)
    unwritten = await there.step(there.chair, f"{place}/minutes-approval")
    assert unwritten.status_code == 409
    await there.step(there.secretariat, f"{place}/minutes", {"text": "The Panel considered a case."}, "PUT")
    own = await there.step(there.secretariat, f"{place}/minutes-approval")
    assert (own.status_code, own.json()["code"]) == (403, "second-person-required")
    stale = await there.chair.post(f"{place}/minutes-approval", headers={"If-Match": '"v1"'})
    assert stale.status_code == 412
    approved = await there.step(there.chair, f"{place}/minutes-approval")
    assert (approved.status_code, approved.json()["state"]) == (200, "minutes_approved")
    assert approved.json()["allowed_moves"] == []
    rewritten = await there.step(there.secretariat, f"{place}/minutes", {"text": "Otherwise."}, "PUT")
    assert rewritten.status_code == 409
    assert (await there.member.post("/v1/meetings", {"held_on": TODAY, "agenda": []})).status_code == 403
    stranger = await panel.caller("secretariat", organisation=f"other-{uuid4()}")
    assert (await stranger.get(place)).status_code == 404
    assert len((await there.member.get("/v1/meetings")).json()["items"]) == 1


async def test_a_meeting_to_come_is_not_held_yet(panel: Service) -> None:
    there = await seated(panel)
    _, path = await reviewed(there.sender, there.secretariat)
    meeting = await there.meeting(path, held_on="2999-01-01")
    answer = await there.step(there.secretariat, f"{meeting.headers['Location']}/holding", {"present": []})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "date_in_the_future")
    other = await there.secretariat.post("/v1/meetings", {"held_on": TODAY, "agenda": [str(uuid4())]})
    assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/agenda/0")


async def test_an_interest_keeps_a_member_from_reading_deciding_and_releasing(panel: Service) -> None:
    there = await seated(panel)
    _, path = await reviewed(there.sender, there.secretariat)
    _, other_path = await reviewed(there.sender, there.secretariat)
    meeting = await there.meeting(path, other_path)
    place, case_id = meeting.headers["Location"], path.rsplit("/", 1)[1]
    interest = {"member_id": there.ids["chair"], "case_id": case_id, "nature": "Led one of the agencies."}
    others = await there.step(there.member, f"{place}/interests", interest)
    assert (others.status_code, others.json()["code"]) == (403, "forbidden")
    declared = await there.step(there.chair, f"{place}/interests", interest)
    assert declared.status_code == 201, declared.text
    assert declared.json()["agenda"][0]["recused"] == [there.ids["chair"]]
    twice = await there.step(there.secretariat, f"{place}/interests", interest)
    assert (twice.status_code, twice.json()["code"]) == (409, "conflict")
    for what in ("", "/decisions", "/queries", "/letters", "/views", "/attention"):
        refused = await there.chair.get(f"{path}{what}")
        assert (refused.status_code, refused.json()["code"]) == (403, "recused"), what
    assert (await there.chair.get(other_path)).status_code == 200
    assert [item["case_id"] for item in await queue(there.chair)] == [other_path.rsplit("/", 1)[1]]
    assigned = await there.secretariat.post(
        f"{path}/assignment", {"assigned_to": str(there.chair.principal_id)}
    )
    assert assigned.json()["errors"][0]["code"] == "recused"
    present = list(there.ids.values())
    await there.step(there.secretariat, f"{place}/holding", {"present": present})
    at_meeting = {"meeting_id": meeting.json()["id"]}
    for members, code in ((present, "recused"), ([str(uuid4())], "not_present"), ([], "missing")):
        refused = await record(there.secretariat, path, **at_meeting, decided_by_members=members)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)
    by_name = await record(there.secretariat, path, decided_by=["Chair of the Panel"])
    assert by_name.json()["errors"][0]["pointer"] == "/decided_by/0"
    recorded = await record(
        there.secretariat,
        path,
        **at_meeting,
        decided_by_members=[there.ids["member"], there.ids["other"]],
    )
    assert recorded.status_code == 201, recorded.text
    assert recorded.json()["recused"] == ["chair of the Panel"]
    released = await release(there.chair, recorded)
    assert (released.status_code, released.json()["code"]) == (403, "recused")
    await there.step(there.secretariat, f"{place}/minutes", {"text": "The case was considered."}, "PUT")
    read = (await there.chair.get(place)).json()
    assert (read["minutes"], read["minutes_withheld"]) == (None, True)
    assert (await there.member.get(place)).json()["minutes"] == "The case was considered."
    assert (await there.step(there.chair, f"{place}/minutes-approval")).json()["code"] == "recused"


async def test_a_decision_names_a_meeting_that_was_held_on_its_case(panel: Service) -> None:
    there = await seated(panel)
    _, path = await reviewed(there.sender, there.secretariat)
    _, other = await reviewed(there.sender, there.secretariat)
    meeting = await there.meeting(other)
    given = {"meeting_id": meeting.json()["id"], "decided_by_members": [there.ids["member"]]}
    planned = await record(there.secretariat, path, **given)
    assert planned.json()["errors"][0]["code"] == "not_held"
    await there.step(
        there.secretariat, f"{meeting.headers['Location']}/holding", {"present": [there.ids["member"]]}
    )
    elsewhere = await record(there.secretariat, path, **given)
    assert elsewhere.json()["errors"][0]["code"] == "not_on_agenda"
    nowhere = await record(there.secretariat, path, **{**given, "meeting_id": str(uuid4())})
    assert nowhere.json()["errors"][0]["code"] == "not_found"
    assert (await record(there.secretariat, other, **given)).status_code == 201
    assert "meeting_id" in decision(**given)


async def test_an_interest_declared_after_the_recording_keeps_the_decision_from_its_release(
    panel: Service,
) -> None:
    there = await seated(panel)
    _, path = await reviewed(there.sender, there.secretariat)
    meeting = await there.meeting(path)
    place = meeting.headers["Location"]
    await there.step(there.secretariat, f"{place}/holding", {"present": [there.ids["member"]]})
    recorded = await record(
        there.secretariat,
        path,
        meeting_id=meeting.json()["id"],
        decided_by_members=[there.ids["member"]],
    )
    case_id = path.rsplit("/", 1)[1]
    interest = {"member_id": there.ids["member"], "case_id": case_id, "nature": "Knows the family."}
    assert (await there.step(there.member, f"{place}/interests", interest)).status_code == 201
    refused = await release(there.chair, recorded)
    assert (refused.status_code, refused.json()["allowed"]) == (409, ["withdraw_decision"])
    assert "interest" in refused.json()["rule"]


async def recused(there: Board, path: str, who: str = "chair") -> str:
    """Recuse somebody from a case at a meeting; give the meeting's path."""
    place = (await there.meeting(path)).headers["Location"]
    case_id = path.rsplit("/", 1)[1]
    interest = {"member_id": there.ids[who], "case_id": case_id, "nature": "Led one of the agencies."}
    answer = await there.step(there.secretariat, f"{place}/interests", interest)
    assert answer.status_code == 201, answer.text
    return place


async def test_a_recused_member_reads_nothing_of_the_case_by_another_way(panel: Service) -> None:
    there = await seated(panel)
    _, path = await reviewed(there.sender, there.secretariat)
    await recused(there, path)
    for what in (
        "/local-review/document",
        "/local-review/document/content",
        "/local-review-course",
        "/decision-replies",
        "/addenda",
        "/learning",
        "/duties",
        "/by-hand",
        "/decisions/1/told-by-hand",
        "/notifications/1/changes",
        "/national-review-proposals",
    ):
        refused = await there.chair.get(f"{path}{what}")
        assert (refused.status_code, refused.json()["code"]) == (403, "recused"), what
    assert (await there.chair.get("/v1/cases")).json()["items"] == []
    assert len((await there.member.get("/v1/cases")).json()["items"]) == 1


async def test_a_recused_member_takes_no_part_in_what_rests_on_the_case(panel: Service) -> None:
    there = await seated(panel)
    _, path = await reviewed(there.sender, there.secretariat)
    recorded = await record(there.secretariat, path, outcome="national_review")
    assert (await release(there.chair, recorded)).status_code == 200
    case_id = path.rsplit("/", 1)[1]
    about = {
        "recipient_name": "A school",
        "requested": "The attendance record.",
        "supplied_to": "panel",
        "case_id": case_id,
        "due_on": "2099-01-01",
    }
    request = await there.secretariat.post("/v1/information-requests", about)
    assert request.status_code == 201, request.text
    review = await propose(there.secretariat, path)
    evidence = [{"kind": "notification", "case_id": case_id}]
    identified = await there.secretariat.post(
        "/v1/improvements", {**TEXT, "addressees": [NATIONAL_BODY], "evidence": evidence}
    )
    assert identified.status_code == 201, identified.text
    listed = ("/v1/information-requests", "/v1/national-reviews")
    for place in listed:
        assert len((await there.chair.get(place)).json()["items"]) == 1, place
    await recused(there, path)
    for place in (
        request.headers["Location"],
        review.headers["Location"],
        f"/v1/improvements?case_id={case_id}",
    ):
        refused = await there.chair.get(place)
        assert (refused.status_code, refused.json()["code"]) == (403, "recused"), place
    for place in listed:
        assert (await there.chair.get(place)).json()["items"] == [], place
    improvement = identified.headers["Location"]
    refused = await there.chair.post(f"{improvement}/agreement", headers=etag_of(identified))
    assert (refused.status_code, refused.json()["code"]) == (403, "recused")


async def test_what_a_case_recommended_is_kept_from_who_is_recused_from_it(panel: Service) -> None:
    there = await seated(panel)
    subject, path = await reviewed(there.sender, there.secretariat)
    await there.sender.send(LOCAL_REVIEW, subject)
    draft = {"what": REPORT["improvements_summary"], "themes": []}
    check = "/v1/improvements/recurrence-check"
    found = await there.chair.post(check, draft)
    assert found.json()["recurrences"], found.text
    await recused(there, path)
    assert (await there.chair.post(check, draft)).json()["recurrences"] == []


async def test_a_new_appointment_does_not_end_a_recusal(panel: Service) -> None:
    there = await seated(panel)
    _, path = await reviewed(there.sender, there.secretariat)
    place = await recused(there, path, "member")
    appointed = f"/v1/members/{there.ids['member']}"
    ended = await there.secretariat.post(
        f"{appointed}/end",
        {"ended_on": "2026-01-02", "reason": "term_ended"},
        headers={"If-Match": (await there.secretariat.get(appointed)).headers["ETag"]},
    )
    assert ended.status_code == 200, ended.text
    again = await appoint(there.secretariat, there.member, "Another Name", appointed_from="2026-01-03")
    anew = again.json()["id"]
    await there.step(there.secretariat, f"{place}/holding", {"present": [anew]})
    given: dict[str, Any] = {"meeting_id": place.rsplit("/", 1)[1], "decided_by_members": [anew]}
    refused = await record(there.secretariat, path, **given)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "recused")
    by_name = await record(there.secretariat, path, decided_by=["Another name"])
    assert by_name.json()["errors"][0]["pointer"] == "/decided_by/0"


def test_the_policy_of_four_eyes_is_on_unless_it_is_turned_off() -> None:
    assert PanelSettings.model_fields["four_eyes"].default is True
    assert PanelSettings.model_fields["quorum"].default is None
