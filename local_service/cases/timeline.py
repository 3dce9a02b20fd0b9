"""A case as one thread: from the first information through everything that happened to what is still due."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import select

from local_service.cases.file import CaseFile
from local_service.duties.events import reckon_duties
from local_service.events import EVENTS
from service_kit.acting import Acting
from service_kit.clock.duties import ComputedDuty, DutyStatus
from service_kit.clock.rule_sets import End
from service_kit.clock.working_days import start_of_day
from service_kit.exchange.status import Direction, MessageState, MessageStatus, messages_of
from service_kit.feed import FeedEntry

MOST_EVENTS = 2000

_PARTNERS = {
    "local_authority": "The local authority",
    "integrated_care_board": "The integrated care board",
    "police": "The police",
}

_PROVISIONS = {
    "assessment.judged": "Children Act 2004 s16B(9)",
    "notification.authorised": "Children Act 2004 s16C(1)",
    "local_review.decided": "Children Act 2004 s16F(1)(b)",
    "local_review.completed": "SI 2018/789 reg 15",
    "panel_decision.received": "Children Act 2004 s16B(1)",
}


class TimelineKind(StrEnum):
    INCIDENT = "incident"
    INFORMATION = "information"
    EVENT = "event"
    MESSAGE = "message"
    DUTY = "duty"


class TimelineItem(BaseModel):
    """One entry of the thread. What is told without a time of day has ``on`` alone."""

    on: date | None = Field(description="The day, where no time of day is known or counts.")
    at: datetime | None
    kind: TimelineKind
    code: str = Field(description="The event's name, the message's type, or the duty's code.")
    title: str
    status: str | None = None
    provision: str | None = None
    ref: str | None = Field(default=None, description="Where to read more.")
    id: UUID | None = None


class Timeline(BaseModel):
    """The thread of a case, from its first entry to its last."""

    case_id: UUID
    items: list[TimelineItem]
    complete: bool = Field(
        description=f"False where more than {MOST_EVENTS} events are recorded: the latest."
    )


async def read_timeline(acting: Acting, file: CaseFile) -> Timeline:
    """Put a case's thread together from its facts, the feed, its messages and its duties."""
    events = await _events(acting, file)
    messages = await messages_of(acting.session, str(file.case.exchange_reference))
    duties = await reckon_duties(acting, file)
    items = [
        *_facts(file),
        *(_event(entry, file) for entry in events[:MOST_EVENTS]),
        *(item for message in messages for item in _message(message)),
        *(_duty(file, duty) for duty in duties if duty.due_on is not None),
    ]
    return Timeline(case_id=file.case.id, items=sorted(items, key=_when), complete=len(events) <= MOST_EVENTS)


async def _events(acting: Acting, file: CaseFile) -> list[FeedEntry]:
    statement = (
        select(FeedEntry)
        .where(FeedEntry.organisation_id == acting.organisation_id, FeedEntry.subject_id == file.case.id)
        .order_by(FeedEntry.id.desc())
        .limit(MOST_EVENTS + 1)
    )
    return list((await acting.session.execute(statement)).scalars())


def _facts(file: CaseFile) -> Iterator[TimelineItem]:
    incident, ref = file.incident, f"/v1/cases/{file.case.id}"
    yield TimelineItem(
        on=incident.occurred_on,
        at=None,
        kind=TimelineKind.INCIDENT,
        code="incident",
        title="The incident occurred",
        ref=ref,
    )
    for entry in incident.information_received:
        partner = _PARTNERS.get(entry.partner, str(entry.partner))
        yield TimelineItem(
            on=None,
            at=entry.received_at,
            kind=TimelineKind.INFORMATION,
            code="information_received",
            title=f"{partner} received the information",
            ref=ref,
        )
    yield TimelineItem(
        on=None,
        at=incident.authority_became_aware_at,
        kind=TimelineKind.INFORMATION,
        code="authority_became_aware",
        title="The local authority became aware of the incident",
        provision="Children Act 2004 s16C(1)",
        ref=ref,
    )


def _event(entry: FeedEntry, file: CaseFile) -> TimelineItem:
    title = EVENTS.get(entry.type, entry.type)
    duty = entry.detail.get("duty")
    if duty:
        title = f"{title}: {duty}"
    return TimelineItem(
        on=None,
        at=entry.at,
        kind=TimelineKind.EVENT,
        code=entry.type,
        title=title,
        provision=_PROVISIONS.get(entry.type),
        ref=f"/v1/cases/{file.case.id}" + (f"/duties/{duty}" if duty else ""),
        id=entry.id,
    )


def _message(message: MessageStatus) -> Iterator[TimelineItem]:
    shown = [
        (message.written_at, "was put into the outbox"),
        (message.delivered_at, "was receipted"),
        (message.receipt_stored_at if message.direction is Direction.RECEIVED else None, "was received"),
    ]
    for at, what in shown:
        if at is not None:
            yield TimelineItem(
                on=None,
                at=at,
                kind=TimelineKind.MESSAGE,
                code=message.type,
                title=f"{message.type} number {message.number} {what}",
                status=MessageState(message.state).value,
                ref=f"/v1/exchange/messages/{message.message_id}",
                id=message.message_id,
            )


def _duty(file: CaseFile, duty: ComputedDuty) -> TimelineItem:
    until = duty.explanation.end is End.UNTIL
    return TimelineItem(
        on=duty.due_on,
        at=None,
        kind=TimelineKind.DUTY,
        code=duty.code,
        title=f"{'At least until this day' if until else 'Due'}: {duty.title}",
        status=DutyStatus(duty.status).value,
        provision=duty.explanation.provision,
        ref=f"/v1/cases/{file.case.id}/duties/{duty.code}",
    )


def _when(item: TimelineItem) -> tuple[datetime, str]:
    # What is told by its day alone: an incident comes first on it, a due date last.
    if item.at is not None:
        return item.at, item.code
    assert item.on is not None  # noqa: S101 -- narrows the type; an item has one of the two
    if item.kind is TimelineKind.INCIDENT:
        return start_of_day(item.on), item.code
    return start_of_day(item.on + timedelta(days=1)) - timedelta(microseconds=1), item.code
