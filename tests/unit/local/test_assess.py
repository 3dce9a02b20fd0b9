from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_service.assessments.rules import assess, eighteenth_birthday
from local_service.assessments.schemas import ComputedAnswer, LimbAnswer
from shared_schemas.children import ChildOutcome
from shared_schemas.incidents import AbuseOrNeglect
from tests.support.offices import child
from tests.unit.local.filing import facts

SERIOUS, NOT_SERIOUS, OPEN = (
    ComputedAnswer.SERIOUS_CASE,
    ComputedAnswer.NOT_A_SERIOUS_CASE,
    ComputedAnswer.NOT_YET_DETERMINABLE,
)
OCCURRED = date(2025, 12, 21)


@pytest.mark.parametrize(
    ("abuse", "outcome", "answer"),
    [
        ("known", "died", SERIOUS),
        ("suspected", "seriously_harmed", SERIOUS),
        ("not_yet_assessed", "died", OPEN),
        ("known", "not_yet_known", OPEN),
        ("not_yet_assessed", "not_yet_known", OPEN),
        ("neither_known_nor_suspected", "died", NOT_SERIOUS),
        ("known", "not_seriously_harmed", NOT_SERIOUS),
        ("not_yet_assessed", "not_seriously_harmed", NOT_SERIOUS),
    ],
)
def test_both_limbs_are_needed_and_only_a_fact_negates(
    abuse: str, outcome: str, answer: ComputedAnswer
) -> None:
    assessed = assess(facts(abuse_or_neglect=abuse, children=[child(outcome=outcome)]))
    assert assessed.answer is answer
    assert bool(assessed.negating_facts) == (answer is NOT_SERIOUS)


@pytest.mark.parametrize("severity", ["serious", "long_term"])
@pytest.mark.parametrize("kind", ["physical_health", "mental_health", "intellectual_development"])
def test_either_severity_of_any_impairment_is_serious_harm(kind: str, severity: str) -> None:
    harmed = child(outcome="not_yet_known", impairments=[{"kind": kind, "severity": severity}])
    assert assess(facts(children=[harmed])).answer is SERIOUS


@pytest.mark.parametrize(
    ("born", "answer"),
    [("2007-12-22", SERIOUS), ("2007-12-21", NOT_SERIOUS), ("2007-12-20", NOT_SERIOUS)],
)
def test_a_person_is_a_child_until_the_eighteenth_birthday_begins(born: str, answer: ComputedAnswer) -> None:
    assessed = assess(facts(children=[child(date_of_birth=born)]))
    assert assessed.answer is answer
    if answer is NOT_SERIOUS:
        (fact,) = assessed.negating_facts
        assert (fact.pointer, fact.provision) == (
            "/incident/children/0/date_of_birth",
            "Children Act 2004 s65(1)",
        )


def test_who_was_born_on_29_february_comes_of_age_on_1_march() -> None:
    assert eighteenth_birthday(date(2008, 2, 29)) == date(2026, 3, 1)
    assert eighteenth_birthday(date(2008, 2, 28)) == date(2026, 2, 28)


def test_an_unknown_birth_leaves_it_open_and_an_unborn_child_is_one() -> None:
    assert assess(facts(children=[child(date_of_birth=None)])).answer is OPEN
    assert assess(facts(children=[child(date_of_birth=None, unborn=True)])).answer is SERIOUS


def test_a_harmed_adult_and_an_unharmed_child_make_no_case() -> None:
    adult = child(date_of_birth="2000-01-01")
    unharmed = child(index_child=False, outcome="not_seriously_harmed")
    assessed = assess(facts(children=[adult, {**unharmed, "la_child_id": "LA2"}]))
    assert assessed.answer is NOT_SERIOUS
    assert [fact.pointer for fact in assessed.negating_facts] == [
        "/incident/children/0/date_of_birth",
        "/incident/children/1/outcome",
    ]


def test_one_harmed_child_is_enough() -> None:
    unharmed = child(outcome="not_seriously_harmed")
    assert assess(facts(children=[unharmed, child(index_child=False, la_child_id="LA2")])).answer is SERIOUS


children = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from([one.value for one in ChildOutcome]),
        "date_of_birth": st.one_of(
            st.none(),
            st.dates(OCCURRED - timedelta(days=30 * 365), OCCURRED).map(date.isoformat),
        ),
        "impairments": st.lists(
            st.fixed_dictionaries(
                {"kind": st.just("physical_health"), "severity": st.sampled_from(["serious", "long_term"])}
            ),
            max_size=1,
        ),
    }
)


def incident_of(abuse: str, given_children: list[dict[str, Any]]) -> Any:
    numbered = [{"index_child": position == 0, **one} for position, one in enumerate(given_children)]
    return facts(abuse_or_neglect=abuse, children=numbered)


abuses = st.sampled_from([one.value for one in AbuseOrNeglect])


@given(abuses, st.lists(children, min_size=1, max_size=4))
def test_the_answer_is_the_worst_limb_and_negated_exactly_by_facts(
    abuse: str, given_children: list[dict[str, Any]]
) -> None:
    assessed = assess(incident_of(abuse, given_children))
    answers = {limb.answer for limb in assessed.limbs}
    assert (assessed.answer is NOT_SERIOUS) == (LimbAnswer.NEGATED in answers)
    assert (assessed.answer is SERIOUS) == (answers == {LimbAnswer.MET})
    assert bool(assessed.negating_facts) == (assessed.answer is NOT_SERIOUS)
    assert all(fact.answer is LimbAnswer.NEGATED for fact in assessed.negating_facts)


@given(abuses, st.lists(children, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_the_order_of_children_and_one_harmed_child_more_never_unmake_a_case(
    abuse: str, given_children: list[dict[str, Any]], random: Any
) -> None:
    answer = assess(incident_of(abuse, given_children)).answer
    shuffled = random.sample(given_children, len(given_children))
    assert assess(incident_of(abuse, shuffled)).answer is answer
    harmed = {"outcome": "died", "date_of_birth": "2025-08-01", "impairments": []}
    more = assess(incident_of(abuse, [*given_children, harmed])).answer
    by_abuse = {"known": SERIOUS, "suspected": SERIOUS, "not_yet_assessed": OPEN}
    assert more is by_abuse.get(abuse, NOT_SERIOUS)


@given(abuses, st.lists(children, min_size=1, max_size=3))
def test_it_repeats_no_recorded_value(abuse: str, given_children: list[dict[str, Any]]) -> None:
    told = assess(incident_of(abuse, given_children)).model_dump_json()
    assert not [one for one in given_children if one["date_of_birth"] and one["date_of_birth"] in told]
