from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from local_service.panel_requests.rules import (
    PanelRequestState,
    is_overdue,
    request_state,
    why_no_information,
)
from shared_schemas.information_requests import AnswerOutcome

DUE = date(2026, 12, 11)
NOON = datetime(2026, 12, 11, 12, tzinfo=UTC)


@given(outcome=st.none() | st.sampled_from(AnswerOutcome), days=st.integers(-50, 50))
def test_only_what_is_not_complied_with_is_answered_again_and_overdue(
    outcome: AnswerOutcome | None, days: int
) -> None:
    state = request_state(outcome)
    complied = outcome == AnswerOutcome.COMPLIED
    refusal = why_no_information(state)
    assert (refusal is not None) == complied == (state == PanelRequestState.COMPLIED)
    if refusal is not None:
        assert refusal.rule == "Children Act 2004 s16D"
    assert is_overdue(state, DUE, NOON + timedelta(days=days)) == (not complied and days > 0)
