import pytest

from panel_service.queries.models import QueryState
from panel_service.queries.rules import MOVES, names_child, state_after_answer, what_identifies, why_not
from shared_schemas.children import ChildFacts

CHILD = ChildFacts.model_validate(
    {
        "index_child": True,
        "outcome": "seriously_harmed",
        "first_name": "Ann",
        "surname": "Smith-Jones",
        "other_names": ["José"],
        "nhs_number": "9434765919",
        "date_of_birth": "2026-06-20",
    }
)
IDENTIFYING = what_identifies([CHILD])


@pytest.mark.parametrize(
    "text",
    [
        "Where was Ann then?",
        "where was ANN, then?",
        "Smith Jones moved.",
        "The SMITH-JONES family",
        "Ask josé.",
        "NHS 943 476 5919",
        "no. 943-476-5919?",
    ],
)
def test_a_name_or_number_of_a_child_is_found_however_it_is_written(text: str) -> None:
    assert names_child(text, IDENTIFYING)


@pytest.mark.parametrize("text", ["The annual plan", "Smithson moved.", "Which agencies knew the family?"])
def test_other_words_are_not_taken_for_one(text: str) -> None:
    assert not names_child(text, IDENTIFYING)


def test_a_closed_query_is_the_end_of_it() -> None:
    assert MOVES.keys() == set(QueryState)
    for move in ("ask_further", "close_query"):
        assert why_not(QueryState.OPEN, move) is None
        assert why_not(QueryState.ANSWERED, move) is None
        refusal = why_not(QueryState.CLOSED, move)
        assert refusal is not None
        assert refusal.rule == "Children Act 2004 s16B(1)"
    assert state_after_answer(QueryState.CLOSED) == QueryState.CLOSED
    assert state_after_answer(QueryState.OPEN) == QueryState.ANSWERED
