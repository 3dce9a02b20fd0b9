"""What may be recorded by hand, about a case that came by hand. The same must be true of what comes on a link."""

from collections.abc import Sequence
from datetime import date, datetime

from panel_service.cases.models import CaseState
from panel_service.intake.models import DocumentKind
from panel_service.intake.rules import may_receive_local_review
from service_kit.clock.working_days import london_date
from service_kit.moves import Refusal
from service_kit.problems import ApiProblem, field_problem
from shared_schemas.incidents import IncidentFacts
from shared_schemas.problems import ProblemError

NOTIFIES = "Children Act 2004 s16C(1)"
REPORTS = "Children Act 2004 s16F(3)"
ON_THE_LINK = "Working Together consultation 2017: the partners send the Panel a copy"
BY_HAND_KINDS = (
    DocumentKind.NOTIFICATION,
    DocumentKind.RAPID_REVIEW,
    DocumentKind.LOCAL_REVIEW_DECISION,
    DocumentKind.LOCAL_REVIEW,
    DocumentKind.NOTIFICATION_WITHDRAWN,
)


def why_not_kept(
    kind: DocumentKind,
    *,
    by_hand: bool,
    state: CaseState,
    held: Sequence[DocumentKind],
    commissioned: Sequence[bool],
) -> Refusal | None:
    """Why it cannot be recorded by hand, if so.

    A withdrawn case ends (s16C(1)); there is one rapid review and one report for a case, and a report fits what the
    partners last decided (s16F(3)).
    """
    if not by_hand:
        return Refusal("The case came on a link: its partnership sends what follows on it.", ON_THE_LINK)
    if state is CaseState.WITHDRAWN:
        return Refusal("The local authority withdrew its notification.", NOTIFIES)
    if kind in {DocumentKind.RAPID_REVIEW, DocumentKind.LOCAL_REVIEW} and kind in held:
        return Refusal(f"The {kind.value.replace('_', ' ')} is recorded already.", REPORTS)
    if kind is DocumentKind.LOCAL_REVIEW and not may_receive_local_review(commissioned):
        return Refusal(
            "The partners last decided to do without a local review: record their later decision first.",
            REPORTS,
            ("record_local_review_decision",),
        )
    return None


def why_not_told(*, by_message: bool, told: bool, released: bool) -> Refusal | None:
    """Why it cannot be recorded that a partnership was told by hand, if so: it is told once, and on a link where there is one."""
    rule = "Working Together consultation 2017: the Panel will advise the partners"
    if by_message:
        return Refusal("The partnership is told by message.", rule)
    if not released:
        return Refusal(
            "The decision is not released: a second person does that first.", rule, ("release_decision",)
        )
    if told:
        return Refusal("It is recorded already that the partnership was told.", rule)
    return None


def check_incident(incident: IncidentFacts, now: datetime) -> None:
    """Refuse (422) every fact of an incident that lies in the future, all of them at once."""
    days = {"/incident/occurred_on": incident.occurred_on}
    times = {"/incident/authority_became_aware_at": incident.authority_became_aware_at}
    for number, entry in enumerate(incident.information_received):
        times[f"/incident/information_received/{number}/received_at"] = entry.received_at
    for number, child in enumerate(incident.children):
        for name, day in (("date_of_birth", child.date_of_birth), ("date_of_death", child.date_of_death)):
            if day is not None:
                days[f"/incident/children/{number}/{name}"] = day
    late = {pointer: "date_in_the_future" for pointer, day in days.items() if day > london_date(now)}
    late |= {pointer: "time_in_the_future" for pointer, at in times.items() if at > now}
    if late:
        errors = [
            ProblemError(pointer=pointer, code=code, detail="Must not lie in the future.")
            for pointer, code in late.items()
        ]
        raise ApiProblem(
            "invalid-request", f"{len(errors)} field(s) break a rule; see errors.", errors=errors
        )


def check_days(days: dict[str, date | None], *, not_before: date | None = None, now: datetime) -> None:
    """Refuse (422) a day in the future, or before the day on which what it answers to happened."""
    for pointer, day in days.items():
        if day is not None and day > london_date(now):
            raise field_problem(pointer, "date_in_the_future", "Must not lie in the future.")
        if day is not None and not_before is not None and day < not_before:
            raise field_problem(pointer, "before_the_notification", f"Must not lie before {not_before}.")
