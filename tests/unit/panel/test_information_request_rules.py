from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from panel_service.information_requests.models import RequestState
from panel_service.information_requests.rules import AWAITS, MOVE_NAMES, MOVES, is_overdue, why_no_move

DUE = date(2026, 12, 11)
NOON = datetime(2026, 12, 11, 12, tzinfo=UTC)


@given(state=st.sampled_from(RequestState), move=st.sampled_from(MOVE_NAMES), days=st.integers(-400, 400))
def test_a_move_is_allowed_exactly_where_the_table_has_it(state: RequestState, move: str, days: int) -> None:
    now = NOON + timedelta(days=days)
    refusal = why_no_move(state, move, due_on=DUE, now=now)
    too_early = move == "escalate" and state == RequestState.SERVED and days <= 0
    assert (refusal is None) == (move in MOVES[state] and not too_early)
    if refusal is not None:
        assert refusal.rule == "Children Act 2004 s16D"
        assert set(refusal.allowed) <= set(MOVES[state])


@given(state=st.sampled_from(RequestState), days=st.integers(-400, 400))
def test_only_what_is_awaited_becomes_overdue_and_only_after_its_day(state: RequestState, days: int) -> None:
    assert is_overdue(state, DUE, NOON + timedelta(days=days)) == (state in AWAITS and days > 0)


def test_the_day_it_is_due_ends_at_midnight_in_london() -> None:
    assert not is_overdue("served", date(2026, 7, 1), datetime(2026, 7, 1, 22, 59, tzinfo=UTC))
    assert is_overdue("served", date(2026, 7, 1), datetime(2026, 7, 1, 23, 0, tzinfo=UTC))
