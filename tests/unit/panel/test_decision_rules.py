from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from panel_service.decisions.rules import check_decided_on, check_rapid_review
from panel_service.decisions.schemas import EXAMPLE, DecisionCreate
from service_kit.problems import ApiProblem

RECEIVED = datetime(2026, 11, 3, 9, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 18, 14, 3, tzinfo=UTC)


def test_a_decision_rests_on_the_rapid_review() -> None:
    check_rapid_review(received=True, reasons_not_to_wait=None)


def test_a_decision_may_give_reasons_why_it_does_not_wait() -> None:
    check_rapid_review(received=False, reasons_not_to_wait="The issue is urgent and known from other cases.")


def test_a_decision_without_either_is_refused_with_the_provision() -> None:
    with pytest.raises(ApiProblem) as refused:
        check_rapid_review(received=False, reasons_not_to_wait=None)
    assert refused.value.problem_type.name == "move-not-allowed"
    assert refused.value.rule == "Children Act 2004 s16B(1)"
    assert refused.value.allowed


@pytest.mark.parametrize("day", [date(2026, 11, 3), date(2026, 11, 10), date(2026, 11, 18)])
def test_a_decision_is_dated_between_receipt_and_today(day: date) -> None:
    check_decided_on(day, received_at=RECEIVED, now=NOW)


@pytest.mark.parametrize(
    ("day", "code"), [(date(2026, 11, 2), "before_receipt"), (date(2026, 11, 19), "in_the_future")]
)
def test_no_other_date_is_taken(day: date, code: str) -> None:
    with pytest.raises(ApiProblem) as refused:
        check_decided_on(day, received_at=RECEIVED, now=NOW)
    assert [(error.pointer, error.code) for error in refused.value.errors or []] == [("/decided_on", code)]


def test_dates_are_those_of_london() -> None:
    # 23:30 UTC on 30 June is half past midnight on 1 July in London's summer time.
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    check_decided_on(date(2026, 7, 1), received_at=late, now=late)
    with pytest.raises(ApiProblem):
        check_decided_on(date(2026, 6, 30), received_at=late, now=late)


def given(**changes: Any) -> DecisionCreate:
    return DecisionCreate.model_validate({**EXAMPLE, **changes})


def test_the_example_is_a_decision() -> None:
    assert given().outcome == "local_review_more_appropriate"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"decided_by": []}, "too_short"),
        ({"recused": ["The chair, for the Panel"]}, "recused_but_decided"),
        ({"opinion_reasons": None}, "opinion_without_reasons"),
        (
            {"outcome": "national_review", "complex": "no", "national_importance": "no"},
            "national_review_without_grounds",
        ),
        ({"outcome": "no_such_outcome"}, "code_not_on_list"),
        ({"decision_version": 3}, "extra_forbidden"),
    ],
)
def test_what_no_decision_may_say(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        given(**changes)
    assert [error["type"] for error in refused.value.errors()] == [code]
