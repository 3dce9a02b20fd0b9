from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import Row, func, select

from panel_service.partnerships.models import Partnership
from service_kit.acting import Acting, Requires
from service_kit.exchange.models import InboundMessage, InboundState, InboundStream
from service_kit.exchange.status import MessageState
from service_kit.pagination import Page, PageDep, make_page, newest_first
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/intake", tags=["intake"], route_class=StrictRoute)
GAP = "earlier_message_missing"
FAILED = "could_not_be_applied"
DUE = "about_to_be_applied"


class WaitingMessage(BaseModel):
    """A message that is held and has not taken effect; never its content."""

    message_id: UUID
    type: str
    subject: str = Field(
        description="The case's exchange reference, or `link` for the protocol's own messages."
    )
    number: int = Field(description="Its number in its stream.")
    next_expected: int = Field(description="The number whose turn it is in that stream.")
    link_id: UUID
    partnership_id: UUID | None
    partnership_name: str | None
    state: MessageState
    received_at: datetime
    age_seconds: int
    why: str = Field(
        description=f"`{GAP}`: one before it has not come; `{FAILED}`: an error, tried again; `{DUE}`; else the name of "
        "the problem for which it was set aside."
    )


@router.get("/waiting", summary="List what waits for its turn or for a person")
async def list_waiting(
    acting: Annotated[Acting, Requires("exchange:read")],
    page: PageDep,
    set_aside: Annotated[
        bool | None, Query(description="Only those set aside for a person, or only those that wait.")
    ] = None,
) -> Page[WaitingMessage]:
    """List messages that came before their time or were set aside, newest first: from whom, how long, and why."""
    wanted = {None: (InboundState.HELD, InboundState.SET_ASIDE), True: (InboundState.SET_ASIDE,)}
    states = wanted.get(set_aside, (InboundState.HELD,))
    age = func.extract("epoch", func.now() - InboundMessage.stored_at)
    columns = (
        InboundMessage.id,
        InboundMessage.type,
        InboundMessage.subject,
        InboundMessage.number,
        InboundMessage.link_id,
        InboundMessage.state,
        InboundMessage.stored_at,
        InboundMessage.problem,
        InboundStream.last_applied,
        Partnership.id.label("partnership_id"),
        Partnership.name.label("partnership_name"),
        age.label("age"),
    )
    statement: Any = (
        select(*columns)
        .join(
            InboundStream,
            (InboundStream.organisation_id == InboundMessage.organisation_id)
            & (InboundStream.id == InboundMessage.stream_id),
        )
        .outerjoin(
            Partnership,
            (Partnership.organisation_id == InboundMessage.organisation_id)
            & (Partnership.link_id == InboundMessage.link_id),
        )
        .where(
            InboundMessage.organisation_id == acting.organisation_id,
            InboundMessage.state.in_([state.value for state in states]),
        )
    )
    rows = (await acting.session.execute(newest_first(statement, InboundMessage.id, page))).all()
    await acting.audit("intake.waiting_listed", "message", None, {"count": min(len(rows), page.limit)})
    return make_page(rows, page, _show, lambda row: row.id)


def why_it_waits(state: str, number: int, last_applied: int, problem: str | None) -> str:
    """Say why a message has not taken effect: what it was set aside for, a gap before it, or a failed try."""
    if state == InboundState.SET_ASIDE:
        return problem or MessageState.SET_ASIDE.value
    if number > last_applied + 1:
        return GAP
    return FAILED if problem else DUE


def _show(row: Row[Any]) -> WaitingMessage:
    held = row.state == InboundState.HELD
    return WaitingMessage(
        message_id=row.id,
        type=row.type,
        subject=row.subject,
        number=row.number,
        next_expected=row.last_applied + 1,
        link_id=row.link_id,
        partnership_id=row.partnership_id,
        partnership_name=row.partnership_name,
        state=MessageState.WAITING if held else MessageState.SET_ASIDE,
        received_at=row.stored_at,
        age_seconds=int(row.age),
        why=why_it_waits(row.state, row.number, row.last_applied, row.problem),
    )
