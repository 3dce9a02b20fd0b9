from datetime import timedelta
from typing import Any

import pytest

from local_service.assessments.models import JudgementAnswer
from local_service.cases.models import CaseStatus
from local_service.local_reviews import rules as local_reviews
from local_service.notifications import rules as notifications
from local_service.panel_decisions.rules import asks_to_reconsider, fits_record
from local_service.rapid_reviews import rules as rapid_reviews
from service_kit.clock.rule_sets import published_rule_sets
from service_kit.moves import Refusal, refuse
from service_kit.problems import ApiProblem
from shared_schemas.messages import examples
from shared_schemas.messages.panel import DECISION_RECORDED, DECISION_SUPERSEDED, DecisionBody
from shared_schemas.rapid_reviews import RapidReviewSections
from tests.unit.local.filing import (
    DRAFTER,
    NOW,
    OTHER,
    caller,
    file,
    judgement,
    local_review,
    notification,
    panel_decision,
    partners_decision,
    rapid_review,
)

READY: dict[str, Any] = {"notifications": [notification()], "judgement": judgement()}


def allowed(refusal: Refusal | None) -> tuple[str, ...]:
    assert refusal is not None
    assert refusal.detail
    assert refusal.rule
    return refusal.allowed


def test_a_refusal_is_a_problem_with_its_rule_and_what_leads_on() -> None:
    refuse(None)
    with pytest.raises(ApiProblem) as refused:
        refuse(Refusal("Not now.", "Children Act 2004 s16C(1)", ("draft_notification",)))
    assert (refused.value.status_code, refused.value.rule) == (409, "Children Act 2004 s16C(1)")
    assert refused.value.allowed == ["draft_notification"]


def test_a_draft_of_the_facts_as_they_stand_may_be_authorised() -> None:
    assert notifications.why_no_authorisation(file(**READY)) is None


@pytest.mark.parametrize(
    ("changes", "leads_on"),
    [
        ({"notifications": []}, ("draft_notification",)),
        ({"facts_version": 2}, ("draft_notification",)),
        ({"judgement": None}, ("give_judgement",)),
        ({"judgement": judgement(JudgementAnswer.NOT_A_SERIOUS_CASE)}, ("give_judgement",)),
        ({"notifications": [notification(sent=True)]}, ()),
        ({"status": CaseStatus.CLOSED}, ()),
    ],
)
def test_anything_less_may_not(changes: dict[str, Any], leads_on: tuple[str, ...]) -> None:
    assert allowed(notifications.why_no_authorisation(file(**READY | changes))) == leads_on


def test_a_second_person_authorises() -> None:
    ready = file(**READY)
    assert notifications.why_not_this_person(ready, caller(principal=OTHER), four_eyes=True) is None
    same = notifications.why_not_this_person(ready, caller(principal=DRAFTER), four_eyes=True)
    assert same is not None
    assert same.problem == "second-person-required"
    assert notifications.why_not_this_person(ready, caller(principal=DRAFTER), four_eyes=False) is None


@pytest.mark.parametrize("four_eyes", [True, False])
def test_a_system_never_does(four_eyes: bool) -> None:
    system = caller(is_person=False)
    refusal = notifications.why_not_this_person(file(**READY), system, four_eyes=four_eyes)
    assert refusal is not None
    assert refusal.problem == "second-person-required"


def test_a_rapid_review_may_start_before_anything_else_and_once() -> None:
    assert rapid_reviews.why_no_start(file()) is None
    assert allowed(rapid_reviews.why_no_start(file(rapid_review=rapid_review()))) == ("write_rapid_review",)
    assert allowed(rapid_reviews.why_no_start(file(status=CaseStatus.WITHDRAWN))) == ()


def test_it_is_written_between_its_start_and_its_completion() -> None:
    assert allowed(rapid_reviews.why_no_writing(file())) == ("start_rapid_review",)
    assert rapid_reviews.why_no_writing(file(rapid_review=rapid_review())) is None
    assert allowed(rapid_reviews.why_no_writing(file(rapid_review=rapid_review(complete=True)))) == ()


@pytest.mark.parametrize("code", published_rule_sets().codes())
def test_each_rule_set_names_what_it_misses(code: str) -> None:
    rule_set = published_rule_sets().get(code)
    with pytest.raises(ApiProblem) as refused:
        rapid_reviews.check_complete(RapidReviewSections(), rule_set)
    pointers = [error.pointer for error in refused.value.errors or []]
    assert pointers == [f"/sections/{name}" for name in rapid_reviews.required_sections(rule_set)]
    assert refused.value.rule == rule_set.title


def test_the_default_asks_no_more_than_the_consultation_did() -> None:
    default = published_rule_sets().get("consultation-2017")
    rapid_reviews.check_complete(RapidReviewSections.model_validate(examples.SECTIONS), default)
    with pytest.raises(ApiProblem):
        rapid_reviews.check_complete(
            RapidReviewSections.model_validate(examples.SECTIONS),
            published_rule_sets().get("working-together-2018"),
        )


def test_the_partners_decide_after_the_rapid_review_was_sent() -> None:
    for too_early in (None, rapid_review(), rapid_review(complete=True)):
        refusal = local_reviews.why_no_decision(file(rapid_review=too_early))
        assert "complete_rapid_review" in allowed(refusal)
    assert local_reviews.why_no_decision(file(rapid_review=rapid_review(sent=True))) is None


def test_a_report_is_written_from_commission_to_completion() -> None:
    decided = [partners_decision(commissioned=True)]
    assert allowed(local_reviews.why_no_writing(file())) == ("decide_on_local_review",)
    going = file(local_review_decisions=decided, local_review=local_review())
    assert local_reviews.why_no_writing(going) is None
    done = file(local_review_decisions=decided, local_review=local_review(complete=True))
    assert allowed(local_reviews.why_no_writing(done)) == ()


def decision(version: int, supersedes: int | None, notified: int = 1) -> DecisionBody:
    changes = {
        "decision_version": version,
        "supersedes_version": supersedes,
        "decided_on_notification_version": notified,
    }
    return DecisionBody.model_validate(examples.DECISION | changes)


@pytest.mark.parametrize(
    ("known", "message_type", "given", "fits"),
    [
        (0, DECISION_RECORDED, decision(1, None), True),
        (0, DECISION_SUPERSEDED, decision(1, None), False),
        (0, DECISION_SUPERSEDED, decision(2, 1), False),
        (0, DECISION_RECORDED, decision(1, None, notified=2), False),
        (1, DECISION_SUPERSEDED, decision(2, 1), True),
        (1, DECISION_RECORDED, decision(1, None), False),
        (1, DECISION_SUPERSEDED, decision(3, 1), True),
        (2, DECISION_SUPERSEDED, decision(3, 1), False),
        (2, DECISION_SUPERSEDED, decision(3, 2), True),
    ],
)
def test_a_decision_continues_the_chain_there_is(
    known: int, message_type: str, given: DecisionBody, fits: bool
) -> None:
    there = file(
        notifications=[notification(sent=True)],
        panel_decisions=[panel_decision(version) for version in range(1, known + 1)],
    )
    assert fits_record(there, message_type, given) is fits


def test_the_panels_view_asks_the_partners_until_they_have_decided_since() -> None:
    earlier, later = NOW - timedelta(days=1), NOW + timedelta(days=1)
    asked: dict[str, Any] = {"panel_decisions": [panel_decision()]}
    assert asks_to_reconsider(file(**asked)) is True
    declined = [partners_decision(commissioned=False, recorded_at=earlier)]
    assert asks_to_reconsider(file(**asked, local_review_decisions=declined)) is True
    again = [*declined, partners_decision(commissioned=False, version=2, recorded_at=later)]
    assert asks_to_reconsider(file(**asked, local_review_decisions=again)) is False
    commissioned = [partners_decision(commissioned=True, recorded_at=earlier)]
    assert asks_to_reconsider(file(**asked, local_review_decisions=commissioned)) is False
    other = panel_decision(2, "thematic_candidate")
    assert asks_to_reconsider(file(panel_decisions=[panel_decision(), other])) is False
    assert asks_to_reconsider(file()) is False
