from datetime import date

import pytest
from pydantic import ValidationError

from service_kit.clock.bank_holidays import (
    CalendarDoesNotCover,
    parse_feed,
    published_calendar,
    with_earlier_days,
)

FEED = {
    "wales": {
        "division": "wales",
        "events": [{"title": "Day off", "date": "2030-03-01", "notes": "", "bunting": True}],
    }
}


def test_the_published_calendar_reaches_from_the_regulations_to_the_end_of_2028() -> None:
    calendar = published_calendar()
    assert calendar.covers(date(2018, 6, 29))
    assert not calendar.covers(date(2018, 6, 28))
    assert calendar.covers(date(2028, 12, 31))
    assert not calendar.covers(date(2029, 1, 1))
    assert (calendar.first_year, calendar.last_year) == (2018, 2028)


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2018, 8, 27), "Summer bank holiday"),
        (date(2022, 9, 19), "Bank Holiday for the State Funeral of Queen Elizabeth II"),
        (date(2026, 12, 26), "Saturday"),
        (date(2026, 12, 27), "Sunday"),
        (date(2026, 12, 28), "Boxing Day"),
        (date(2026, 12, 29), None),
    ],
)
def test_a_day_says_why_it_is_not_worked(day: date, reason: str | None) -> None:
    assert published_calendar().why_not_worked(day) == reason


@pytest.mark.parametrize("year", range(2019, 2029))
def test_every_whole_year_has_at_least_the_eight_usual_bank_holidays_all_on_weekdays(year: int) -> None:
    days = [day for day in published_calendar().holidays if day.year == year]
    assert len(days) >= 8
    assert all(day.weekday() < 5 for day in days)


def test_a_day_outside_is_refused_and_not_guessed() -> None:
    with pytest.raises(CalendarDoesNotCover) as refused:
        published_calendar().why_not_worked(date(2029, 1, 1))
    assert refused.value.day == date(2029, 1, 1)
    assert refused.value.last_day == date(2028, 12, 31)


def test_a_feed_covers_the_whole_of_its_years() -> None:
    calendar = parse_feed(FEED, "wales")
    assert (calendar.first_day, calendar.last_day) == (date(2030, 1, 1), date(2030, 12, 31))
    assert not calendar.is_working_day(date(2030, 3, 1))


def test_a_feed_without_the_division_without_events_or_of_another_shape_is_refused() -> None:
    with pytest.raises(KeyError):
        parse_feed(FEED)
    with pytest.raises(ValueError, match="no bank holidays"):
        parse_feed({"wales": {"division": "wales", "events": []}}, "wales")
    with pytest.raises(ValidationError):
        parse_feed({"wales": ["2030-03-01"]}, "wales")


def test_earlier_days_must_join_up() -> None:
    gap = {"covers_from": "2029-01-01", "covers_to": "2029-12-30", "events": []}
    with pytest.raises(ValueError, match="must end on the day before"):
        with_earlier_days(parse_feed(FEED, "wales"), gap)
