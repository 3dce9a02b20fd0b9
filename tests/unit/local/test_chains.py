"""Decisions of the Panel and of the partners follow one another as the law has them, in any order of events."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_service.cases.file import CaseFile
from local_service.cases.models import Case
from local_service.cases.schemas import LocalIncident
from local_service.local_reviews.models import LocalReview, LocalReviewDecisionRow, LocalReviewState
from local_service.local_reviews.rules import why_no_decision, why_no_writing
from local_service.notifications.models import Notification, NotificationState
from local_service.panel_decisions.models import PanelDecision
from local_service.panel_decisions.rules import asks_to_reconsider, fits_record
from local_service.rapid_reviews.models import RapidReview, RapidReviewState
from shared_schemas.messages.examples import DECISION, INCIDENT
from shared_schemas.messages.panel import DECISION_RECORDED, DECISION_SUPERSEDED, DecisionBody

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


def file(**parts: Any) -> CaseFile:
    case = Case(id=uuid4(), status="open", rule_set="consultation-2017", version=3, facts_version=1)
    sent = Notification(state=NotificationState.SENT, case_version=1, sent_at=NOON)
    review = RapidReview(state=RapidReviewState.COMPLETE, completed_at=NOON, sent_at=NOON)
    return CaseFile(
        case=case,
        incident=LocalIncident.model_validate(INCIDENT),
        **{"notifications": [sent], "rapid_review": review, **parts},
    )


def panel_decision(
    version: int, *, outcome: str = "local_review_more_appropriate", hours: float = 0
) -> PanelDecision:
    return PanelDecision(decision_version=version, outcome=outcome, received_at=NOON + timedelta(hours=hours))


def own_decision(*, commissioned: bool, hours: float) -> LocalReviewDecisionRow:
    return LocalReviewDecisionRow(commissioned=commissioned, recorded_at=NOON + timedelta(hours=hours))


def decision(version: int, supersedes: int | None, rests_on: int = 1) -> DecisionBody:
    changed = {
        "decision_version": version,
        "supersedes_version": supersedes,
        "decided_on_notification_version": rests_on,
    }
    return DecisionBody.model_validate({**DECISION, **changed})


@given(
    known=st.integers(0, 4),
    version=st.integers(1, 6),
    supersedes=st.none() | st.integers(1, 6),
    first=st.booleans(),
)
def test_only_the_next_decision_fits(known: int, version: int, supersedes: int | None, first: bool) -> None:
    there = file(panel_decisions=[panel_decision(number) for number in range(1, known + 1)])
    message_type = DECISION_RECORDED if first else DECISION_SUPERSEDED
    expected = version > known and supersedes == (known or None) and first == (known == 0)
    assert fits_record(there, message_type, decision(version, supersedes)) == expected


def test_a_decision_rests_on_what_was_notified() -> None:
    assert not fits_record(file(), DECISION_RECORDED, decision(1, None, rests_on=2))
    assert not fits_record(file(notifications=[]), DECISION_RECORDED, decision(1, None))


@pytest.mark.parametrize(
    ("own", "asks"),
    [
        (None, True),
        (own_decision(commissioned=False, hours=-1), True),
        (own_decision(commissioned=False, hours=1), False),
        (own_decision(commissioned=True, hours=-1), False),
        (own_decision(commissioned=True, hours=1), False),
    ],
)
def test_the_partners_are_asked_until_they_have_weighed_it(
    own: LocalReviewDecisionRow | None, asks: bool
) -> None:
    there = file(panel_decisions=[panel_decision(1)], local_review_decisions=[own] if own else [])
    assert asks_to_reconsider(there) == asks


def test_another_outcome_asks_nothing() -> None:
    assert not asks_to_reconsider(file())
    later = [panel_decision(1), panel_decision(2, outcome="no_national_review")]
    assert not asks_to_reconsider(file(panel_decisions=later))


def test_what_is_commissioned_is_neither_repeated_nor_undone() -> None:
    assert why_no_decision(file()) is None
    assert why_no_writing(file()) is not None
    review = LocalReview(state=LocalReviewState.IN_PROGRESS)
    commissioned = file(
        local_review=review, local_review_decisions=[own_decision(commissioned=True, hours=1)]
    )
    refusal = why_no_decision(commissioned)
    assert refusal is not None
    assert refusal.allowed == ("write_local_review",)
    assert why_no_writing(commissioned) is None
    review.state = LocalReviewState.COMPLETE
    assert why_no_writing(commissioned) is not None
