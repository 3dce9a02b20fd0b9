from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_service.cases.models import CaseStatus
from local_service.information_requests.models import RequestState
from local_service.information_requests.rules import (
    LEADS_TO,
    MOVES,
    RequestMove,
    is_overdue,
    why_no_request,
    why_not,
    working_days_before,
)
from local_service.purposes import why_not_for_this
from service_kit.clock.bank_holidays import CalendarDoesNotCover, published_calendar
from service_kit.clock.working_days import add_working_days
from tests.unit.local.filing import file

DUE = date(2026, 3, 10)


@pytest.mark.parametrize("state", RequestState)
@pytest.mark.parametrize("move", RequestMove)
def test_each_move_is_allowed_by_the_one_table(state: RequestState, move: RequestMove) -> None:
    refusal = why_not(move, state)
    assert (refusal is None) == (move in MOVES[state])
    if refusal is not None:
        assert refusal.rule
        assert refusal.rule.startswith("Children Act 2004 s16H")
        assert refusal.allowed == tuple(MOVES[state])


@given(st.lists(st.sampled_from(RequestMove), max_size=12))
def test_nothing_is_answered_that_was_not_served(moves: list[RequestMove]) -> None:
    state, path = RequestState.MADE, [RequestState.MADE]
    for move in moves:
        if why_not(move, state) is None:
            state = LEADS_TO[move]
            path.append(state)
    if RequestState.ANSWERED in path:
        assert RequestState.SERVED in path[: path.index(RequestState.ANSWERED)]
    ended = [place for place, one in enumerate(path) if not MOVES[one]]
    assert ended in ([], [len(path) - 1])


@pytest.mark.parametrize("state", RequestState)
def test_it_is_overdue_while_it_is_owed_and_the_day_has_passed(state: RequestState) -> None:
    owed = state in {RequestState.SERVED, RequestState.REFUSED, RequestState.ESCALATED}
    assert is_overdue(state, DUE, DUE + timedelta(days=1)) == owed
    assert not is_overdue(state, DUE, DUE)


def test_the_days_before_skip_weekends_and_bank_holidays() -> None:
    due = working_days_before(date(2025, 12, 31), 3, published_calendar())
    assert due.due_on == date(2025, 12, 24)
    assert [entry.reason for entry in due.not_counted] == [
        "Sunday",
        "Saturday",
        "Boxing Day",
        "Christmas Day",
    ]


@given(st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.integers(0, 30))
def test_counting_back_is_counting_forward_turned_round(day: date, number: int) -> None:
    calendar = published_calendar()
    before = working_days_before(day, number, calendar).due_on
    if calendar.is_working_day(day):
        assert add_working_days(before, number, calendar).due_on == day
    assert number == 0 or calendar.is_working_day(before)


def test_a_day_is_not_guessed() -> None:
    with pytest.raises(CalendarDoesNotCover):
        working_days_before(date(2012, 1, 10), 3000, published_calendar())


def test_a_closed_case_asks_for_nothing_more() -> None:
    assert why_no_request(file()) is None
    refusal = why_no_request(file(status=CaseStatus.WITHDRAWN))
    assert refusal is not None
    assert refusal.rule == "Children Act 2004 s16H(1)"


@pytest.mark.parametrize(
    ("purpose", "allowed"), [("s16F", True), ("s16f", True), ("test", False), ("s16B", False)]
)
def test_information_given_on_request_is_for_one_purpose(purpose: str, allowed: bool) -> None:
    refusal = why_not_for_this(purpose)
    assert (refusal is None) == allowed
    if refusal is not None:
        assert (refusal.problem, refusal.rule) == ("purpose-not-allowed", "Children Act 2004 s16H(4)")
