"""Who may do what, and what is told of it afterwards."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from local_service.partner_views import EXAMPLE as VIEWS
from local_service.roles import ROLE_SCOPES
from panel_service.roles import ROLE_SCOPES as PANEL_ROLES
from shared_schemas.messages.national_reviews import PROPOSAL_EXAMPLE
from tests.support.exercise import AUDITED as AUDITED_OF_EXERCISE
from tests.support.exercise import FILLED as FILLED_OF_EXERCISE
from tests.support.exercise import ROUTES as EXERCISE
from tests.support.offices import DECISION, JUDGEMENT, NOTIFIER, REPORT, SECTIONS, incident, open_office
from tests.support.review_course import FILLED as FILLED_OF_COURSE
from tests.support.review_course import ROUTES as REVIEW_COURSE
from tests.support.services import Service

# Every route of a case, with a body that would do, and the scope it needs.
ROUTES: dict[tuple[str, str], tuple[Any, str]] = {
    ("GET", ""): (None, "cases:read"),
    ("PATCH", ""): ({"incident": {"setting": "hospital"}}, "cases:write"),
    ("GET", "/assessment"): (None, "cases:read"),
    ("PUT", "/assessment"): (JUDGEMENT, "assessments:write"),
    ("GET", "/notification"): (None, "cases:read"),
    ("POST", "/notification"): ({"notifier": NOTIFIER}, "notifications:draft"),
    ("POST", "/notification/authorisation"): (None, "notifications:authorise"),
    ("GET", "/withdrawal"): (None, "cases:read"),
    ("POST", "/withdrawal"): ({"reason": "other", "reasons": "Recorded in error."}, "notifications:draft"),
    ("POST", "/withdrawal/authorisation"): (None, "notifications:authorise"),
    ("GET", "/manual-notification"): (None, "cases:read"),
    ("POST", "/manual-notification"): (
        {"route": "form", "told_at": "2025-12-23T15:20:00Z", "told_by": "A. Notifier"},
        "notifications:tell-by-hand",
    ),
    ("GET", "/course"): (None, "cases:read"),
    ("POST", "/not-notifiable"): (
        {"reason": "other", "reasons": "Recorded in error.", "views": VIEWS},
        "assessments:write",
    ),
    ("POST", "/closure"): ({"reasons": "All is done."}, "cases:close"),
    ("POST", "/reopening"): ({"reasons": "More has come."}, "cases:close"),
    ("GET", "/possible-duplicates"): (None, "cases:read"),
    ("GET", "/relations"): (None, "cases:read"),
    ("POST", "/relations"): (
        {"other_case_id": f"{uuid4()}", "relation": "same_incident", "reasons": "One incident."},
        "cases:close",
    ),
    ("GET", "/rapid-review"): (None, "cases:read"),
    ("POST", "/rapid-review"): (None, "rapid-reviews:write"),
    ("PATCH", "/rapid-review"): ({"sections": SECTIONS}, "rapid-reviews:write"),
    ("POST", "/rapid-review/completion"): (None, "rapid-reviews:complete"),
    ("GET", "/local-review"): (None, "local-reviews:read"),
    ("PATCH", "/local-review"): ({"report": REPORT}, "local-reviews:write"),
    ("POST", "/local-review/decision"): (DECISION, "local-reviews:decide"),
    ("POST", "/local-review/completion"): (None, "local-reviews:write"),
    ("GET", "/panel-decisions"): (None, "cases:read"),
    ("GET", "/national-reviews"): (None, "cases:read"),
    ("POST", "/national-reviews/proposal"): (PROPOSAL_EXAMPLE, "national-reviews:propose"),
    ("GET", "/duties"): (None, "cases:read"),
    ("GET", "/proof"): (None, "exchange:read"),
    ("GET", "/duties/{code}"): (None, "cases:read"),
    ("POST", "/duties/{code}/lateness"): ({"reason": "A report came late."}, "duties:write"),
    ("GET", "/timeline"): (None, "cases:read"),
    ("GET", "/local-review/document"): (None, "cases:read"),
    ("PUT", "/local-review/document"): ({"document_id": f"{uuid4()}"}, "local-reviews:write"),
    ("GET", "/local-review/document/content"): (None, "cases:read"),
    ("GET", "/queries"): (None, "cases:read"),
    ("GET", "/queries/{query_id}"): (None, "cases:read"),
    ("POST", "/queries/{query_id}/answer"): ({"text": "As the facts say."}, "queries:answer"),
    ("GET", "/letters"): (None, "cases:read"),
    **EXERCISE,
    **REVIEW_COURSE,
}
FILLED = {
    "code": "rapid_review_completion",
    "query_id": f"{uuid4()}",
    **FILLED_OF_EXERCISE,
    **FILLED_OF_COURSE,
}
CASE = "/v1/cases/{case_id}"
routes = pytest.mark.parametrize(("method", "part"), sorted(ROUTES))


def test_no_route_of_a_case_is_left_out(local: Service) -> None:
    paths = local.app.openapi()["paths"].items()
    there = {
        (method.upper(), path.removeprefix(CASE))
        for path, item in paths
        if path.startswith(CASE)
        for method in item
    }
    assert there == set(ROUTES)


def headers() -> dict[str, str]:
    return {"If-Match": '"v1"', "Idempotency-Key": f"{uuid4()}"}


@routes
async def test_another_partnerships_case_is_not_found(local: Service, method: str, part: str) -> None:
    east = await open_office(local)
    stranger = await local.caller(*ROLE_SCOPES, organisation=f"stranger-{uuid4()}")
    path = await east.record()
    before = await east.read(path)
    body, _ = ROUTES[method, part]
    part = part.format(**FILLED)
    answer = await stranger.request(method, path + part, json=body, headers=headers())
    nowhere = await stranger.request(method, f"/v1/cases/{uuid4()}{part}", json=body, headers=headers())
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    differing = {"request_id"}
    assert {k: v for k, v in answer.json().items() if k not in differing} == {
        k: v for k, v in nowhere.json().items() if k not in differing
    }
    assert await east.read(path) == before


@routes
async def test_a_role_without_the_scope_is_refused(local: Service, method: str, part: str) -> None:
    east = await open_office(local)
    path = await east.record()
    before = await east.read(path)
    body, scope = ROUTES[method, part]
    without = [role for role, scopes in ROLE_SCOPES.items() if scope not in scopes]
    caller = await local.caller(*without, organisation=east.code)
    answer = await caller.request(method, path + part.format(**FILLED), json=body, headers=headers())
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert scope in answer.json()["detail"]
    assert await east.read(path) == before


async def test_a_system_may_prepare_and_never_decides() -> None:
    decides = {
        "assessments:write",
        "notifications:authorise",
        "rapid-reviews:complete",
        "local-reviews:decide",
        "national-reviews:propose",
    }
    assert not ROLE_SCOPES["integrator"] & decides
    assert {role for role, scopes in ROLE_SCOPES.items() if "notifications:authorise" in scopes} == {
        "authoriser"
    }


@pytest.mark.parametrize(
    ("roles", "who"),
    [(ROLE_SCOPES, {"partnership_office", "authoriser"}), (PANEL_ROLES, {"secretariat"})],
    ids=["local", "panel"],
)
async def test_who_runs_a_service_does_not_read_what_its_dead_messages_say(
    roles: Mapping[str, frozenset[str]], who: set[str]
) -> None:
    for scope in ("exchange:content", "exchange:dispose"):
        assert {role for role, scopes in roles.items() if scope in scopes} == who
    assert all({"cases:read", "exchange:read"} <= roles[role] for role in who)
    assert "exchange:operate" in roles["administrator"]


async def test_a_caller_is_told_who_it_is(local: Service) -> None:
    east = await open_office(local)
    me = (await east.authoriser.get("/v1/me", headers={"Access-Purpose": "case_meeting"})).json()
    assert (me["organisation_code"], me["roles"], me["is_person"]) == (east.code, ["authoriser"], True)
    assert me["purpose"] == "case_meeting"
    assert set(me["scopes"]) == ROLE_SCOPES["authoriser"]


async def test_every_read_and_change_is_audited(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.notified()
    await east.start_review(path)
    await east.complete_review(path)
    await east.commission(path)
    await east.write_report(path)
    await east.complete_local_review(path)
    for method, part in ROUTES:
        if method == "GET":
            await east.office.get(path + part.format(**FILLED))
    actions = {entry["action"] for entry in await east.audit(path)}
    assert actions == {
        "case.recorded", "case.read", "assessment.judged", "assessment.read", "notification.drafted",
        "notification.authorised", "notification.read", "rapid_review.started", "rapid_review.written",
        "rapid_review.completed", "rapid_review.sent", "rapid_review.read", "local_review.decided",
        "local_review.written", "local_review.completed", "local_review.read", "panel_decisions.read",
        "duties.read", "timeline.read", "panel_query.listed", "panel_letter.listed", *AUDITED_OF_EXERCISE,
        "local_review.reviewer_appointed", "local_review_course.read",
        "case.course_read", "case.duplicates_read", "case.relations_read",
        "national_reviews.read", "manual_notifications.read", "exchange.proved",
    }  # fmt: skip


async def test_an_entry_says_who_why_and_in_which_request(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    told = {"Access-Purpose": "case_meeting", "Acting-User": "worker-17"}
    answer = await east.office.get(path, headers=told)
    entry = (await east.audit(path))[0]
    assert (entry["action"], entry["outcome"]) == ("case.read", "done")
    assert (entry["purpose"], entry["asserted_user"]) == ("case_meeting", "worker-17")
    assert entry["principal_id"] == str(east.office.principal_id)
    assert entry["request_id"] == answer.headers["X-Request-Id"]
    assert (await east.audit(path))[-1]["purpose"] == "test"


async def test_what_was_refused_is_audited_too(local: Service) -> None:
    east = await open_office(local)
    stranger = await local.caller("partnership_office", "auditor", organisation=f"stranger-{uuid4()}")
    path = await east.record()
    await stranger.get(path)
    entries = (await stranger.get("/v1/audit-entries")).json()["items"]
    assert (entries[0]["action"], entries[0]["outcome"]) == ("request.refused", "refused")
    assert entries[0]["detail"]["problem"] == "not-found"
    assert entries[0]["detail"]["path_ids"] == {"case_id": path.rsplit("/", 1)[1]}


async def test_only_an_auditor_reads_the_trail_and_only_their_own(local: Service) -> None:
    east, west = await open_office(local), await open_office(local)
    path = await east.record()
    assert (await east.office.get("/v1/audit-entries")).status_code == 403
    auditor = await local.caller("auditor", organisation=west.code)
    params = {"subject_id": path.rsplit("/", 1)[1]}
    assert (await auditor.get("/v1/audit-entries", params=params)).json()["items"] == []
    assert (await auditor.get(path)).status_code == 403


async def test_a_list_is_audited_with_its_count(local: Service) -> None:
    east = await open_office(local)
    await east.office.post("/v1/cases", {"incident": incident()})
    auditor = await local.caller("auditor", organisation=east.code)
    await east.office.get("/v1/cases")
    entries = (await auditor.get("/v1/audit-entries")).json()["items"]
    assert (entries[0]["action"], entries[0]["detail"]) == ("case.listed", {"count": 1})
