from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from panel_service.deps import SettingsDep
from panel_service.improvements import service
from panel_service.improvements.addressing import address
from panel_service.improvements.models import Improvement, ImprovementState
from panel_service.improvements.reading import show_addressing, show_improvement
from panel_service.improvements.recurrence_router import router as recurrences
from panel_service.improvements.responses import record_response
from panel_service.improvements.schemas import (
    Addressing,
    AddressingRead,
    EvidenceCreate,
    ImplementationCreate,
    ImprovementCreate,
    ImprovementListed,
    ImprovementPatch,
    ImprovementRead,
    NonImplementationCreate,
    ProgressCreate,
    ResponseCreate,
    SupersessionCreate,
)
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import Once, OnceDep
from service_kit.pagination import Page, PageDep, make_page
from service_kit.routes import StrictRoute
from shared_schemas.codes import Theme
from shared_schemas.improvements import ImprovementScope

router = APIRouter(tags=["improvements"], route_class=StrictRoute)
router.include_router(recurrences)

PATH = "/v1/improvements"
ONE = PATH + "/{improvement_id}"
WritingDep = Annotated[Acting, Requires("improvements:write", "cases:read")]


async def answer(acting: Acting, once: Once, improvement: Improvement, status: int = 200) -> Response:
    """Show the improvement as it is now, once."""
    headers = {"ETag": etag(improvement.version)}
    if status == 201:
        headers["Location"] = f"{PATH}/{improvement.id}"
    return await once.answer(await show_improvement(acting, improvement), status=status, headers=headers)


@router.post(PATH, status_code=201, summary="Identify an improvement", response_model=ImprovementRead)
async def post_improvement(body: ImprovementCreate, acting: WritingDep, once: OnceDep) -> Response:
    """Identify an improvement that should be made (s16B(2)): what, why, by whom, on which themes, shown by what.

    Case evidence must have been received; other evidence is cited. The text must name no child of a case it rests on.
    """
    return await answer(acting, once, await service.identify(acting, body), 201)


@router.get(PATH, summary="List improvements, newest first")
async def list_improvements(
    acting: Annotated[Acting, Requires("improvements:read")],
    page: PageDep,
    state: Annotated[ImprovementState | None, Query(description="Only those in this state.")] = None,
    scope: Annotated[ImprovementScope | None, Query(description="Only local or only national.")] = None,
    theme: Annotated[Theme | None, Query(description="Only those on this theme.")] = None,
    case_id: Annotated[UUID | None, Query(description="Only those this case is evidence of.")] = None,
) -> Page[ImprovementListed]:
    """List the register of improvements; an item tells nothing of the cases behind it.

    Filtering by case needs the scope `cases:read` too.
    """
    rows = await service.list_improvements(
        acting, page, state=state, scope=scope, theme=theme, case_id=case_id
    )
    return make_page(rows, page, ImprovementListed.model_validate, lambda row: row.id)


@router.get(ONE, summary="Read an improvement")
async def read_improvement(
    improvement_id: UUID, acting: Annotated[Acting, Requires("improvements:read")], response: Response
) -> ImprovementRead:
    """Give it with evidence, addressees, responses, history and next moves; an analyst sees evidence counted only."""
    improvement = await service.find_improvement(acting, improvement_id)
    await acting.audit("improvement.read", "improvement", improvement.id)
    response.headers["ETag"] = etag(improvement.version)
    return await show_improvement(acting, improvement)


@router.patch(ONE, summary="Change an improvement that is not agreed yet")
async def patch_improvement(
    improvement_id: UUID,
    body: ImprovementPatch,
    acting: WritingDep,
    expected: IfMatchDep,
    response: Response,
) -> ImprovementRead:
    """Change what is given. Once agreed the text stands: a better one supersedes it."""
    improvement = await service.change(acting, improvement_id, expected, body)
    response.headers["ETag"] = etag(improvement.version)
    return await show_improvement(acting, improvement)


@router.post(ONE + "/evidence", status_code=201, summary="Add evidence", response_model=ImprovementRead)
async def post_evidence(
    improvement_id: UUID, body: EvidenceCreate, acting: WritingDep, once: OnceDep
) -> Response:
    """Add evidence; what is there stays. Refused where the text names a child of a case that is added."""
    return await answer(acting, once, await service.give_evidence(acting, improvement_id, body), 201)


@router.post(ONE + "/agreement", summary="Agree an improvement", response_model=ImprovementRead)
async def post_agreement(
    improvement_id: UUID,
    acting: Annotated[Acting, Requires("improvements:agree", "cases:read")],
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Agree it, by another person than who identified it, on evidence that is recorded."""
    return await answer(acting, once, await service.agree(acting, improvement_id, expected))


@router.post(ONE + "/addressing", summary="Tell the partnerships concerned", response_model=AddressingRead)
async def post_addressing(
    improvement_id: UUID,
    body: Addressing,
    acting: WritingDep,
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Send it by signed webhook to the partnerships addressed, those whose cases are evidence, and those chosen.

    Whoever has no open link is listed as to be told by hand.
    """
    improvement = await address(acting, settings, improvement_id, expected, body)
    shown = await show_addressing(acting, improvement)
    return await once.answer(shown, status=200, headers={"ETag": etag(improvement.version)})


@router.post(
    ONE + "/responses",
    status_code=201,
    summary="Record an addressee's response",
    response_model=ImprovementRead,
)
async def post_response(
    improvement_id: UUID, body: ResponseCreate, acting: WritingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Record what an addressee without the exchange answered; a later response stands in the earlier one's place."""
    done = await record_response(acting, improvement_id, expected, body)
    return await answer(acting, once, done, 201)


@router.post(ONE + "/progress", summary="Record that it is being made", response_model=ImprovementRead)
async def post_progress(
    improvement_id: UUID, body: ProgressCreate, acting: WritingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Record progress, which the history keeps."""
    return await answer(acting, once, await service.record_progress(acting, improvement_id, expected, body))


@router.post(ONE + "/implementation", summary="Record the implementation", response_model=ImprovementRead)
async def post_implementation(
    improvement_id: UUID, body: ImplementationCreate, acting: WritingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Record that it was implemented, on which day, and the evidence of it."""
    done = await service.record_implementation(acting, improvement_id, expected, body)
    return await answer(acting, once, done)


@router.post(
    ONE + "/non-implementation", summary="Record that it is not implemented", response_model=ImprovementRead
)
async def post_non_implementation(
    improvement_id: UUID,
    body: NonImplementationCreate,
    acting: WritingDep,
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Record that it will not be made, with the reasons."""
    done = await service.record_non_implementation(acting, improvement_id, expected, body)
    return await answer(acting, once, done)


@router.post(ONE + "/supersession", summary="Supersede an improvement", response_model=ImprovementRead)
async def post_supersession(
    improvement_id: UUID, body: SupersessionCreate, acting: WritingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Let another improvement stand in its place."""
    return await answer(acting, once, await service.supersede(acting, improvement_id, expected, body))
