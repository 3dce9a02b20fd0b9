from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from service_kit.clock.bank_holidays import ENGLAND_AND_WALES
from service_kit.clock.rule_sets import (
    Kind,
    Limit,
    RuleSet,
    RuleSets,
    Unit,
    UnknownRuleSet,
    published_rule_sets,
)
from shared_schemas.reference import load_json

ANCHORS_OF_THE_RAPID_REVIEW = {
    "consultation-2017": ("information_received", Limit(5, Unit.WORKING_DAYS)),
    "working-together-2018": ("partners_became_aware_of_incident", Limit(15, Unit.WORKING_DAYS)),
    "covid-2020": ("partners_became_aware_of_incident", None),
    "working-together-2023": ("partners_became_aware_of_incident", Limit(15, Unit.WORKING_DAYS)),
    "panel-2025": ("notification_sent", Limit(15, Unit.WORKING_DAYS)),
}


def a_rule_set(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = load_json("rule_sets/consultation-2017.json")
    return body | changes


def a_duty(**changes: Any) -> dict[str, Any]:
    duty: dict[str, Any] = a_rule_set()["duties"][1]
    return duty | changes


def test_all_shipped_rule_sets_are_there() -> None:
    assert published_rule_sets().codes() == sorted(ANCHORS_OF_THE_RAPID_REVIEW)


@pytest.mark.parametrize("code", ANCHORS_OF_THE_RAPID_REVIEW)
def test_the_rapid_review_is_counted_from_its_own_event(code: str) -> None:
    duty = published_rule_sets().get(code).duty("rapid_review_completion")
    assert (duty.anchor, duty.limit) == ANCHORS_OF_THE_RAPID_REVIEW[code]
    assert duty.met_by == "rapid_review_completed"
    assert duty.kind is Kind.GUIDANCE


@pytest.mark.parametrize("code", ANCHORS_OF_THE_RAPID_REVIEW)
def test_working_days_are_england_and_waless(code: str) -> None:
    assert {duty.calendar for duty in published_rule_sets().get(code).duties} <= {None, ENGLAND_AND_WALES}


def test_the_default_rule_set_states_no_time_for_notification_and_asks_only_what_its_text_asks() -> None:
    default = published_rule_sets().get("consultation-2017")
    assert default.duty("notification").limit is None
    assert default.duty("findings_to_panel").limit is None
    assert default.required_parts == {
        "rapid_review": [
            "circumstances",
            "agency_involvement",
            "immediate_learning",
            "decision_on_next_steps",
            "in_principle_view",
        ]
    }


def test_later_guidance_asks_for_more() -> None:
    later = set(published_rule_sets().get("working-together-2018").required_parts["rapid_review"])
    default = set(published_rule_sets().get("consultation-2017").required_parts["rapid_review"])
    assert later - default == {"importance_for_area", "criteria", "national_importance", "partner_views"}
    assert default < later


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2018, 7, 3), "consultation-2017"),
        (date(2018, 7, 4), "working-together-2018"),
        (date(2020, 4, 1), "working-together-2018"),  # nobody knows when the relaxation ended: never by date
        (date(2023, 12, 14), "working-together-2018"),
        (date(2023, 12, 15), "working-together-2023"),
        (date(2025, 6, 1), "panel-2025"),
        (date(2026, 11, 23), "panel-2025"),
    ],
)
def test_chosen_by_date(day: date, code: str) -> None:
    assert published_rule_sets().choose("by_date", "consultation-2017", day).code == code


def test_fixed_stays_fixed_whatever_the_date() -> None:
    assert (
        published_rule_sets().choose("fixed", "consultation-2017", date(2026, 11, 23)).code
        == "consultation-2017"
    )


def test_unknown_code_and_uncovered_date_are_refused() -> None:
    with pytest.raises(UnknownRuleSet):
        published_rule_sets().get("working-together-2099")
    with pytest.raises(LookupError):
        published_rule_sets().get("consultation-2017").duty("local_review_publication")
    with pytest.raises(UnknownRuleSet):
        published_rule_sets().choose("by_date", "consultation-2017", date(2017, 1, 1))


def test_rule_sets_chosen_by_date_may_not_overlap() -> None:
    first = RuleSet.model_validate(a_rule_set(valid_to=None))
    second = RuleSet.model_validate(a_rule_set(code="another", valid_from="2020-01-01", valid_to=None))
    with pytest.raises(ValueError, match="both valid on 2020-01-01"):
        RuleSets([second, first])


@pytest.mark.parametrize(
    "duty",
    [
        {"amount": None},
        {"unit": None},
        {"calendar": None},
        {"unit": "calendar_days"},
        {"amount": 0},
        {"unit": "weeks"},
        {"mark": "guessed"},
        {"anchor": "an_event_without_words"},
    ],
)
def test_a_rule_set_that_contradicts_itself_is_refused(duty: dict[str, Any]) -> None:
    RuleSet.model_validate(a_rule_set(duties=[a_duty()]))
    with pytest.raises(ValidationError):
        RuleSet.model_validate(a_rule_set(duties=[a_duty(**duty)]))
