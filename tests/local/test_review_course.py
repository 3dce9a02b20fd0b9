from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from service_kit.identity import PrincipalKind
from tests.support.offices import REPORT, REVIEWER, Office, etag_of, open_office
from tests.support.services import Service

TERMS = {
    "scope": "How agencies worked together.",
    "period_from": "2025-06-01",
    "period_to": "2025-12-21",
    "lines_of_enquiry": ["How were transfers handled?"],
    "method": "A learning event.",
    "key_dates": [{"on": "2026-03-02", "what": "First draft"}],
}
CHECKPOINT = {
    "on": "2026-01-12",
    "timeliness": "at_risk",
    "quality": "satisfactory",
    "note": "One agency is late.",
    "next_on": "2026-02-12",
}
REQUEST = {
    "what": "draft",
    "narrative": "The draft so far.",
    "in_writing": "Letter ref. 17",
    "requested_on": "2026-01-12",
    "due_on": "2026-01-26",
}
HOLD = {"process": "inquest", "reason": "It is open.", "asked_by": "The coroner"}
PLAN = {"form": "published", "version": 1, "planned_on": "2026-05-11"}


@pytest.fixture
async def east(local: Service) -> Office:
    """A partnership linked to a Panel."""
    return await open_office(local, linked=True)


async def commissioned(east: Office) -> str:
    path = await east.notified()
    await east.start_review(path)
    await east.complete_review(path)
    assert (await east.commission(path)).status_code == 201
    return path


async def completed(east: Office) -> str:
    path = await commissioned(east)
    await east.write_report(path)
    assert (await east.complete_local_review(path)).status_code == 200
    return path


async def course(east: Office, path: str) -> dict[str, Any]:
    answer = await east.office.get(f"{path}/local-review/course")
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


async def test_without_a_commissioned_review_there_is_no_course(east: Office) -> None:
    path = await east.notified()
    assert (await east.office.get(f"{path}/local-review/course")).status_code == 404
    assert (await east.appoint(path)).status_code == 404


async def test_reviewers_are_appointed_and_removed_and_told_to_the_panel(east: Office) -> None:
    path = await commissioned(east)
    first = (await east.appoint(path)).json()["reviewers"][0]
    assert (first["conflicts_of_interest"], first["removal"]) == (REVIEWER["conflicts_of_interest"], None)
    removal = {"reasons": "No longer available.", "on": "2026-01-12"}
    steps = f"reviewers/{first['id']}/removal"
    early = await east.course_step(path, steps, {**removal, "on": "2025-12-29"})
    assert (early.status_code, early.json()["rule"]) == (422, "SI 2018/789 reg 13")
    removed = await east.course_step(path, steps, removal)
    assert removed.json()["reviewers"][0]["removal"]["reasons"] == removal["reasons"]
    again = await east.course_step(path, steps, removal)
    assert (again.status_code, again.json()["rule"]) == (409, "SI 2018/789 reg 13")
    assert (await east.course_step(path, f"reviewers/{uuid4()}/removal", removal)).status_code == 404
    types = [message["type"] for message in (await east.read(path))["messages"]]
    assert types.count("local.local_review_reviewer.v1") == 2


async def test_a_report_is_completed_with_a_reviewer_who_was_appointed(east: Office) -> None:
    path = await commissioned(east)
    parts = {name: REPORT[name] for name in REPORT if name != "reviewers"}
    await east.write_report(path, parts)
    nobody = await east.complete_local_review(path)
    assert (nobody.status_code, nobody.json()["errors"][0]["pointer"]) == (409, "/report/reviewers")
    await east.appoint(path, name="A second reviewer")
    headers = etag_of(await east.office.get(f"{path}/local-review"))
    stranger = {"report": {"reviewers": ["A stranger"]}}
    await east.office.request("PATCH", f"{path}/local-review", json=stranger, headers=headers)
    unknown = await east.complete_local_review(path)
    assert (unknown.status_code, unknown.json()["rule"]) == (409, "SI 2018/789 reg 12")
    assert "A stranger" not in unknown.text
    headers = etag_of(await east.office.get(f"{path}/local-review"))
    nobody_named = {"report": {"reviewers": None}}
    await east.office.request("PATCH", f"{path}/local-review", json=nobody_named, headers=headers)
    done = await east.complete_local_review(path)
    assert done.json()["report"]["reviewers"] == ["A second reviewer"]


async def test_an_appointment_in_the_future_is_refused(east: Office) -> None:
    path = await commissioned(east)
    refused = await east.appoint(path, appointed_on="2999-01-01")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "date_in_the_future")


async def test_terms_of_reference_keep_every_version(east: Office) -> None:
    path = await commissioned(east)
    await east.course_step(path, "terms-of-reference", TERMS)
    await east.course_step(path, "terms-of-reference", {**TERMS, "scope": "More widely."})
    terms = (await course(east, path))["terms_of_reference"]
    assert [(one["number"], one["scope"]) for one in terms] == [(1, TERMS["scope"]), (2, "More widely.")]
    backward = await east.course_step(path, "terms-of-reference", {**TERMS, "period_to": "2025-01-01"})
    assert backward.status_code == 422


async def test_supervision_is_logged_with_its_requests_and_answers(east: Office) -> None:
    path = await commissioned(east)
    checked = await east.course_step(path, "supervision/checkpoints", CHECKPOINT)
    assert checked.json()["next_checkpoint_on"] == CHECKPOINT["next_on"]
    await east.course_step(path, "supervision/requests", REQUEST)
    answer = {"answered_on": "2026-01-20"}
    early = await east.course_step(path, "supervision/requests/1/answer", {"answered_on": "2026-01-11"})
    assert (early.status_code, early.json()["rule"]) == (422, "SI 2018/789 reg 14")
    answered = await east.course_step(path, "supervision/requests/1/answer", answer)
    assert answered.json()["requests"][0]["answer"]["answered_on"] == answer["answered_on"]
    again = await east.course_step(path, "supervision/requests/1/answer", answer)
    assert (again.status_code, again.json()["rule"]) == (409, "SI 2018/789 reg 14")
    assert (await east.course_step(path, "supervision/requests/2/answer", answer)).status_code == 404
    future = await east.course_step(
        path, "supervision/checkpoints", {**CHECKPOINT, "on": "2998-01-01", "next_on": "2999-01-01"}
    )
    assert future.json()["errors"][0]["code"] == "date_in_the_future"


async def test_recommendations_are_followed_up_and_their_history_stays(east: Office) -> None:
    path = await commissioned(east)
    today = datetime.now(UTC).date().isoformat()
    accepted = {"status": "accepted", "on": today}
    early = await east.course_step(path, "recommendations/1/progress", accepted)
    assert (early.status_code, early.json()["allowed"]) == (409, ["complete_local_review"])
    await east.write_report(path)
    await east.complete_local_review(path)
    await east.course_step(path, "recommendations/1/progress", accepted)
    bare = await east.course_step(path, "recommendations/1/progress", {"status": "not_accepted", "on": today})
    assert bare.status_code == 422
    done = {"status": "implemented", "on": today, "evidence": "The pathway is in use."}
    progress = (await east.course_step(path, "recommendations/1/progress", done)).json()
    history = [(one["recommendation"], one["status"]) for one in progress["recommendations_progress"]]
    assert history == [(1, "accepted"), (1, "implemented")]
    (recommendation,) = progress["recommendations"]
    assert (recommendation["status"], len(recommendation["history"])) == ("implemented", 2)
    assert recommendation["owner"] == REPORT["recommendations"][0]["owner"]
    assert (await east.course_step(path, "recommendations/2/progress", done)).status_code == 404


async def test_one_request_twice_is_one_step(east: Office) -> None:
    path = await commissioned(east)
    headers = {"Idempotency-Key": f"{uuid4()}"}
    steps = f"{path}/local-review/holds"
    first = await east.office.post(steps, HOLD, headers=headers)
    again = await east.office.post(steps, HOLD, headers=headers)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert len((await course(east, path))["holds"]) == 1


async def test_a_plan_on_an_older_reading_is_refused(east: Office) -> None:
    path = await completed(east)
    headers = etag_of(await east.office.get(f"{path}/local-review"))
    await east.course_step(path, "holds", HOLD)
    stale = await east.office.post(f"{path}/local-review/publication-plan", PLAN, headers=headers)
    assert stale.status_code == 412
    missing = await east.office.post(f"{path}/local-review/publication-plan", PLAN)
    assert missing.status_code == 428


async def test_a_system_neither_plans_nor_lifts(east: Office) -> None:
    path = await completed(east)
    await east.course_step(path, "holds", HOLD)
    system = await east.local.caller("partnership_office", organisation=east.code, kind=PrincipalKind.SYSTEM)
    for step, body in (("publication-plan", PLAN), ("holds/1/lifting", {"reason": "It ended."})):
        headers = etag_of(await east.office.get(f"{path}/local-review"))
        refused = await system.post(f"{path}/local-review/{step}", body, headers=headers)
        assert refused.status_code == 403
    assert (await course(east, path))["holds"][0]["lifting"] is None


async def test_a_revised_report_leaves_no_plan_nor_date_of_publication(east: Office) -> None:
    path = await completed(east)
    assert (await east.course_step(path, "publication-plan", PLAN)).status_code == 201
    assert (await course(east, path))["earliest_publication"] is not None
    revised = {"report": REPORT, "reasons": "A date was wrong."}
    assert (await east.course_step(path, "versions", revised)).status_code == 201
    assert (await course(east, path))["earliest_publication"] is None
    duty = (await east.office.get(f"{path}/duties/publication_copy")).json()
    assert (duty["status"], duty["due_on"]) == ("not_started", None)


async def test_nothing_is_published_without_a_plan(east: Office) -> None:
    path = await completed(east)
    body = {"version": 1, "on": "2026-01-12", "where": "On the web"}
    refused = await east.course_step(path, "publication", body)
    assert (refused.status_code, refused.json()["rule"]) == (409, "Children Act 2004 s16F(4)")
    assert "plan_publication" in refused.json()["allowed"]
    moves = {one["move"]: one["allowed"] for one in (await course(east, path))["moves"]}
    assert (moves["plan_publication"], moves["publish_report"]) == (True, False)


async def test_a_copy_is_of_a_version_there_is_and_not_before_it(east: Office) -> None:
    path = await completed(east)
    copy = {"recipient": "secretary_of_state", "version": 1, "sent_on": datetime.now(UTC).date().isoformat()}
    for changes, code in (
        ({"version": 2}, "unknown_version"),
        ({"item": "improvements_information"}, "unknown_version"),
        ({"sent_on": "2026-01-01"}, "too_early"),
        ({"sent_on": "2999-01-01"}, "date_in_the_future"),
    ):
        refused = await east.course_step(path, "copies", {**copy, **changes})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)
    assert (await east.course_step(path, "copies", copy)).status_code == 201


async def test_criterion_d_is_never_the_callers(east: Office) -> None:
    path = await east.notified()
    await east.start_review(path)
    await east.complete_review(path)
    given = [{"criterion": "reg_11_d", "answer": "yes", "reasons": "The Panel said so."}]
    refused = await east.commission(path, criteria=given)
    assert (refused.status_code, refused.json()["rule"]) == (422, "SI 2018/789 reg 11(d)")
    decided = await east.commission(path, criteria=[{**given[0], "criterion": "reg_11_a"}])
    assert decided.json()["criterion_d"] == {"met": False, "panel_decision_version": None}
    assert decided.json()["criteria"][0]["criterion"] == "reg_11_a"


async def test_a_reviewer_reads_one_case_for_a_limited_time(east: Office) -> None:
    path, other = await commissioned(east), await commissioned(east)
    reviewer = await east.local.caller("reviewer", organisation=east.code)
    appointed = (await east.appoint(path)).json()["reviewers"][0]["id"]
    reads = [f"{path}/local-review", f"{path}/local-review/rapid-review"]
    now = datetime.now(UTC)

    async def give(starts: timedelta, ends: timedelta, **changes: Any) -> int:
        body = {
            "principal_id": str(reviewer.principal_id),
            "starts_at": (now + starts).isoformat(),
            "ends_at": (now + ends).isoformat(),
            **changes,
        }
        return (await east.course_step(path, f"reviewers/{appointed}/access", body)).status_code

    async def statuses() -> set[int]:
        return {(await reviewer.get(read)).status_code for read in reads}

    assert await statuses() == {404}
    assert await give(timedelta(days=1), timedelta(days=2)) == 201
    assert await statuses() == {404}
    assert await give(-timedelta(days=2), -timedelta(days=1)) == 422
    assert await give(-timedelta(days=1), timedelta(days=1), principal_id=f"{uuid4()}") == 422
    assert await give(-timedelta(days=1), timedelta(days=1)) == 201
    assert await statuses() == {200}
    assert (await reviewer.get(f"{other}/local-review")).status_code == 404
    assert (await reviewer.get(path)).status_code == 403
    await east.course_step(
        path, f"reviewers/{appointed}/removal", {"reasons": "No longer.", "on": now.date().isoformat()}
    )
    assert await statuses() == {404}


async def test_a_scrutineer_reads_the_course_and_nothing_else(east: Office) -> None:
    path = await commissioned(east)
    scrutineer = await east.local.caller("scrutineer", organisation=east.code)
    assert (await scrutineer.get(f"{path}/local-review/course")).status_code == 200
    assert (await scrutineer.get(f"{path}/local-review")).status_code == 403
    assert (await scrutineer.get(path)).status_code == 403
    listed = (await scrutineer.get("/v1/local-reviews")).json()["items"]
    assert [(one["case_id"], one["state"]) for one in listed] == [(path.rsplit("/", 1)[1], "in_progress")]
    assert (await scrutineer.get("/v1/local-reviews", params={"state": "published"})).json()["items"] == []
    stranger = await east.local.caller("scrutineer", organisation=f"stranger-{uuid4()}")
    assert (await stranger.get("/v1/local-reviews")).json()["items"] == []
    assert (await east.notifier.get("/v1/local-reviews")).status_code == 200
    reviewer = await east.local.caller("reviewer", organisation=east.code)
    assert (await reviewer.get("/v1/local-reviews")).status_code == 403
    assert "local_review_course.read" in {entry["action"] for entry in await east.audit(path)}
