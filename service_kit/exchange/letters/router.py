"""Dead letters: what was refused for good, why, and the ways out. Nothing leaves the list but by a person."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import select

from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.exchange.letters.disposing import confirm, find_disposal, propose, show_detail, withdraw
from service_kit.exchange.letters.listing import LetterFilter, dead_letters, read_content
from service_kit.exchange.letters.models import Disposal
from service_kit.exchange.letters.redriving import MOST_AT_ONCE, dead_of_link, redrive
from service_kit.exchange.letters.rules import LetterSetup
from service_kit.exchange.letters.schemas import (
    DeadLetterRead,
    DisposalCreate,
    DisposalDetail,
    DisposalRead,
    MessageContent,
    RedriveMany,
    RedriveOutcome,
    RedriveResult,
    RedriveResults,
)
from service_kit.exchange.message_lists import show
from service_kit.exchange.message_views import MessageRead
from service_kit.exchange.models import Link, OutboundMessage
from service_kit.idempotency import OnceDep
from service_kit.pagination import Page, PageDep
from service_kit.problems import ApiProblem
from service_kit.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)

ReadDep = Annotated[Acting, Requires("exchange:read")]
OperateDep = Annotated[Acting, Requires("exchange:operate")]
ContentDep = Annotated[Acting, Requires("exchange:content")]
DisposeDep = Annotated[Acting, Requires("exchange:dispose")]
PROPOSALS = "/dead-letters/{message_id}/disposals"


async def get_setup(request: Request) -> LetterSetup:
    """Give what the service says of its own dead messages."""
    setup: LetterSetup = request.app.state.letters
    return setup


SetupDep = Annotated[LetterSetup, Depends(get_setup)]


async def read_filter(
    link_id: Annotated[UUID | None, Query(description="Only those of this link.")] = None,
    subject: Annotated[
        str | None,
        Query(max_length=36, pattern="^[0-9a-z-]*$", description="Only those about this reference."),
    ] = None,
    reason: Annotated[
        str | None,
        Query(max_length=64, pattern="^[a-z-]*$", description="Only those refused with this problem."),
    ] = None,
    type: Annotated[  # noqa: A002 -- the name on the wire
        str | None, Query(max_length=100, pattern="^[a-z0-9._]*$", description="Only those of this type.")
    ] = None,
    older_than_hours: Annotated[
        int | None, Query(ge=0, le=87_600, description="Only those written longer ago.")
    ] = None,
) -> LetterFilter:
    """Read which dead letters are asked for."""
    return LetterFilter(link_id, subject, reason, type, older_than_hours)


@router.get("/dead-letters", summary="List messages refused for good")
async def list_dead_letters(
    acting: ReadDep, page: PageDep, asked: Annotated[LetterFilter, Depends(read_filter)]
) -> Page[DeadLetterRead]:
    """Show dead messages, newest first: why, since when, what waits behind each. Each parks its stream until a person acts."""
    return await dead_letters(acting, page, asked)


@router.get("/messages/{message_id}/content", summary="Read a message's exact content")
async def get_content(message_id: UUID, acting: ContentDep) -> MessageContent:
    """Read a message whole, as it was written. It may hold data about people: every reading is audited."""
    return await read_content(acting, message_id)


@router.post(
    "/dead-letters/redrives", summary="Send several dead messages again", response_model=RedriveResults
)
async def redrive_many(body: RedriveMany, acting: OperateDep, once: OnceDep) -> Response:
    """Make these dead messages due, or all of a link: same ids, same bytes. Each has a result of its own."""
    if body.link_id is not None:
        await _refuse_unknown_link(acting, body.link_id)
        found = await acting.session.execute(dead_of_link(acting.organisation_id, body.link_id))
        ids: Sequence[UUID] = found.scalars().all()
    else:
        ids = list(dict.fromkeys(body.ids or ()))
    done = await redrive(acting.session, acting.caller, ids)
    left = await _known(acting, [message_id for message_id in ids if message_id not in done])
    results = [RedriveResult(id=message_id, outcome=_outcome(message_id, done, left)) for message_id in ids]
    more = body.link_id is not None and len(ids) == MOST_AT_ONCE
    return await once.answer(RedriveResults(results=results, redriven=len(done), more=more), status=200)


@router.post(
    "/dead-letters/{message_id}/redrive", summary="Send a dead message again", response_model=MessageRead
)
async def redrive_dead_letter(message_id: UUID, acting: OperateDep, once: OnceDep) -> Response:
    """Make a dead message due: same id, same bytes. Its cause must have been put right at the counterpart."""
    if not await redrive(acting.session, acting.caller, [message_id]):
        if not await _known(acting, [message_id]):
            raise ApiProblem("not-found")
        raise ApiProblem("move-not-allowed", "Only a dead message can be sent again by hand.", allowed=[])
    return await once.answer(await show(acting.session, message_id), status=200)


@router.post(
    PROPOSALS,
    status_code=201,
    summary="Propose to replace or discard a dead message",
    response_model=DisposalRead,
)
async def post_proposal(
    message_id: UUID, body: DisposalCreate, acting: DisposeDep, once: OnceDep, setup: SetupDep
) -> Response:
    """Propose, with a reason, to put a corrected message under its number or to discard it; nothing changes yet.

    Another person must confirm it. Proposed anew, an open proposal is renewed.
    """
    disposal = await propose(acting, setup, message_id, body)
    location = f"/v1/exchange/dead-letters/{message_id}/disposals/{disposal.id}"
    headers = {"Location": location, "ETag": etag(disposal.version)}
    return await once.answer(DisposalRead.model_validate(disposal), status=201, headers=headers)


@router.get(PROPOSALS, summary="List what was proposed for a dead message")
async def list_proposals(message_id: UUID, acting: ReadDep) -> list[DisposalRead]:
    """Show each proposal with who made it, who settled it and how, newest first."""
    if not await _known(acting, [message_id]):
        raise ApiProblem("not-found")
    statement = (
        select(Disposal)
        .where(Disposal.organisation_id == acting.organisation_id, Disposal.message_id == message_id)
        .order_by(Disposal.id.desc())
        .limit(100)
    )
    return [DisposalRead.model_validate(row) for row in (await acting.session.execute(statement)).scalars()]


@router.get(PROPOSALS + "/{disposal_id}", summary="Read a proposal in full")
async def get_proposal(
    message_id: UUID, disposal_id: UUID, acting: DisposeDep, setup: SetupDep, response: Response
) -> DisposalDetail:
    """Read what is proposed, its words and the corrected data, before confirming it. Every reading is audited."""
    disposal = await find_disposal(acting, message_id, disposal_id)
    await acting.audit(
        "exchange.disposal_read", "exchange_disposal", disposal.id, {"message": str(message_id)}
    )
    response.headers["ETag"] = etag(disposal.version)
    return await show_detail(acting, setup, disposal)


@router.post(
    PROPOSALS + "/{disposal_id}/confirmation",
    summary="Confirm a proposal as a second person",
    response_model=DisposalRead,
)
async def post_confirmation(
    message_id: UUID,
    disposal_id: UUID,
    acting: DisposeDep,
    expected: IfMatchDep,
    once: OnceDep,
    setup: SetupDep,
) -> Response:
    """Confirm it: the dead message is replaced, another of its chain stands under its number, the stream goes on.

    If-Match is the proposal's ETag, so that nobody confirms what they have not read.
    """
    disposal = await confirm(acting, setup, message_id, disposal_id, expected)
    return await once.answer(DisposalRead.model_validate(disposal), status=200)


@router.post(
    PROPOSALS + "/{disposal_id}/withdrawal", summary="Withdraw a proposal", response_model=DisposalRead
)
async def post_withdrawal(message_id: UUID, disposal_id: UUID, acting: DisposeDep, once: OnceDep) -> Response:
    """Withdraw an open proposal; the message stays dead and visible."""
    disposal = await withdraw(acting, message_id, disposal_id)
    return await once.answer(DisposalRead.model_validate(disposal), status=200)


async def _refuse_unknown_link(acting: Acting, link_id: UUID) -> None:
    statement = select(Link.id).where(Link.organisation_id == acting.organisation_id, Link.id == link_id)
    if (await acting.session.execute(statement)).one_or_none() is None:
        raise ApiProblem("not-found")


async def _known(acting: Acting, ids: Sequence[UUID]) -> frozenset[UUID]:
    statement = select(OutboundMessage.id).where(
        OutboundMessage.organisation_id == acting.organisation_id, OutboundMessage.id.in_(ids)
    )
    return frozenset((await acting.session.execute(statement)).scalars()) if ids else frozenset()


def _outcome(message_id: UUID, done: frozenset[UUID], left: frozenset[UUID]) -> RedriveOutcome:
    if message_id in done:
        return RedriveOutcome.REDRIVEN
    return RedriveOutcome.NOT_DEAD if message_id in left else RedriveOutcome.NOT_FOUND
