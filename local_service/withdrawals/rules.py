"""When a notification may be withdrawn. Only the local authority's own withdrawal lifts its duty (s16C(1))."""

from uuid import UUID

from local_service.assessments.models import JudgementAnswer
from local_service.assessments.rules import assess
from local_service.cases.file import CaseFile
from local_service.notifications.rules import FOUR_EYES
from service_kit.identity import Caller
from service_kit.moves import Refusal

NOTIFIES = "Children Act 2004 s16C(1)"
DEFINES = "Children Act 2004 s16B(9)"
CRITERIA_NOT_MET = "criteria_not_met"


def why_no_withdrawal(file: CaseFile) -> Refusal | None:
    """Why there is nothing to withdraw, if so: an open case whose notification was sent has one (s16C(1))."""
    if not file.is_open:
        return Refusal("The case is not open.", NOTIFIES)
    if not file.sent_notifications:
        return Refusal(
            "No notification was sent: record why the case is not notifiable.",
            NOTIFIES,
            ("record_not_notifiable",),
        )
    return None


def why_not_for_this_reason(file: CaseFile, reason: str) -> Refusal | None:
    """Why the reason contradicts the record, if so: the duty stands while the authority judges the case serious.

    s16B(9) and s16C(1): either a recorded fact negates the definition, or the authority has judged anew.
    """
    if reason != CRITERIA_NOT_MET or assess(file.incident).negating_facts:
        return None
    if file.judgement is not None and file.judgement.judgement == JudgementAnswer.SERIOUS_CASE:
        return Refusal(
            "The authority's judgement that this is a serious case stands: judge anew, or correct the fact.",
            DEFINES,
            ("give_judgement", "change_facts"),
        )
    return None


def why_not_this_person(drafted_by: UUID | None, caller: Caller, *, four_eyes: bool) -> Refusal | None:
    """Why this caller cannot authorise the withdrawal, if so: a person does, and under the policy not whoever drafted."""
    if not caller.is_person:
        return Refusal(
            "A person authorises; this credential is a system's.", FOUR_EYES, problem="second-person-required"
        )
    if four_eyes and drafted_by == caller.principal_id:
        return Refusal(
            "Whoever drafted the withdrawal cannot authorise it.", FOUR_EYES, problem="second-person-required"
        )
    return None
