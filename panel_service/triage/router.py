from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from panel_service.cases.service import find_case
from panel_service.triage.paging import QueuePageDep
from panel_service.triage.rules import REASONS
from panel_service.triage.schemas import AssignmentCreate, AttentionRead, TriagePage
from panel_service.triage.service import assign_case, mark_seen, read_queue, show_attention
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.problems import field_problem
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/triage", tags=["triage"], route_class=StrictRoute)
of_case = APIRouter(prefix="/v1/cases/{case_id}", tags=["triage"], route_class=StrictRoute)


@router.get("", summary="List what needs a person first")
async def get_queue(
    acting: Annotated[Acting, Requires("cases:read")],
    page: QueuePageDep,
    reason: Annotated[
        str | None, Query(max_length=64, description="Only cases with this reason, by its code.")
    ] = None,
    assigned_to: Annotated[UUID | None, Query(description="Only this person's, by principal id.")] = None,
    unassigned: Annotated[bool, Query(description="Only those that nobody looks after.")] = False,
) -> TriagePage:
    """List the cases that need a person, each with its reasons, in an order that follows from reasons alone.

    Overdue is judged on reading, by the rule set of the partnership's own messages. No item names a child, and
    neither the harm nor anything about a child weighs in the order.
    """
    if reason is not None and reason not in REASONS:
        raise field_problem("/query/reason", "code_not_on_list", f"Must be one of {', '.join(REASONS)}.")
    return await read_queue(acting, page, reason=reason, assigned_to=assigned_to, unassigned=unassigned)


@of_case.get("/attention", summary="Read why a case needs a person")
async def get_attention(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read")], response: Response
) -> AttentionRead:
    """Read who looks after a case, who saw it last, and what of it needs a person."""
    case = await find_case(acting, case_id)
    await acting.audit("attention.read", "case", case.id)
    response.headers["ETag"] = etag(case.version)
    return await show_attention(acting, case)


@of_case.post("/assignment", summary="Assign a case to a person", response_model=AttentionRead)
async def post_assignment(
    case_id: UUID,
    body: AssignmentCreate,
    acting: Annotated[Acting, Requires("triage:write")],
    once: OnceDep,
) -> Response:
    """Assign a case to a person of the Panel, in the place of whoever had it. A recused member cannot be given one."""
    case = await assign_case(acting, case_id, body.assigned_to)
    return await once.answer(await show_attention(acting, case), status=200)


@of_case.post("/seen", summary="Mark a case as seen", response_model=AttentionRead)
async def post_seen(
    case_id: UUID,
    acting: Annotated[Acting, Requires("triage:write")],
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Say that what has come was seen; If-Match is the case's ETag, so that nothing unseen is marked.

    News leaves the queue and comes back with the next document. What waits for a step of the Panel's stays.
    """
    case = await mark_seen(acting, case_id, expected)
    return await once.answer(await show_attention(acting, case), status=200)
