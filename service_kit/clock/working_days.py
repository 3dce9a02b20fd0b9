import calendar as months
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service_kit.clock.bank_holidays import BankHolidayCalendar

_LONDON = ZoneInfo("Europe/London")
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class NotCounted:
    """A day that a count of working days passed over, and why: `Saturday`, `Sunday` or a bank holiday's title."""

    day: date
    reason: str


@dataclass(frozen=True)
class DueDate:
    """The last day on which something is in time, and the days passed over on the way to it."""

    due_on: date
    not_counted: tuple[NotCounted, ...] = ()


def london_date(instant: datetime) -> date:
    """The date in Europe/London at an instant; `ValueError` for a time without an offset, whose date nobody can tell."""
    if instant.tzinfo is None:
        raise ValueError("a time without an offset has no date in London")
    return instant.astimezone(_LONDON).date()


def start_of_day(day: date) -> datetime:
    """The instant at which a day begins in London: of a day that is told without a time."""
    return datetime.combine(day, time(), _LONDON)


def add_working_days(anchor: date, number: int, calendar: BankHolidayCalendar) -> DueDate:
    """The working day that is `number` after the anchor's date, which is day 0 and is not counted, worked or not.

    `CalendarDoesNotCover` as soon as a day would have to be guessed.
    """
    return _count_working_days(anchor, number, calendar, _ONE_DAY)


def subtract_working_days(anchor: date, number: int, calendar: BankHolidayCalendar) -> DueDate:
    """The working day that is `number` before the anchor's date, counted backwards in the same way."""
    return _count_working_days(anchor, number, calendar, -_ONE_DAY)


def add_calendar_days(anchor: date, number: int) -> DueDate:
    """Every day counts, and the last is never rolled to a working day."""
    _refuse_negative(number)
    return DueDate(anchor + timedelta(days=number))


def subtract_calendar_days(anchor: date, number: int) -> DueDate:
    """The day that is `number` days before, whichever it is."""
    _refuse_negative(number)
    return DueDate(anchor - timedelta(days=number))


def add_calendar_months(anchor: date, number: int) -> DueDate:
    """The same day of a later month, or that month's last day where it is shorter; never rolled to a working day."""
    _refuse_negative(number)
    return DueDate(_move_months(anchor, number))


def subtract_calendar_months(anchor: date, number: int) -> DueDate:
    """The same day of an earlier month, or that month's last day where it is shorter."""
    _refuse_negative(number)
    return DueDate(_move_months(anchor, -number))


def _count_working_days(anchor: date, number: int, calendar: BankHolidayCalendar, step: timedelta) -> DueDate:
    _refuse_negative(number)
    day, counted, not_counted = anchor, 0, []
    while counted < number:
        day += step
        reason = calendar.why_not_worked(day)
        if reason is None:
            counted += 1
        else:
            not_counted.append(NotCounted(day, reason))
    return DueDate(day, tuple(not_counted))


def _move_months(anchor: date, number: int) -> date:
    year, month_index = divmod(anchor.year * 12 + anchor.month - 1 + number, 12)
    last_of_month = months.monthrange(year, month_index + 1)[1]
    return date(year, month_index + 1, min(anchor.day, last_of_month))


def _refuse_negative(number: int) -> None:
    if number < 0:
        raise ValueError("days are counted in a direction, not below nought")
