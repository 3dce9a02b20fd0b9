from typing import Any

import pytest

from local_service.assessments.models import JudgementAnswer
from local_service.case_course.rules import (
    MOVES,
    why_no_closure,
    why_no_reopening,
    why_not_not_notifiable,
    why_not_while_asked,
)
from local_service.cases.models import CaseStatus
from local_service.local_reviews.models import LocalReviewState
from local_service.notifications.versions import kind_of_version
from tests.unit.local.filing import file, judgement, local_review, notification, rapid_review

REVIEWED: dict[str, Any] = {
    "notifications": [notification(sent=True)],
    "rapid_review": rapid_review(sent=True),
}


def test_every_status_has_its_moves_and_a_withdrawn_case_has_none() -> None:
    assert set(MOVES) == set(CaseStatus)
    assert MOVES[CaseStatus.WITHDRAWN] == ()


@pytest.mark.parametrize("status", CaseStatus)
def test_only_an_open_case_ends_and_only_an_ended_one_begins_again(status: CaseStatus) -> None:
    is_open = status is CaseStatus.OPEN
    assert (why_not_not_notifiable(file(status=status)) is None) is is_open
    assert (why_no_closure(file(status=status, **REVIEWED)) is None) is is_open
    reopens = status in {CaseStatus.CLOSED, CaseStatus.NOT_NOTIFIABLE}
    assert (why_no_reopening(file(status=status)) is None) is reopens


def test_the_authoritys_own_judgement_binds_it() -> None:
    refused = why_not_not_notifiable(file(judgement=judgement()))
    assert refused is not None
    assert refused.rule == "Children Act 2004 s16C(1)"
    judged_anew = judgement(JudgementAnswer.NOT_A_SERIOUS_CASE)
    assert why_not_not_notifiable(file(judgement=judged_anew)) is None


@pytest.mark.parametrize(
    ("changes", "leads_on"),
    [
        ({"rapid_review": None}, ("complete_rapid_review",)),
        ({"rapid_review": rapid_review(complete=True)}, ("complete_rapid_review",)),
        ({"local_review": local_review()}, ("complete_local_review",)),
        ({"local_review": local_review(complete=True)}, ("plan_publication",)),
        ({"notifications": []}, ("draft_notification", "record_not_notifiable")),
    ],
)
def test_a_case_on_which_something_is_owed_stays_open(
    changes: dict[str, Any], leads_on: tuple[str, ...]
) -> None:
    refused = why_no_closure(file(**REVIEWED | changes))
    assert refused is not None
    assert (refused.allowed, bool(refused.rule)) == (leads_on, True)


@pytest.mark.parametrize("state", LocalReviewState)
def test_a_review_keeps_a_case_open_until_it_is_published_or_withheld(state: LocalReviewState) -> None:
    review = local_review(complete=True)
    review.state = state
    owed = {LocalReviewState.IN_PROGRESS, LocalReviewState.COMPLETE, LocalReviewState.PRE_PUBLICATION}
    assert (why_no_closure(file(**REVIEWED, local_review=review)) is None) is (state not in owed)


def test_a_question_of_the_panel_keeps_it_open_until_it_is_answered() -> None:
    refused = why_not_while_asked(1)
    assert refused is not None
    assert (refused.allowed, refused.rule) == (("answer_query",), "Children Act 2004 s16B(1)")
    assert why_not_while_asked(0) is None


def test_a_waiting_correction_keeps_it_open() -> None:
    waiting = [notification(sent=True), notification(version=2, case_version=2)]
    refused = why_no_closure(file(facts_version=2, **REVIEWED | {"notifications": waiting}))
    assert refused is not None
    assert refused.allowed == ("authorise_notification",)


@pytest.mark.parametrize(
    ("pointer", "kind"),
    [
        ("/incident/setting", "correction"),
        ("/incident/children/0/date_of_birth", "correction"),
        ("/incident/children/4", "correction"),
        ("/incident/nature", "outcome_change"),
        ("/incident/children/3/outcome", "outcome_change"),
        ("/incident/children/0/date_of_death", "outcome_change"),
        ("/incident/children/0/impairments/1/kind", "outcome_change"),
    ],
)
def test_what_became_of_a_child_is_told_apart_from_mended_facts(pointer: str, kind: str) -> None:
    assert kind_of_version(["/incident/summary", pointer]) == kind
