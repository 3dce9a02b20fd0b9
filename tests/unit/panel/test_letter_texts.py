from datetime import date

from panel_service.letters.composing import Addressed, compose_decision_letter, compose_view_letter
from shared_schemas.messages.examples import DECISION

TO = Addressed("Eastshire", "01a19d01-e880-7d4e-8f60-718293a4b5c7", date(2026, 11, 19))


def test_a_letter_tells_what_was_decided_and_whose_the_local_decision_is() -> None:
    text = compose_decision_letter(TO, DECISION, "The learning was shared at once.")
    assert "Date: 19 November 2026" in text
    assert "On 18 November 2026 the Panel decided on a national review" in text
    assert "a local review may be more appropriate" in text
    assert "The decision on it is the partners' own." in text
    assert "SI 2018/789 reg 11(d)" in text
    assert DECISION["criteria"][0]["reasons"] in text
    assert "The learning was shared at once." in text


def test_another_outcome_is_no_criterion_for_the_partners() -> None:
    facts = DECISION | {"outcome": "no_national_review", "opinion_on_local_review": "no_view", "criteria": []}
    text = compose_decision_letter(TO, facts, None)
    assert "reg 11(d)" not in text
    assert "reg 3" not in text
    assert "has formed no view" in text


def test_a_code_of_a_later_release_is_told_as_it_is() -> None:
    text = compose_decision_letter(TO, DECISION | {"outcome": "of_a_later_release"}, None)
    assert "of_a_later_release" in text


def test_a_view_that_it_is_no_serious_case_says_that_it_lifts_nothing() -> None:
    text = compose_view_letter(TO, "not_a_serious_case", date(2026, 11, 18), "The harm seems slight.", None)
    assert "does not lift the local authority's duty under section 16C" in text
    comments = compose_view_letter(TO, "comments", date(2026, 11, 18), "A good chronology.", None)
    assert "section 16C" not in comments
