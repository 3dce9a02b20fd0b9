from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from shared_schemas.reference import load_json

ENGLAND_AND_WALES = "england-and-wales"


class CalendarDoesNotCover(LookupError):
    """A day was to be counted for which nobody has said whether it is a bank holiday."""

    def __init__(self, day: date, first_day: date, last_day: date) -> None:
        super().__init__(f"bank holidays are known from {first_day} to {last_day}, not for {day}")
        self.day = day
        self.first_day = first_day
        self.last_day = last_day


class _Event(BaseModel):
    title: str
    date: date


class _Division(BaseModel):
    division: str
    events: list[_Event]


class _PartOfYear(BaseModel):
    covers_from: date
    covers_to: date
    events: list[_Event]


_FEED = TypeAdapter(dict[str, _Division])
_FEED_BEGINS = date(
    2019, 1, 1
)  # the first day the release's own feed covers; a part tells of the days before


@dataclass(frozen=True)
class BankHolidayCalendar:
    """The bank holidays of one division of the United Kingdom, and the days between which they are all known."""

    division: str
    holidays: Mapping[date, str]  # day to title
    first_day: date
    last_day: date
    edition: UUID | None = None  # which of those an operator loaded; none: that of the release

    @property
    def first_year(self) -> int:
        return self.first_day.year

    @property
    def last_year(self) -> int:
        return self.last_day.year

    def covers(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    def why_not_worked(self, day: date) -> str | None:
        """`Saturday`, `Sunday` or the holiday's title; None for a working day. `CalendarDoesNotCover` outside its days."""
        if not self.covers(day):
            raise CalendarDoesNotCover(day, self.first_day, self.last_day)
        if day.weekday() >= 5:
            return f"{day:%A}"
        return self.holidays.get(day)

    def is_working_day(self, day: date) -> bool:
        return self.why_not_worked(day) is None


_in_force: ContextVar[BankHolidayCalendar | None] = ContextVar("calendar_in_force", default=None)


def parse_feed(feed: Any, division: str = ENGLAND_AND_WALES) -> BankHolidayCalendar:
    """Read the shape of gov.uk's bank-holidays.json; it is taken to be complete for every year it names.

    `pydantic.ValidationError` for another shape, `KeyError` for a division it lacks, `ValueError` for one without events.
    """
    events = _FEED.validate_python(feed)[division].events
    if not events:
        raise ValueError(f"the feed has no bank holidays for {division}")
    holidays = {event.date: event.title for event in events}
    return BankHolidayCalendar(
        division=division,
        holidays=MappingProxyType(holidays),
        first_day=date(min(holidays).year, 1, 1),
        last_day=date(max(holidays).year, 12, 31),
    )


def with_earlier_days(calendar: BankHolidayCalendar, part: Any) -> BankHolidayCalendar:
    """Add the days before a feed begins, from a part that says which days it covers; `ValueError` if they do not join up."""
    earlier = _PartOfYear.model_validate(part)
    if (calendar.first_day - earlier.covers_to).days != 1:
        raise ValueError("the earlier days must end on the day before the calendar begins")
    holidays = {event.date: event.title for event in earlier.events} | dict(calendar.holidays)
    return BankHolidayCalendar(
        calendar.division, MappingProxyType(holidays), earlier.covers_from, calendar.last_day
    )


@cache
def shipped_calendar() -> BankHolidayCalendar:
    """The calendar that ships with this release: England and Wales, 29 June 2018 to the end of 2028."""
    return calendar_of(load_json("bank-holidays.json"))


def calendar_of(feed: Any, edition: UUID | None = None) -> BankHolidayCalendar:
    """The feed's days, and before them those the release knows: a feed that begins later takes no earlier day away."""
    calendar = parse_feed(feed)
    if calendar.first_day > _FEED_BEGINS:
        calendar = _joined(shipped_calendar(), calendar)
    else:
        calendar = with_earlier_days(calendar, load_json("bank-holidays-2018.json"))
    return replace(calendar, edition=edition)


def published_calendar() -> BankHolidayCalendar:
    """The calendar that due dates go by: the edition this transaction's database holds, else the release's."""
    return _in_force.get() or shipped_calendar()


def use_calendar(calendar: BankHolidayCalendar | None) -> None:
    """Let what this task reckons from now on go by a calendar; None is the release's."""
    _in_force.set(calendar)


def _joined(earlier: BankHolidayCalendar, later: BankHolidayCalendar) -> BankHolidayCalendar:
    if later.first_day > earlier.last_day + timedelta(days=1):
        raise ValueError("days between the calendars are known to neither")
    kept = {day: title for day, title in earlier.holidays.items() if day < later.first_day}
    holidays = MappingProxyType(kept | dict(later.holidays))
    return replace(later, holidays=holidays, first_day=earlier.first_day)
