"""When a notification may be drafted and sent. To notify is the local authority's duty alone (s16C(1))."""

from uuid import UUID

from local_service.assessments.models import JudgementAnswer
from local_service.cases.file import CaseFile
from local_service.moves import Refusal
from service_kit.identity import Caller
from service_kit.problems import ApiProblem

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


def check_second_person(caller: Caller, drafted_by: UUID | None, *, four_eyes: bool) -> None:
    """Refuse (403) a system, and with the four-eyes policy the person who drafted."""
    if not caller.is_person:
        raise ApiProblem(
            "second-person-required", "A person authorises; this credential is a system's.", rule=FOUR_EYES
        )
    if four_eyes and caller.principal_id == drafted_by:
        raise ApiProblem(
            "second-person-required", "Whoever drafted the notification cannot authorise it.", rule=FOUR_EYES
        )
