from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from panel_service.improvements.recurrences import (
    confirm_recurrence,
    count_themes,
    recurrences_of,
    recurrences_of_draft,
)
from panel_service.improvements.schemas import (
    RecurrenceCheck,
    RecurrenceConfirm,
    RecurrencesRead,
    ThemeCount,
)
from service_kit.acting import Acting, Requires
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(tags=["improvements"], route_class=StrictRoute)
ComparingDep = Annotated[Acting, Requires("improvements:read", "cases:read")]


@router.post(
    "/v1/improvements/recurrence-check",
    summary="Find what was recommended before",
    response_model=RecurrencesRead,
)
async def post_recurrence_check(body: RecurrenceCheck, acting: ComparingDep, once: OnceDep) -> Response:
    """Compare a draft with earlier improvements and with what local reviews recommended; nothing of it is kept."""
    found = await recurrences_of_draft(acting, body)
    detail = {"found": len(found.recurrences), "themes": body.themes}
    await acting.audit("improvement.recurrence_checked", "improvement", None, detail)
    return await once.answer(found, status=200)


@router.get("/v1/improvements/{improvement_id}/recurrences", summary="Read where it was recommended before")
async def read_recurrences(improvement_id: UUID, acting: ComparingDep) -> RecurrencesRead:
    """List what was recommended until it was identified, each hit with why it is taken to be alike (reg 3(a))."""
    found = await recurrences_of(acting, improvement_id)
    await acting.audit("improvement.recurrences_read", "improvement", improvement_id)
    return found


@router.post(
    "/v1/improvements/{improvement_id}/recurrences",
    status_code=201,
    summary="Confirm that it was previously identified",
    response_model=RecurrencesRead,
)
async def post_recurrence(
    improvement_id: UUID,
    body: RecurrenceConfirm,
    acting: Annotated[Acting, Requires("improvements:write", "cases:read")],
    once: OnceDep,
) -> Response:
    """Confirm a hit: a person's judgement that reg 3(a) "previously identified" applies."""
    improvement = await confirm_recurrence(acting, improvement_id, body)
    return await once.answer(await recurrences_of(acting, improvement.id), status=201)


@router.get("/v1/themes", summary="Count recurrent themes")
async def list_themes(acting: Annotated[Acting, Requires("improvements:read")]) -> list[ThemeCount]:
    """Count by theme and year the improvements agreed and the reviews that recommend something on it (reg 3(c))."""
    await acting.audit("theme.counted", "improvement", None)
    return await count_themes(acting)
