from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel_service.improvements.models import ImprovementState
from panel_service.improvements.rules import (
    MOVE_NAMES,
    MOVES,
    check_day_of_the_past,
    check_texts,
    names_a_child,
    why_no_move,
    why_not_this_person,
)
from service_kit.problems import ApiProblem

states = st.sampled_from(ImprovementState)
moves = st.sampled_from(MOVE_NAMES)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@given(state=states, move=moves, has_evidence=st.booleans())
def test_a_move_is_allowed_exactly_where_the_table_has_it(
    state: ImprovementState, move: str, has_evidence: bool
) -> None:
    refusal = why_no_move(state, move, has_evidence=has_evidence)
    needs_evidence = move == "agree" and not has_evidence
    assert (refusal is None) == (move in MOVES[state] and not needs_evidence)
    if refusal is not None:
        assert refusal.rule == "Children Act 2004 s16B(2)"
        assert refusal.problem == "move-not-allowed"


@given(steps=st.lists(moves, max_size=30))
def test_no_run_of_moves_skips_agreement_or_addressing(steps: list[str]) -> None:
    state, taken = ImprovementState.IDENTIFIED, []
    for step in steps:
        if why_no_move(state, step) is None:
            state = MOVES[state][step]
            taken.append(step)
    if state in {ImprovementState.IMPLEMENTED, ImprovementState.IN_PROGRESS, ImprovementState.RESPONDED}:
        positions = [taken.index(step) for step in ("agree", "address", "record_response")]
        assert positions == sorted(positions)
    if "supersede" in taken:
        assert state == ImprovementState.SUPERSEDED


def test_the_refusal_names_what_may_be_done_instead() -> None:
    refusal = why_no_move(ImprovementState.AGREED, "agree")
    assert refusal is not None
    assert refusal.allowed == ("address", "supersede")


def test_nobody_agrees_their_own() -> None:
    one, other = uuid4(), uuid4()
    own = why_not_this_person(one, one, is_person=True)
    assert own is not None
    assert own.problem == "second-person-required"
    assert why_not_this_person(one, other, is_person=False) is not None
    assert why_not_this_person(one, other, is_person=True) is None


@pytest.mark.parametrize(
    ("text", "names", "named"),
    [
        ("Bruises seen on Ola were not discussed.", {"Ola"}, True),
        ("Bruises seen on OLA'S arm.", {"Ola"}, True),
        ("The ola.", {"Ola"}, True),
        ("Nicola's health visitor.", {"Ola"}, False),
        ("Anna  Maria was seen.", {"Anna Maria"}, True),
        ("Young people were not heard. Young parents were.", {"Young"}, False),
        ("The worker wrote that Young was well.", {"Young"}, True),
        ("Nobody is named.", set(), False),
        ("A text with no name.", {" "}, False),
        ("Zoë was seen.", {"Zoë"}, True),
    ],
)
def test_a_childs_name_is_found_as_a_whole_word(text: str, names: set[str], named: bool) -> None:
    assert names_a_child(text, names) is named


@given(name=st.text(alphabet="bcdfghjkl", min_size=4, max_size=9), upper=st.booleans())
def test_a_name_is_found_wherever_it_stands(name: str, upper: bool) -> None:
    written = name.upper() if upper else name.title()
    assert names_a_child(f"It was {written}, who was seen.", {name})


def test_the_pointer_says_where_and_the_name_is_not_repeated() -> None:
    with pytest.raises(ApiProblem) as refused:
        check_texts({"/what": "A pathway.", "/why": "Ola was seen."}, {"Ola"})
    (error,) = refused.value.errors or []
    assert (error.pointer, error.code) == ("/why", "names_a_child")
    assert "Ola" not in error.detail


def test_what_has_happened_lies_not_in_the_future() -> None:
    check_day_of_the_past("/on", date(2026, 11, 20), NOW)
    with pytest.raises(ApiProblem) as refused:
        check_day_of_the_past("/on", date(2026, 11, 21), NOW)
    assert [error.code for error in refused.value.errors or []] == ["date_in_the_future"]
