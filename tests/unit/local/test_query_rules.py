import pytest

from local_service.queries.models import QueryState
from local_service.queries.rules import MOVES, check_correction, state_after_question, why_no_answer
from service_kit.problems import ApiProblem


def test_more_may_be_said_until_the_panel_closes_it() -> None:
    assert MOVES.keys() == set(QueryState)
    assert why_no_answer(QueryState.OPEN) is None
    assert why_no_answer(QueryState.ANSWERED) is None
    refusal = why_no_answer(QueryState.CLOSED)
    assert refusal is not None
    assert refusal.rule == "Children Act 2004 s16B(1)"


def test_a_question_opens_it_again_unless_it_is_closed() -> None:
    assert state_after_question(QueryState.ANSWERED) == QueryState.OPEN
    assert state_after_question(QueryState.CLOSED) == QueryState.CLOSED


def test_a_correction_is_a_version_that_was_sent() -> None:
    check_correction(None, [])
    check_correction(2, [1, 2])
    with pytest.raises(ApiProblem) as refused:
        check_correction(3, [1, 2])
    assert refused.value.rule == "Children Act 2004 s16C(1)"
