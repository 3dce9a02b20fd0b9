from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from panel_service.partnerships.rules import (
    Period,
    last_day_before,
    makes_a_circle,
    overlap,
    why_no_membership,
)

DAYS = st.dates(date(2019, 1, 1), date(2030, 1, 1))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    begins = draw(DAYS)
    ends = draw(st.none() | DAYS)
    return Period(begins, max(begins, ends) if ends else None)


@given(periods(), periods(), DAYS)
def test_a_day_in_both_is_an_overlap(one: Period, other: Period, day: date) -> None:
    assert overlap(one, other) == overlap(other, one)
    if one.covers(day) and other.covers(day):
        assert overlap(one, other)
        assert why_no_membership(one, [other]) is not None


@given(DAYS)
def test_one_ends_the_day_before_the_next_begins(day: date) -> None:
    assert not overlap(Period(date(2019, 1, 1), last_day_before(day)), Period(day))


def test_nobody_comes_after_who_came_after_them() -> None:
    successors = {"a": {"b"}, "b": {"c"}}
    assert makes_a_circle("a", "c", successors)
    assert not makes_a_circle("d", "c", successors)
