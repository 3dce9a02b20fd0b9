"""When a notification may be drafted and sent. To notify is the local authority's duty alone (s16C(1))."""

from local_service.assessments.models import JudgementAnswer
from local_service.assessments.rules import assess
from local_service.cases.file import CaseFile
from local_service.moves import Refusal
from service_kit.identity import Caller

NOTIFIES = "Children Act 2004 s16C(1)"
FOUR_EYES = "Four-eyes policy of this service"


def why_no_draft(file: CaseFile) -> Refusal | None:
    """Why no notification can be drafted, if so: one is sent for an incident, by an open case."""
    if not file.is_open:
        return Refusal("The case is not open.", NOTIFIES)
    if file.sent_notifications:
        return Refusal("The notification was sent already; it never changes.", NOTIFIES)
    return None


def why_no_authorisation(file: CaseFile) -> Refusal | None:
    """Why the draft cannot be authorised, if so."""
    refusal = why_no_draft(file)
    if refusal is not None:
        return refusal
    if file.draft is None:
        return Refusal("There is no draft to authorise.", NOTIFIES, ("draft_notification",))
    if file.draft.case_version != file.case.facts_version:
        return Refusal(
            "The case's facts have changed since the draft: draft the notification again.",
            NOTIFIES,
            ("draft_notification",),
        )
    if file.judgement is None or file.judgement.judgement != JudgementAnswer.SERIOUS_CASE:
        return Refusal(
            "The authority has not judged this a serious child safeguarding case.",
            "Children Act 2004 s16B(9)",
            ("give_judgement",),
        )
    return None


def why_not_this_person(file: CaseFile, caller: Caller, *, four_eyes: bool) -> Refusal | None:
    """Why this caller cannot authorise the draft, if so: a person does, and under the policy not whoever drafted."""
    if not caller.is_person:
        return Refusal(
            "A person authorises; this credential is a system's.", FOUR_EYES, problem="second-person-required"
        )
    if four_eyes and file.draft is not None and file.draft.drafted_by == caller.principal_id:
        return Refusal(
            "Whoever drafted the notification cannot authorise it.",
            FOUR_EYES,
            problem="second-person-required",
        )
    return None


def why_not_serious(file: CaseFile) -> Refusal | None:
    """Why it cannot be notified, if a recorded fact negates a limb of the definition (s16B(9))."""
    negating = assess(file.incident).negating_facts
    if not negating:
        return None
    provisions = dict.fromkeys(fact.provision for fact in negating)
    return Refusal(" ".join(fact.statement for fact in negating), "; ".join(provisions))
