from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from local_service.local_reviews import next_steps as steps
from local_service.local_reviews import reviewer_rules as rules
from local_service.local_reviews.course_reads import AccessRead, Course, RemovalRead, ReviewerRead
from local_service.local_reviews.models import LocalReviewState
from local_service.local_reviews.rules import check_criteria, panel_concluded_in, why_no_reply
from service_kit.problems import ApiProblem
from shared_schemas.local_reviews import LocalCriterionConsidered, LocalReviewReport
from tests.support.offices import REVIEWER
from tests.unit.local.filing import NOW, file, local_review, panel_decision

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
PRINCIPAL = UUID(int=3)


def recorded(number: int = 1) -> dict[str, Any]:
    return {
        "id": UUID(int=number),
        "number": number,
        "recorded_by": None,
        "recorded_at": NOON,
        "message_id": None,
    }


def reviewer(number: int = 1, *, removed: bool = False, **changes: Any) -> ReviewerRead:
    removal = {"reasons": "Ill.", "on": "2026-01-04", "reviewer_id": UUID(int=number), **recorded()}
    access = AccessRead(
        principal_id=PRINCIPAL,
        starts_at=NOON,
        ends_at=NOON + timedelta(days=1),
        reviewer_id=UUID(int=number),
        **recorded(),
    )
    facts = {**REVIEWER, **recorded(number), "accesses": [access], **changes}
    made = ReviewerRead.model_validate(facts)
    return made.model_copy(update={"removal": RemovalRead.model_validate(removal)}) if removed else made


def course(*reviewers: ReviewerRead, state: LocalReviewState = LocalReviewState.IN_PROGRESS) -> Course:
    return Course(state=state, completed_at=None, reviewers=list(reviewers))


@pytest.mark.parametrize("state", LocalReviewState)
def test_a_reviewer_is_removed_prior_to_publication_only(state: LocalReviewState) -> None:
    refusal = rules.why_no_removal(course(reviewer(), state=state), reviewer())
    published = state in {"published", "improvements_only", "no_longer_available"}
    assert (refusal is not None) == published
    assert (rules.why_no_appointment(state) is not None) == published
    if refusal is not None:
        assert refusal.rule == "SI 2018/789 reg 13"


def test_a_reviewer_is_removed_once_and_not_before_the_appointment() -> None:
    gone = reviewer(removed=True)
    refusal = rules.why_no_removal(course(gone), gone)
    assert refusal is not None
    assert refusal.allowed == ("appoint_reviewer",)
    rules.check_removed_on(date(2025, 12, 30), reviewer())
    with pytest.raises(ApiProblem):
        rules.check_removed_on(date(2025, 12, 29), reviewer())


def test_a_report_names_who_was_appointed() -> None:
    empty = LocalReviewReport()
    assert rules.with_reviewers(course(), LocalReviewReport(reviewers=["Anybody"])).reviewers is None
    assert rules.with_reviewers(course(reviewer(removed=True)), empty).reviewers is None
    assert rules.with_reviewers(course(reviewer()), empty).reviewers == [REVIEWER["name"]]
    both = course(reviewer(removed=True), reviewer(2, name="Another"))
    named = LocalReviewReport(reviewers=["Another", REVIEWER["name"]])
    assert rules.with_reviewers(both, named) == named
    with pytest.raises(ApiProblem) as refused:
        rules.with_reviewers(both, LocalReviewReport(reviewers=["A stranger"]))
    assert (refused.value.status_code, refused.value.rule) == (409, "SI 2018/789 reg 12")


@pytest.mark.parametrize(
    ("principal", "after", "removed", "expected"),
    [
        (PRINCIPAL, timedelta(0), False, True),
        (PRINCIPAL, timedelta(days=1) - timedelta(seconds=1), False, True),
        (PRINCIPAL, timedelta(days=1), False, False),
        (PRINCIPAL, -timedelta(seconds=1), False, False),
        (PRINCIPAL, timedelta(hours=1), True, False),
        (UUID(int=4), timedelta(hours=1), False, False),
        (None, timedelta(hours=1), False, False),
    ],
)
def test_a_reviewer_reads_within_the_time_given(
    principal: UUID | None, after: timedelta, *, removed: bool, expected: bool
) -> None:
    assert rules.has_access(course(reviewer(removed=removed)), principal, NOON + after) is expected


def criterion(code: str) -> LocalCriterionConsidered:
    return LocalCriterionConsidered(criterion=code, answer="yes", reasons="So it is.")


def test_criterion_d_is_the_panels_alone() -> None:
    check_criteria([criterion("reg_11_a"), criterion("reg_11_c"), criterion("other"), criterion("other")])
    with pytest.raises(ApiProblem) as refused:
        check_criteria([criterion("reg_11_a"), criterion("reg_11_d")])
    assert refused.value.rule == "SI 2018/789 reg 11(d)"
    with pytest.raises(ApiProblem):
        check_criteria([criterion("reg_11_a"), criterion("reg_11_a")])


def test_criterion_d_is_what_the_panel_had_said_by_then() -> None:
    later = NOW + timedelta(days=1)
    decisions = [panel_decision(), panel_decision(2, "no_national_review", later)]
    known = file(panel_decisions=decisions)
    assert panel_concluded_in(known, NOW) == 1
    assert panel_concluded_in(known, later) is None
    assert panel_concluded_in(known, NOW - timedelta(seconds=1)) is None


def test_a_reply_is_to_the_decision_that_stands() -> None:
    known = file(panel_decisions=[panel_decision(), panel_decision(2)])
    assert why_no_reply(known, 2) is None
    refusal = why_no_reply(known, 1)
    assert refusal is not None
    assert refusal.rule == "Children Act 2004 s16F(1)(b)"


def test_the_next_steps_of_a_case_say_why_not() -> None:
    nothing = file()
    for why_not in (steps.why_no_appointment_on, steps.why_no_planning_on):
        refusal = why_not(nothing)
        assert refusal is not None
        assert refusal.allowed == ("decide_on_local_review",)
    assert steps.why_no_reply_on(nothing) is not None
    going = file(local_review=local_review(), panel_decisions=[panel_decision()])
    assert steps.why_no_appointment_on(going) is None
    assert steps.why_no_planning_on(going) is not None
    assert steps.why_no_reply_on(going) is None
    assert steps.why_no_planning_on(file(local_review=local_review(complete=True))) is None
