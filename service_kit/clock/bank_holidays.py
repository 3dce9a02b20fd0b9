from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

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


@dataclass(frozen=True)
class BankHolidayCalendar:
    """The bank holidays of one division of the United Kingdom, and the days between which they are all known."""

    division: str
    holidays: Mapping[date, str]  # day to title
    first_day: date
    last_day: date

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
def published_calendar() -> BankHolidayCalendar:
    """The calendar that ships with this release: England and Wales, 29 June 2018 to the end of 2028."""
    return with_earlier_days(
        parse_feed(load_json("bank-holidays.json")), load_json("bank-holidays-2018.json")
    )
