"""The delivery log: every attempt to send, with what came of it. No message's content is in it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.acting import Acting, Requires
from service_kit.exchange.message_lists import shown_state
from service_kit.exchange.message_views import AttemptLogEntry
from service_kit.exchange.models import DeliveryAttempt, OutboundMessage
from service_kit.exchange.status import MessageState
from service_kit.pagination import Page, PageDep, PageRequest, make_page, newest_first

router = APIRouter()


class AttemptFilter(BaseModel):
    """What a page of the log is narrowed to; all that are given count together."""

    model_config = ConfigDict(frozen=True)

    message: UUID | None = None
    link: UUID | None = None
    subject: str | None = None
    outcome: str | None = None
    state: MessageState | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


@router.get("/attempts", summary="List attempts to deliver")
async def list_attempts(
    acting: Annotated[Acting, Requires("exchange:read")],
    page: PageDep,
    message: Annotated[UUID | None, Query(description="Only those for this message.")] = None,
    link: Annotated[UUID | None, Query(description="Only those on this link.")] = None,
    subject: Annotated[
        str | None,
        Query(
            max_length=36,
            pattern="^[0-9a-z-]*$",
            description="Only those for messages about this reference, or `link`.",
        ),
    ] = None,
    outcome: Annotated[
        str | None,
        Query(
            max_length=40,
            pattern="^[a-z_]*$",
            description="Only those that came to this: `delivered`, `timeout`, `destination_fault` and so on.",
        ),
    ] = None,
    state: Annotated[
        MessageState | None, Query(description="Only those for messages that stand so now.")
    ] = None,
    since: Annotated[AwareDatetime | None, Query(description="Only those begun then or later.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Only those begun before then.")] = None,
) -> Page[AttemptLogEntry]:
    """Show every attempt with its time, duration, outcome, HTTP status and how the answer began, newest first."""
    wanted = AttemptFilter(
        message=message, link=link, subject=subject, outcome=outcome, state=state, since=since, until=until
    )
    return await find_attempts(acting.session, page, wanted)


async def find_attempts(
    session: AsyncSession, page: PageRequest, wanted: AttemptFilter
) -> Page[AttemptLogEntry]:
    """Give a page of attempts, newest first."""
    of_message = and_(
        OutboundMessage.organisation_id == DeliveryAttempt.organisation_id,
        OutboundMessage.id == DeliveryAttempt.message_id,
    )
    statement = select(
        *DeliveryAttempt.__table__.columns,
        OutboundMessage.subject,
        OutboundMessage.type,
        OutboundMessage.number,
        shown_state().label("message_state"),
    ).join(OutboundMessage, of_message)
    conditions = {
        DeliveryAttempt.message_id: wanted.message,
        DeliveryAttempt.link_id: wanted.link,
        OutboundMessage.subject: wanted.subject,
        DeliveryAttempt.outcome: wanted.outcome,
    }
    for column, value in conditions.items():
        if value is not None:
            statement = statement.where(column == value)
    if wanted.state is not None:
        statement = statement.where(shown_state() == wanted.state.value)
    if wanted.since is not None:
        statement = statement.where(DeliveryAttempt.started_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(DeliveryAttempt.started_at < wanted.until)
    rows = (await session.execute(newest_first(statement, DeliveryAttempt.id, page))).all()
    return make_page(rows, page, AttemptLogEntry.model_validate, lambda row: row.id)
