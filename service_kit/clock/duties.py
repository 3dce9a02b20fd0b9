"""When something is due, whether it was done in time, and why: computed on reading, never stored."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from service_kit.clock.bank_holidays import BankHolidayCalendar, CalendarDoesNotCover
from service_kit.clock.rule_sets import Direction, Duty, End, Kind, Limit, Mark, RuleSet, Unit
from service_kit.clock.sentences import (
    due_sentence,
    lifted_sentence,
    no_anchor_sentence,
    no_time_sentence,
    not_covered_sentence,
)
from service_kit.clock.working_days import (
    DueDate,
    add_calendar_days,
    add_calendar_months,
    add_working_days,
    london_date,
    subtract_calendar_days,
    subtract_calendar_months,
    subtract_working_days,
)


class DutyStatus(StrEnum):
    NOT_STARTED = "not_started"  # the event it is counted from has not happened
    NO_TIME_STATED = "no_time_stated"  # to be done, but no source says by when
    OPEN = "open"
    DUE_SOON = "due_soon"  # due today, or at the latest on the next working day
    OVERDUE = "overdue"  # the due date has passed in London
    MET = "met"
    MET_LATE = "met_late"
    LIFTED = "lifted"  # it was not met, and need not be any more
    NOT_KEPT = "not_kept"  # what had to last a minimum period ended before its end
    NOT_COVERED = "not_covered"  # a day would have to be guessed, because the calendar does not reach it


_EXPLAINED = (
    "amount", "unit", "calendar", "direction", "end", "provision", "kind", "source", "mark",
)  # fmt: skip


class DayNotCounted(BaseModel):
    model_config = ConfigDict(frozen=True)

    day: date
    reason: str


class Explanation(BaseModel):
    """Everything somebody needs to check a due date by hand."""

    model_config = ConfigDict(frozen=True)

    anchor_event: str
    anchor_title: str
    anchor_at: datetime | None
    anchor_date: date | None  # in Europe/London; day 0
    amount: int | None
    unit: Unit | None
    calendar: str | None
    direction: Direction
    end: End
    not_counted: list[DayNotCounted]
    provision: str
    kind: Kind
    source: str
    mark: Mark
    sentence: str


class ComputedDuty(BaseModel):
    model_config = ConfigDict(frozen=True)

    code: str
    title: str
    responsible: str
    status: DutyStatus
    due_on: date | None
    met_on: date | None  # in Europe/London
    lifted_on: date | None = None  # in Europe/London; a duty that was met before stays met
    lifted_because: str | None = None
    explanation: Explanation


class _Judgement(NamedTuple):
    due: DueDate | None
    status: DutyStatus
    sentence: str


def compute_duties(
    rule_set: RuleSet,
    events: Mapping[str, datetime | None],
    calendar: BankHolidayCalendar,
    now: datetime,
    *,
    lifted_on: date | None = None,
    lifted_because: str = "",
) -> list[ComputedDuty]:
    """Every duty of a rule set in its order. An event that is absent or None has not happened.

    A count that leaves the calendar makes that duty `not_covered`, so that one old date does not hide the other duties.
    `ValueError` where a duty is counted by another division's calendar.
    """
    if any(duty.calendar not in {None, calendar.division} for duty in rule_set.duties):
        raise ValueError(f"{rule_set.code} is not counted by the calendar of {calendar.division}")
    today = london_date(now)
    computed = [
        _compute(duty, rule_set.events[duty.anchor], events, calendar, today) for duty in rule_set.duties
    ]
    return [_lift(duty, lifted_on, lifted_because) for duty in computed] if lifted_on else computed


def due_date(limit: Limit, anchor: date, calendar: BankHolidayCalendar) -> DueDate:
    """`CalendarDoesNotCover` where working days leave the calendar."""
    before = limit.direction is Direction.BEFORE
    match limit.unit:
        case Unit.WORKING_DAYS:
            count = subtract_working_days if before else add_working_days
            return count(anchor, limit.amount, calendar)
        case Unit.CALENDAR_DAYS:
            return (subtract_calendar_days if before else add_calendar_days)(anchor, limit.amount)
        case Unit.CALENDAR_MONTHS:
            return (subtract_calendar_months if before else add_calendar_months)(anchor, limit.amount)


def _lift(duty: ComputedDuty, on: date, because: str) -> ComputedDuty:
    """Take a duty that is not met off whoever owes it; met stays met, in time or late, and what never began does not end."""
    if duty.met_on is not None or duty.status in {DutyStatus.NOT_STARTED, DutyStatus.NOT_KEPT}:
        return duty
    sentence = f"{duty.explanation.sentence} {lifted_sentence(on, because)}"
    explanation = duty.explanation.model_copy(update={"sentence": sentence})
    return duty.model_copy(
        update={
            "status": DutyStatus.LIFTED,
            "lifted_on": on,
            "lifted_because": because or None,
            "explanation": explanation,
        }
    )


def _compute(
    duty: Duty,
    anchor_title: str,
    events: Mapping[str, datetime | None],
    calendar: BankHolidayCalendar,
    today: date,
) -> ComputedDuty:
    anchor_at, met_at = events.get(duty.anchor), events.get(duty.met_by)
    anchor_date = london_date(anchor_at) if anchor_at else None
    met_on = london_date(met_at) if met_at else None
    due, status, sentence = _judge(duty, anchor_title, anchor_date, met_on, calendar=calendar, today=today)
    explanation = Explanation(
        anchor_event=duty.anchor,
        anchor_title=anchor_title,
        anchor_at=anchor_at,
        anchor_date=anchor_date,
        not_counted=[DayNotCounted(day=entry.day, reason=entry.reason) for entry in due.not_counted]
        if due
        else [],
        sentence=sentence,
        **duty.model_dump(include={*_EXPLAINED}),
    )
    return ComputedDuty(
        code=duty.code,
        title=duty.title,
        responsible=duty.responsible,
        status=status,
        due_on=due.due_on if due else None,
        met_on=met_on,
        explanation=explanation,
    )


def _judge(
    duty: Duty,
    anchor_title: str,
    anchor_date: date | None,
    met_on: date | None,
    *,
    calendar: BankHolidayCalendar,
    today: date,
) -> _Judgement:
    if anchor_date is None:
        status = DutyStatus.MET if met_on else DutyStatus.NOT_STARTED
        return _Judgement(None, status, no_anchor_sentence(anchor_title))
    if duty.limit is None:
        status = DutyStatus.MET if met_on else DutyStatus.NO_TIME_STATED
        return _Judgement(None, status, no_time_sentence(anchor_title, duty.provision))
    due = None
    try:
        due = due_date(duty.limit, anchor_date, calendar)
        judge = _period_status if duty.end is End.UNTIL else status_on
        status = judge(due.due_on, met_on, today, calendar)
    except CalendarDoesNotCover as outside:
        return _Judgement(due, DutyStatus.NOT_COVERED, not_covered_sentence(outside))
    return _Judgement(due, status, due_sentence(duty.limit, anchor_title, anchor_date, due))


def status_on(due_on: date, met_on: date | None, today: date, calendar: BankHolidayCalendar) -> DutyStatus:
    """Judge what is due by a day; `CalendarDoesNotCover` where the next working day is not known."""
    if met_on is not None:
        return DutyStatus.MET if met_on <= due_on else DutyStatus.MET_LATE
    if today > due_on:
        return DutyStatus.OVERDUE
    # On a Friday this takes in the weekend and Monday: after the next working day nothing can be done in time.
    due_soon = due_on <= add_working_days(today, 1, calendar).due_on
    return DutyStatus.DUE_SOON if due_soon else DutyStatus.OPEN


def _period_status(
    due_on: date, ended_on: date | None, today: date, _calendar: BankHolidayCalendar
) -> DutyStatus:
    # A minimum period: what meets it is its lasting, so nothing is due soon, and only its ending too early breaks it.
    if ended_on is not None and ended_on < due_on:
        return DutyStatus.NOT_KEPT
    return DutyStatus.MET if today > due_on else DutyStatus.OPEN
