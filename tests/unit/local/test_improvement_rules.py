from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from local_service.improvements.rules import (
    MOVES,
    AnswerState,
    answer_state,
    check_progress_on,
    why_no_move,
)
from service_kit.problems import ApiProblem
from shared_schemas.improvements import Progress, ProgressFacts, ResponseAnswer, ResponseFacts, is_overdue

DAY = date(2026, 11, 20)
responses = st.none() | st.sampled_from(ResponseAnswer)
progresses = st.none() | st.sampled_from(Progress)


@given(response=responses, progress=progresses)
def test_progress_counts_only_on_what_was_accepted(
    response: ResponseAnswer | None, progress: Progress | None
) -> None:
    state = answer_state(response, progress)
    accepted = response in {ResponseAnswer.ACCEPTED, ResponseAnswer.ACCEPTED_IN_PART}
    may_report = why_no_move(state, "report_implementation") is None
    assert may_report == (accepted and progress != Progress.IMPLEMENTED)
    if response is None:
        assert state == AnswerState.AWAITING_RESPONSE


@given(state=st.sampled_from(AnswerState), move=st.sampled_from(["respond", "report_implementation"]))
def test_a_step_is_allowed_exactly_where_the_table_has_it(state: AnswerState, move: str) -> None:
    refusal = why_no_move(state, move)
    assert (refusal is None) == (move in MOVES[state])
    if refusal is not None:
        assert (refusal.rule, refusal.allowed) == ("Children Act 2004 s16B(2)", MOVES[state])


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"response": "rejected"}, "reasons_missing"),
        ({"response": "accepted_in_part", "by_when": "2027-01-01"}, "reasons_missing"),
        ({"response": "accepted"}, "by_when_missing"),
    ],
)
def test_a_response_says_why_and_by_when(facts: dict[str, str], code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ResponseFacts.model_validate(facts)
    assert [error["type"] for error in refused.value.errors()] == [code]


@pytest.mark.parametrize(
    ("progress", "code"), [("implemented", "evidence_missing"), ("not_implemented", "reasons_missing")]
)
def test_an_end_has_its_evidence_or_its_reasons(progress: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ProgressFacts.model_validate({"progress": progress, "on": "2026-01-01"})
    assert [error["type"] for error in refused.value.errors()] == [code]


@given(progress=progresses, days=st.integers(-50, 50))
def test_overdue_is_what_was_accepted_and_is_not_ended_after_its_day(
    progress: Progress | None, days: int
) -> None:
    response = ResponseFacts(response=ResponseAnswer.ACCEPTED, by_when=DAY)
    today = date.fromordinal(DAY.toordinal() + days)
    ended = progress in {Progress.IMPLEMENTED, Progress.NOT_IMPLEMENTED}
    assert is_overdue(response, progress, today) == (days > 0 and not ended)
    rejected = ResponseFacts(response=ResponseAnswer.REJECTED, reasons="No.")
    assert not is_overdue(rejected, progress, today)
    assert not is_overdue(None, None, today)


def test_progress_lies_not_in_the_future() -> None:
    now = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    check_progress_on(DAY, now)
    with pytest.raises(ApiProblem) as refused:
        check_progress_on(date(2026, 11, 21), now)
    assert [error.pointer for error in refused.value.errors or []] == ["/on"]
