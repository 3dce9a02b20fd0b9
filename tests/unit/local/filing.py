"""Case files as rules are given them, made without a database."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from local_service.assessments.models import Judgement, JudgementAnswer
from local_service.cases.file import CaseFile
from local_service.cases.models import Case, CaseStatus
from local_service.cases.schemas import LocalIncident
from local_service.local_reviews.models import LocalReview, LocalReviewDecisionRow, LocalReviewState
from local_service.notifications.models import Notification, NotificationState
from local_service.panel_decisions.models import PanelDecision
from local_service.rapid_reviews.models import RapidReview, RapidReviewState
from service_kit.identity import Caller
from tests.support.offices import incident

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
DRAFTER = UUID(int=1)
OTHER = UUID(int=2)


def facts(**changes: Any) -> LocalIncident:
    """Give an incident, changed so."""
    return LocalIncident.model_validate(incident(**changes))


def file(*, status: CaseStatus = CaseStatus.OPEN, facts_version: int = 1, **parts: Any) -> CaseFile:
    """Give a case file with these parts."""
    case = Case(status=status.value, version=1, facts_version=facts_version, rule_set="consultation-2017")
    return CaseFile(case, parts.pop("incident", facts()), **parts)


def judgement(answer: JudgementAnswer = JudgementAnswer.SERIOUS_CASE) -> Judgement:
    """Give the authority's judgement."""
    return Judgement(version=1, judgement=answer, reasons="For these reasons.")


def notification(*, sent: bool = False, version: int = 1, case_version: int = 1) -> Notification:
    """Give a notification, a draft or sent."""
    state = NotificationState.SENT if sent else NotificationState.DRAFT
    return Notification(version=version, state=state, case_version=case_version, drafted_by=DRAFTER)


def rapid_review(*, complete: bool = False, sent: bool = False) -> RapidReview:
    """Give a rapid review as far as it has come."""
    state = RapidReviewState.COMPLETE if complete or sent else RapidReviewState.DRAFT
    return RapidReview(
        version=1,
        state=state,
        sections={},
        completed_at=NOW if complete or sent else None,
        sent_at=NOW if sent else None,
    )


def partners_decision(
    *, commissioned: bool, version: int = 1, recorded_at: datetime = NOW
) -> LocalReviewDecisionRow:
    """Give a decision of the partners."""
    return LocalReviewDecisionRow(version=version, commissioned=commissioned, recorded_at=recorded_at)


def local_review(*, complete: bool = False) -> LocalReview:
    """Give a local review that is commissioned."""
    state = LocalReviewState.COMPLETE if complete else LocalReviewState.IN_PROGRESS
    return LocalReview(version=1, state=state, report={})


def panel_decision(
    version: int = 1, outcome: str = "local_review_more_appropriate", received_at: datetime = NOW
) -> PanelDecision:
    """Give a decision of the Panel as it came back."""
    return PanelDecision(decision_version=version, outcome=outcome, received_at=received_at)


def caller(*, principal: UUID = OTHER, is_person: bool = True) -> Caller:
    """Give somebody who asks."""
    return Caller(
        organisation_id=UUID(int=9),
        organisation_code="east",
        organisation_name="East",
        principal_id=principal,
        principal_name="Somebody",
        is_person=is_person,
        roles=frozenset({"authoriser"}),
        purpose="test",
    )
