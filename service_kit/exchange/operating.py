"""What the people who run a service see of its exchange, and the little they may do. No body is shown here."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import case, func, select, update

from service_kit.acting import Acting, Requires
from service_kit.exchange.message_lists import find_message, links, received_messages, sent_messages, show
from service_kit.exchange.message_views import LinkList, LinkRead, MessageDetail, MessageRead
from service_kit.exchange.models import InboundMessage, InboundState, Link, OutboundMessage, OutboundState
from service_kit.exchange.status import Direction, MessageState
from service_kit.idempotency import OnceDep
from service_kit.pagination import Page, PageDep
from service_kit.problems import ApiProblem
from service_kit.wake_up import Channel, wake_after_commit

router = APIRouter()

ReadDep = Annotated[Acting, Requires("exchange:read")]
OperateDep = Annotated[Acting, Requires("exchange:operate")]


@router.get("/links", summary="List the links")
async def list_links(acting: ReadDep) -> LinkList:
    """Show each link with what waits on it."""
    rows = (await acting.session.execute(links())).all()
    return LinkList(items=[LinkRead.model_validate(row) for row in rows])


@router.post("/links/{link_id}/resumption", summary="Send again on a paused link", response_model=LinkRead)
async def resume_link(link_id: UUID, acting: OperateDep, once: OnceDep) -> Response:
    """End a pause, once the counterpart has said that its end of the link is open again."""
    # Where the breaker is open, one probe goes at once.
    due_probe = case((Link.breaker_open_until.is_not(None), func.now()))
    statement = (
        update(Link)
        .where(Link.organisation_id == acting.organisation_id, Link.id == link_id)
        .values(paused_until=None, pause_reason=None, breaker_open_until=due_probe)
        .returning(Link.id)
    )
    if (await acting.session.execute(statement)).one_or_none() is None:
        raise ApiProblem("not-found")
    wake_after_commit(acting.session, Channel.OUTBOX)
    await acting.audit("exchange.resumed", "exchange_link", link_id)
    row = (await acting.session.execute(links().where(Link.id == link_id))).one()
    return await once.answer(LinkRead.model_validate(row), status=200)


@router.get("/messages", summary="List messages")
async def list_messages(
    acting: ReadDep,
    page: PageDep,
    direction: Annotated[Direction, Query(description="Sent or received.")] = Direction.SENT,
    state: Annotated[MessageState | None, Query(description="Only those that stand so.")] = None,
    subject: Annotated[
        str | None,
        Query(max_length=36, pattern="^[0-9a-z-]*$", description="Only those about this reference."),
    ] = None,
) -> Page[MessageRead]:
    """Show messages, newest first, without their content."""
    if direction is Direction.SENT:
        return await sent_messages(acting.session, page, state=state, subject=subject)
    return await received_messages(acting.session, page, state=state, subject=subject)


@router.get("/messages/{message_id}", summary="Read one message's history")
async def read_message(message_id: UUID, acting: ReadDep) -> MessageDetail:
    """Show one message with its attempts and the receipt as its counterpart signed it, without its content."""
    return await find_message(acting.session, message_id)


@router.get("/dead-letters", summary="List messages refused for good")
async def list_dead_letters(acting: ReadDep, page: PageDep) -> Page[MessageRead]:
    """Show dead messages, newest first; each parks the stream behind it until a person acts."""
    return await sent_messages(acting.session, page, where=OutboundMessage.state == OutboundState.DEAD)


@router.post(
    "/dead-letters/{message_id}/redrive", summary="Send a dead message again", response_model=MessageRead
)
async def redrive_dead_letter(message_id: UUID, acting: OperateDep, once: OnceDep) -> Response:
    """Make a dead message due: same id, same bytes. Its cause must have been put right at the counterpart."""
    statement = (
        update(OutboundMessage)
        .where(
            OutboundMessage.organisation_id == acting.organisation_id,
            OutboundMessage.id == message_id,
            OutboundMessage.state == OutboundState.DEAD,
        )
        .values(state=OutboundState.PENDING.value, attempts=0, next_attempt_at=func.now(), problem=None)
        .returning(OutboundMessage.id)
    )
    if (await acting.session.execute(statement)).one_or_none() is None:
        await _refuse_redrive(acting, message_id)
    await acting.audit("exchange.redriven", "exchange_message", message_id)
    return await once.answer(await show(acting.session, message_id), status=200)


@router.get("/set-aside", summary="List received messages set aside")
async def list_set_aside(acting: ReadDep, page: PageDep) -> Page[MessageRead]:
    """Show messages that a rule of this service kept from taking effect, newest first: each waits for a person."""
    return await received_messages(acting.session, page, where=InboundMessage.state == InboundState.SET_ASIDE)


async def _refuse_redrive(acting: Acting, message_id: UUID) -> None:
    held = select(OutboundMessage.id).where(
        OutboundMessage.organisation_id == acting.organisation_id, OutboundMessage.id == message_id
    )
    if (await acting.session.execute(held)).one_or_none() is None:
        raise ApiProblem("not-found")
    raise ApiProblem("move-not-allowed", "Only a dead message can be sent again by hand.", allowed=[])
