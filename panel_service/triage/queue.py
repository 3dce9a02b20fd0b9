"""The queue, lane after lane: each is read in the order of an index, from where the page before ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Text, Uuid, and_, case, cast, exists, or_, select, true, tuple_

from panel_service.cases.models import Case
from panel_service.meetings.agenda import recused_from
from panel_service.triage.paging import OVERDUE, STUCK, WAITING, Place, QueuePage
from service_kit.acting import Acting
from service_kit.exchange.models import LINK_SUBJECT, InboundMessage, InboundState


@dataclass(frozen=True)
class Lane:
    """One part of the queue: which cases, in which order, and what comes after a place in it."""

    name: str
    where: Callable[[Acting, date], ColumnElement[bool]]
    order: tuple[ColumnElement[Any], ...]
    after: Callable[[Place], tuple[ColumnElement[bool], ...]]  # one range of the index after another
    place: Callable[[Case], Place] = field(repr=False)


async def read_lanes(
    acting: Acting, page: QueuePage, today: date, conditions: Sequence[ColumnElement[bool]]
) -> list[tuple[Lane, Case]]:
    """Give the page's cases and one more, if there is one, each with its lane."""
    first = next((i for i, lane in enumerate(LANES) if page.after and lane.name == page.after.lane), 0)
    found: list[tuple[Lane, Case]] = []
    for lane in LANES[first:]:
        statement = select(Case).where(
            Case.organisation_id == acting.organisation_id,
            lane.where(acting, today),
            ~recused_from(acting, Case.id),
            *conditions,
        )
        begins_here = page.after is not None and page.after.lane == lane.name
        for part in lane.after(page.after) if page.after and begins_here else (true(),):
            wanted = page.limit + 1 - len(found)
            if wanted > 0:
                ordered = statement.where(part).order_by(*lane.order).limit(wanted)
                found += [(lane, row) for row in (await acting.session.execute(ordered)).scalars()]
    return found


def has_stuck_message(acting: Acting, state: InboundState | None = None) -> ColumnElement[bool]:
    """Whether a message about the case has not taken effect: set aside, or held beyond its first try."""
    held = and_(InboundMessage.state == InboundState.HELD, InboundMessage.apply_attempts > 0)
    aside = InboundMessage.state == InboundState.SET_ASIDE
    which = {InboundState.HELD: held, InboundState.SET_ASIDE: aside, None: or_(held, aside)}[state]
    return exists().where(
        InboundMessage.organisation_id == acting.organisation_id,
        InboundMessage.link_id == Case.link_id,
        InboundMessage.subject == cast(Case.exchange_reference, Text),
        InboundMessage.state != InboundState.APPLIED,
        which,
    )


def _is_of_stuck_messages(acting: Acting) -> ColumnElement[bool]:
    """The same, asked from the few messages there are, so that no other case is looked at."""
    # The protocol's own messages are about the link and no case: their subject is no UUID.
    about = case((InboundMessage.subject != LINK_SUBJECT, InboundMessage.subject))
    held = and_(InboundMessage.state == InboundState.HELD, InboundMessage.apply_attempts > 0)
    messages = select(InboundMessage.link_id, cast(about, Uuid)).where(
        InboundMessage.organisation_id == acting.organisation_id,
        InboundMessage.state != InboundState.APPLIED,
        or_(held, InboundMessage.state == InboundState.SET_ASIDE),
    )
    # A cast can fail, and its error could tell of a row: under row security no index is searched by a cast. Made
    # DISTINCT, the subquery is worked out first, and the index searched by what it gives.
    messages = messages.distinct()
    return tuple_(Case.link_id, Case.exchange_reference).in_(messages)


def is_overdue(today: date) -> ColumnElement[bool]:
    """Whether a day has passed by which the partnership was to send something (days of Europe/London)."""
    return and_(Case.next_due_on.is_not(None), Case.next_due_on < today)


def _not_stuck_or_overdue(acting: Acting, today: date) -> ColumnElement[bool]:
    in_time = or_(Case.next_due_on.is_(None), Case.next_due_on >= today)
    return and_(Case.attention_weight > 0, in_time, ~has_stuck_message(acting))


LANES = (
    Lane(
        STUCK,
        lambda acting, _: _is_of_stuck_messages(acting),
        (Case.id.asc(),),
        lambda place: (Case.id > place.id,),
        lambda case: Place(lane=STUCK, id=case.id),
    ),
    Lane(
        OVERDUE,
        lambda acting, today: and_(is_overdue(today), ~has_stuck_message(acting)),
        (Case.next_due_on.asc(), Case.id.asc()),
        lambda place: (tuple_(Case.next_due_on, Case.id) > (place.due_on, place.id),),
        lambda case: Place(lane=OVERDUE, id=case.id, due_on=case.next_due_on),
    ),
    Lane(
        WAITING,
        _not_stuck_or_overdue,
        (Case.attention_weight.desc(), Case.attention_since.asc(), Case.id.asc()),
        lambda place: (
            and_(
                Case.attention_weight == place.weight,
                tuple_(Case.attention_since, Case.id) > (place.since, place.id),
            ),
            Case.attention_weight < place.weight,
        ),
        lambda case: Place(
            lane=WAITING, id=case.id, weight=case.attention_weight, since=case.attention_since
        ),
    ),
)
