from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from local_service.case_course.schemas import NotNotifiable
from local_service.cases.schemas import CaseCreate
from local_service.deps import SettingsDep
from local_service.screenings import service
from local_service.screenings.models import Screening, ScreeningState
from local_service.screenings.schemas import (
    NewInformation,
    ScreeningCreate,
    ScreeningListItem,
    ScreeningRead,
)
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import Once, OnceDep
from service_kit.pagination import Page, PageDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/screenings", tags=["screenings"], route_class=StrictRoute)
ReadingDep = Annotated[Acting, Requires("cases:read")]


@router.post("", status_code=201, summary="Record information received", response_model=ScreeningRead)
async def post_screening(
    body: ScreeningCreate, acting: Annotated[Acting, Requires("screenings:write")], once: OnceDep
) -> Response:
    """Record information about what may be a serious incident, before anybody decides what to make of it.

    The earliest receipt by any one of the partners is kept: a case made of it starts its clock no later.
    """
    screening = await service.record_screening(acting, body)
    return await _answer(acting, once, screening, 201, f"/v1/screenings/{screening.id}")


@router.get("", summary="List screenings")
async def list_screenings(
    acting: ReadingDep,
    page: PageDep,
    state: Annotated[ScreeningState | None, Query(description="Only those in this state.")] = None,
    case_id: Annotated[UUID | None, Query(description="Only the one that this case was made of.")] = None,
) -> Page[ScreeningListItem]:
    """List your organisation's screenings, newest first. No item tells of a child or the circumstances."""
    found = await service.list_screenings(acting, page, state=state, case_id=case_id)
    await acting.audit("screening.listed", "screening", None, {"count": len(found.items)})
    return found


@router.get("/{screening_id}", summary="Read a screening")
async def read_screening(screening_id: UUID, acting: ReadingDep, response: Response) -> ScreeningRead:
    """Read what came in, what was made of it and why, and what may be done next."""
    screening = await service.find_screening(acting, screening_id)
    await acting.audit("screening.read", "screening", screening.id, {"version": screening.version})
    response.headers["ETag"] = etag(screening.version)
    return await service.show_screening(acting, screening)


@router.post(
    "/{screening_id}/case", status_code=201, summary="Record a case of it", response_model=ScreeningRead
)
async def post_case(
    screening_id: UUID,
    body: CaseCreate,
    acting: Annotated[Acting, Requires("screenings:write", "cases:write")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Record a case of the information received; both know each other from then on, and the case's clock runs."""
    screening = await service.become_case(acting, settings, screening_id, expected, body)
    return await _answer(acting, once, screening, 201, f"/v1/cases/{screening.case_id}")


@router.post("/{screening_id}/not-notified", summary="Decide not to notify", response_model=ScreeningRead)
async def post_not_notified(
    screening_id: UUID,
    body: NotNotifiable,
    acting: Annotated[Acting, Requires("assessments:write")],
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Record why the authority does not notify (Children Act 2004 s16C(1)).

    All three partners should agree (guidance): each one's view is needed, with reasons for a dissent or its absence.
    """
    screening = await service.decide_not_to_notify(acting, screening_id, expected, body)
    return await _answer(acting, once, screening, 200)


@router.post(
    "/{screening_id}/reopening",
    summary="Reopen a screening on new information",
    response_model=ScreeningRead,
)
async def post_reopening(
    screening_id: UUID,
    body: NewInformation,
    acting: Annotated[Acting, Requires("cases:close")],
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Open a screening again that was not notified, because new information came; what was decided stays on record."""
    screening = await service.reopen_screening(acting, screening_id, expected, body)
    return await _answer(acting, once, screening, 200)


async def _answer(
    acting: Acting, once: Once, screening: Screening, status: int, location: str | None = None
) -> Response:
    headers = {"ETag": etag(screening.version)} | ({"Location": location} if location else {})
    shown = await service.show_screening(acting, screening)
    return await once.answer(shown, status=status, headers=headers)
