"""What people do about a restore: say that they suspect one, confirm, open what may be given back, let streams go on."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from service_kit.acting import Acting, Requires
from service_kit.exchange.restoring import lists, people
from service_kit.exchange.restoring.views import (
    ConfirmationGiven,
    FindingRead,
    RestoreRead,
    ResumptionGiven,
    ReturnsOpened,
    ReturnsState,
    StreamRead,
    SuspicionGiven,
)
from service_kit.idempotency import OnceDep
from service_kit.pagination import Page, PageDep

router = APIRouter()

ReadDep = Annotated[Acting, Requires("exchange:read")]
OperateDep = Annotated[Acting, Requires("exchange:operate")]


@router.get("/restore", summary="List suspicions of a restore")
async def list_restores(
    acting: ReadDep,
    page: PageDep,
    *,
    open: Annotated[bool | None, Query(description="Only those not settled, or only those settled.")] = None,  # noqa: A002
) -> Page[RestoreRead]:
    """Show each link's suspicions, newest first, with what was found and whether a person is waited for."""
    return await lists.restores(acting.session, page, is_open=open)


@router.post(
    "/restore",
    status_code=201,
    summary="Say that this database may be older than what counterparts hold",
    response_model=list[RestoreRead],
)
async def suspect_restore(given: SuspicionGiven, acting: OperateDep, once: OnceDep) -> Response:
    """Send nothing more on a link, or on all, until it was compared with; what was suspected already stays so."""
    return await once.answer(await people.suspect_by_hand(acting, given), status=201)


@router.get("/restore/{restore_id}/findings", summary="List what a restore had lost")
async def list_findings(restore_id: UUID, acting: ReadDep, page: PageDep) -> Page[FindingRead]:
    """Name each loss, newest first, with what became of it; no content."""
    return await lists.findings(acting.session, restore_id, page)


@router.post(
    "/restore/{restore_id}/confirmation",
    summary="Confirm the keys, so that what was lost may be entered again",
    response_model=RestoreRead,
)
async def confirm_restore(
    restore_id: UUID, given: ConfirmationGiven, acting: OperateDep, once: OnceDep
) -> Response:
    """Let the worker enter what the counterpart holds of ours. A stolen key looks the same: only a person can tell."""
    return await once.answer(await people.confirm(acting, restore_id, given), status=200)


@router.post(
    "/links/{link_id}/returns/opening",
    status_code=201,
    summary="Let the counterpart read back what it sent itself",
    response_model=ReturnsState,
)
async def open_returns(link_id: UUID, given: ReturnsOpened, acting: OperateDep, once: OnceDep) -> Response:
    """Open one link for at most 24 hours; each message given back is audited as a read under your name."""
    return await once.answer(await people.open_returns(acting, link_id, given), status=201)


@router.post(
    "/links/{link_id}/returns/closing", summary="Give nothing more back", response_model=ReturnsState
)
async def close_returns(link_id: UUID, acting: OperateDep, once: OnceDep) -> Response:
    """Close it before its time is over; closed already it stays so."""
    return await once.answer(await people.close_returns(acting, link_id), status=200)


@router.get("/streams", summary="List streams")
async def list_streams(
    acting: ReadDep,
    page: PageDep,
    *,
    parked: Annotated[bool | None, Query(description="Only those that wait for a person, or others.")] = None,
) -> Page[StreamRead]:
    """Show the streams of what is sent, newest first, with what was recovered and what waits."""
    return await lists.streams(acting.session, page, parked=parked)


@router.post(
    "/streams/{stream_id}/resumption", summary="Let a parked stream go on", response_model=StreamRead
)
async def resume_stream(
    stream_id: UUID, given: ResumptionGiven, acting: OperateDep, once: OnceDep
) -> Response:
    """End the parking, once a person has brought what the stream is about up to date with what was sent."""
    return await once.answer(await people.resume_stream(acting, stream_id, given), status=200)
