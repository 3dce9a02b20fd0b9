from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from local_service.agency_summaries.models import AgencySummary, SummaryState
from local_service.agency_summaries.schemas import (
    Returning,
    SummaryCreate,
    SummaryItem,
    SummaryPatch,
    SummaryRead,
)
from local_service.agency_summaries.service import (
    accept_summary,
    begin_summary,
    due_days,
    find_summary,
    list_summaries,
    return_summary,
    submit_summary,
    summaries_of,
    write_summary,
)
from local_service.agency_summaries.showing import show_item, show_summary
from local_service.cases.file import read_file
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import Once, OnceDep
from service_kit.pagination import Page, PageDep, make_page
from service_kit.routes import StrictRoute

router = APIRouter(
    prefix="/v1/cases/{case_id}/agency-summaries", tags=["agency summaries"], route_class=StrictRoute
)
organisation_router = APIRouter(prefix="/v1/agency-summaries", tags=["agency summaries"])

ReadingDep = Annotated[Acting, Requires("agency-summaries:read")]
OwnDep = Annotated[Acting, Requires("agency-summaries:write-own")]
OfficeDep = Annotated[Acting, Requires("agency-summaries:write")]


@router.post("", status_code=201, summary="Begin an agency's summary", response_model=SummaryRead)
async def post_summary(case_id: UUID, body: SummaryCreate, acting: OwnDep, once: OnceDep) -> Response:
    """Ask an agency for its summary, naming who writes it there; or, at the agency, begin it for a request of its own.

    An agency's person begins one only for a request for information that names that person.
    """
    file = await read_file(acting, case_id)
    summary = await begin_summary(acting, file, body)
    return await _answered(acting, once, summary, status=201)


@router.get("", summary="List a case's agency summaries")
async def get_summaries(case_id: UUID, acting: ReadingDep) -> list[SummaryItem]:
    """List the summaries; an agency's person sees the agency's own only."""
    rows = await summaries_of(acting, case_id)
    await acting.audit("agency_summaries.read", "case", case_id)
    due = await due_days(acting, rows)
    return [show_item(row, due) for row in rows]


@router.get("/{summary_id}", summary="Read an agency's summary")
async def get_summary(case_id: UUID, summary_id: UUID, acting: ReadingDep, response: Response) -> SummaryRead:
    """Read a summary as it stands, and what may be done with it next.

    One that answers a request is read for the purpose of s16F alone: `Access-Purpose` (s16H(4)).
    """
    summary = await find_summary(acting, case_id, summary_id)
    await acting.audit("agency_summary.read", "case", case_id, {"summary": str(summary_id)})
    response.headers["ETag"] = etag(summary.version)
    return await show_summary(acting, summary)


@router.patch("/{summary_id}", summary="Write an agency's summary")
async def patch_summary(
    case_id: UUID,
    summary_id: UUID,
    body: SummaryPatch,
    acting: OwnDep,
    expected: IfMatchDep,
    response: Response,
) -> SummaryRead:
    """Save the parts given, each whole; the others stay."""
    summary = await find_summary(acting, case_id, summary_id, lock=True)
    await write_summary(acting, summary, expected, body)
    response.headers["ETag"] = etag(summary.version)
    return await show_summary(acting, summary)


@router.post("/{summary_id}/submission", summary="Submit an agency's summary", response_model=SummaryRead)
async def post_submission(
    case_id: UUID, summary_id: UUID, acting: OwnDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Submit it, with the period in scope and the agency's involvement; it stays on record as it was submitted."""
    summary = await find_summary(acting, case_id, summary_id, lock=True)
    await submit_summary(acting, summary, expected)
    return await _answered(acting, once, summary)


@router.post("/{summary_id}/acceptance", summary="Accept an agency's summary", response_model=SummaryRead)
async def post_acceptance(
    case_id: UUID, summary_id: UUID, acting: OfficeDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Accept a submitted summary for the review."""
    summary = await find_summary(acting, case_id, summary_id, lock=True)
    await accept_summary(acting, summary, expected)
    return await _answered(acting, once, summary)


@router.post("/{summary_id}/return", summary="Send a summary back to its agency", response_model=SummaryRead)
async def post_return(
    case_id: UUID, summary_id: UUID, body: Returning, acting: OfficeDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Send it back, with reasons; the agency writes it again and what it had submitted stays on record."""
    summary = await find_summary(acting, case_id, summary_id, lock=True)
    await return_summary(acting, summary, expected, body.reasons)
    return await _answered(acting, once, summary)


@organisation_router.get("", summary="List agency summaries across cases")
async def get_organisations_summaries(
    acting: ReadingDep,
    page: PageDep,
    state: Annotated[SummaryState | None, Query(description="Only summaries in this state.")] = None,
) -> Page[SummaryItem]:
    """List summaries, newest first; an agency's person sees what that person was asked for, on whatever case."""
    rows = await list_summaries(acting, page, state=state)
    await acting.audit(
        "agency_summaries.listed", "agency_summary", None, {"count": min(len(rows), page.limit)}
    )
    due = await due_days(acting, rows)
    return make_page(rows, page, lambda row: show_item(row, due), lambda row: row.id)


async def _answered(acting: Acting, once: Once, summary: AgencySummary, *, status: int = 200) -> Response:
    headers = {"ETag": etag(summary.version)}
    if status == 201:
        headers["Location"] = f"/v1/cases/{summary.case_id}/agency-summaries/{summary.id}"
    return await once.answer(await show_summary(acting, summary), status=status, headers=headers)
