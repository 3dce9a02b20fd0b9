from uuid import UUID

import pytest

from panel_service.decisions.models import DecisionState
from panel_service.decisions.rules import (
    MOVES,
    check_nothing_came,
    why_no_recording,
    why_no_release,
    why_not_this_person,
)
from service_kit.identity import Caller
from service_kit.problems import ApiProblem

PERSON, OTHER = UUID(int=1), UUID(int=2)
RULE = "Children Act 2004 s16B(1)"


def caller(*, is_person: bool = True) -> Caller:
    return Caller(
        organisation_id=UUID(int=9),
        organisation_code="panel",
        organisation_name="Panel",
        principal_id=PERSON,
        principal_name="A. Person",
        is_person=is_person,
        roles=frozenset({"chair"}),
        purpose="test",
    )


@pytest.mark.parametrize("state", list(DecisionState))
@pytest.mark.parametrize("move", ["release_decision", "withdraw_decision"])
def test_only_a_recorded_decision_is_released_or_withdrawn(state: DecisionState, move: str) -> None:
    refusal = why_no_release(state, move)
    if state == DecisionState.RECORDED:
        assert refusal is None
    else:
        assert refusal is not None
        assert (refusal.rule, refusal.allowed) == (RULE, MOVES[state])


def test_one_decision_waits_at_a_time() -> None:
    assert why_no_recording(None) is None
    refusal = why_no_recording(2)
    assert refusal is not None
    assert refusal.allowed == ("release_decision", "withdraw_decision")


def test_the_second_person_is_another_person_and_no_system() -> None:
    assert why_not_this_person(caller(), OTHER, four_eyes=True) is None
    same = why_not_this_person(caller(), PERSON, four_eyes=True)
    assert same is not None
    assert same.problem == "second-person-required"
    assert why_not_this_person(caller(), PERSON, four_eyes=False) is None
    assert why_not_this_person(caller(is_person=False), OTHER, four_eyes=False) is not None


def test_a_decision_does_not_leave_on_less_than_is_known() -> None:
    check_nothing_came(2, 2)
    check_nothing_came(None, 5)
    with pytest.raises(ApiProblem) as refused:
        check_nothing_came(2, 3)
    assert (refused.value.status_code, refused.value.rule) == (412, RULE)
