"""When a notification may be drafted and sent. To notify is the local authority's duty alone (s16C(1))."""

from local_service.assessments.models import JudgementAnswer
from local_service.assessments.rules import assess
from local_service.cases.file import CaseFile
from local_service.notifications.versions import changed_members
from service_kit.identity import Caller
from service_kit.moves import Refusal

NOTIFIES = "Children Act 2004 s16C(1)"
FOUR_EYES = "Four-eyes policy of this service"


def why_no_draft(file: CaseFile) -> Refusal | None:
    """Why no notification can be drafted, if so: one for an incident by an open case, then versions of changed facts."""
    if not file.is_open:
        return Refusal("The case is not open.", NOTIFIES)
    return _why_no_later_version(file) if file.sent_notifications else None


def _why_no_later_version(file: CaseFile) -> Refusal | None:
    """A later version tells changed facts; facts that negate the definition are no correction but end the duty."""
    last = file.sent_notifications[-1]
    unchanged = file.case.facts_version <= last.case_version
    if unchanged or (last.body is not None and not changed_members(last.body, file.incident)):
        return Refusal(
            "The notification was sent already and never changes; no fact has changed since, so there is no later version.",
            NOTIFIES,
        )
    if assess(file.incident).negating_facts:
        return Refusal(
            "A recorded fact negates the definition of a serious case: withdraw the notification, do not correct it.",
            NOTIFIES,
            ("draft_withdrawal", "change_facts"),
        )
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
