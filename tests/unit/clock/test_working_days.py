from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.clock.bank_holidays import CalendarDoesNotCover, published_calendar
from service_kit.clock.working_days import (
    DueDate,
    add_calendar_days,
    add_calendar_months,
    add_working_days,
    london_date,
)

anchors = st.dates(date(2018, 6, 28), date(2028, 10, 1))
numbers = st.integers(0, 30)
any_day = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("anchor", "number", "due_on"),
    [
        (date(2026, 12, 24), 5, date(2027, 1, 5)),
        (date(2026, 4, 2), 5, date(2026, 4, 13)),
        (date(2022, 9, 16), 5, date(2022, 9, 26)),
        (date(2027, 12, 24), 5, date(2028, 1, 5)),
        (date(2026, 11, 23), 15, date(2026, 12, 14)),
        (date(2023, 5, 5), 15, date(2023, 5, 30)),
        (date(2024, 12, 23), 15, date(2025, 1, 16)),
    ],
)
def test_published_vectors(anchor: date, number: int, due_on: date) -> None:
    assert add_working_days(anchor, number, published_calendar()).due_on == due_on


def test_the_days_not_counted_over_christmas_are_named() -> None:
    due = add_working_days(date(2026, 12, 24), 5, published_calendar())
    assert [(entry.day.isoformat(), entry.reason) for entry in due.not_counted] == [
        ("2026-12-25", "Christmas Day"),
        ("2026-12-26", "Saturday"),
        ("2026-12-27", "Sunday"),
        ("2026-12-28", "Boxing Day"),
        ("2027-01-01", "New Year\u2019s Day"),
        ("2027-01-02", "Saturday"),
        ("2027-01-03", "Sunday"),
    ]


def test_an_anchor_on_a_day_not_worked_is_day_nought_all_the_same() -> None:
    saturday = date(2026, 11, 21)
    assert add_working_days(saturday, 1, published_calendar()).due_on == date(2026, 11, 23)


@given(anchors, st.integers(1, 30))
def test_nothing_counted_in_working_days_falls_on_a_day_not_worked(anchor: date, number: int) -> None:
    assert published_calendar().is_working_day(add_working_days(anchor, number, published_calendar()).due_on)


@given(anchors, numbers)
def test_counted_and_not_counted_days_add_up(anchor: date, number: int) -> None:
    due = add_working_days(anchor, number, published_calendar())
    assert (due.due_on - anchor).days == number + len(due.not_counted)


@given(anchors, numbers)
def test_a_day_more_or_a_later_anchor_never_ends_earlier(anchor: date, number: int) -> None:
    calendar = published_calendar()
    due_on = add_working_days(anchor, number, calendar).due_on
    assert add_working_days(anchor, number + 1, calendar).due_on > due_on
    assert add_working_days(anchor + timedelta(days=1), number, calendar).due_on >= due_on


@given(anchors, numbers, numbers)
def test_counting_on_is_counting_once(anchor: date, first: int, second: int) -> None:
    calendar = published_calendar()
    halfway = add_working_days(anchor, first, calendar).due_on
    assert (
        add_working_days(halfway, second, calendar).due_on
        == add_working_days(anchor, first + second, calendar).due_on
    )


def test_counting_out_of_the_calendar_is_refused_at_both_ends() -> None:
    with pytest.raises(CalendarDoesNotCover):
        add_working_days(date(2028, 12, 28), 5, published_calendar())
    with pytest.raises(CalendarDoesNotCover):
        add_working_days(date(2018, 6, 27), 5, published_calendar())


@given(any_day, st.integers(0, 60))
def test_months_land_in_the_right_month_and_clamp_only_to_its_end(anchor: date, number: int) -> None:
    due_on = add_calendar_months(anchor, number).due_on
    assert (due_on.year * 12 + due_on.month) - (anchor.year * 12 + anchor.month) == number
    is_last_of_month = (due_on + timedelta(days=1)).day == 1
    assert due_on.day == anchor.day or (due_on.day < anchor.day and is_last_of_month)


@pytest.mark.parametrize(
    ("anchor", "number", "due_on"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
    ],
)
def test_months(anchor: date, number: int, due_on: date) -> None:
    assert add_calendar_months(anchor, number).due_on == due_on


def test_calendar_days_are_not_rolled_off_a_bank_holiday() -> None:
    assert add_calendar_days(date(2026, 12, 18), 7).due_on == date(2026, 12, 25)


@pytest.mark.parametrize("add", [add_calendar_days, add_calendar_months])
def test_nothing_is_due_before_its_anchor(add: Callable[[date, int], DueDate]) -> None:
    with pytest.raises(ValueError, match="not below nought"):
        add(date(2026, 1, 1), -1)
    with pytest.raises(ValueError, match="not below nought"):
        add_working_days(date(2026, 1, 1), -1, published_calendar())


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), date(2026, 6, 30)),
        (
            datetime(2026, 6, 30, 23, 0, tzinfo=UTC),
            date(2026, 7, 1),
        ),  # summer time: already tomorrow in London
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), date(2026, 12, 31)),
    ],
)
def test_the_date_is_londons(instant: datetime, day: date) -> None:
    assert london_date(instant) == day


def test_a_time_without_an_offset_has_no_date() -> None:
    with pytest.raises(ValueError, match="without an offset"):
        london_date(datetime(2026, 1, 1, 12))  # noqa: DTZ001 - the refusal of exactly this is under test
