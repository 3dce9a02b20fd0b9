"""When the Panel may decide, and what a decision rests on. The decision is the Panel's alone (CA2004 s16B(1))."""

from datetime import date, datetime

from panel_service.cases.models import CaseState
from panel_service.moves import Refusal
from service_kit.clock.working_days import london_date
from service_kit.problems import ApiProblem, field_problem

CONSIDERS = "Children Act 2004 s16B(1)"

NOTIFIES = "Children Act 2004 s16C(1)"


def why_no_decision(state: CaseState) -> Refusal | None:
    """Why nothing can be decided, if so: the local authority withdrew its notification (s16C(1))."""
    if state is CaseState.WITHDRAWN:
        return Refusal("The local authority withdrew its notification: there is nothing to decide.", NOTIFIES)
    return None


def check_rapid_review(*, received: bool, reasons_not_to_wait: str | None) -> None:
    """Refuse a decision that neither rests on the rapid review nor says why it does not wait for it.

    The Panel considers the findings and then advises the partners (Working Together consultation 2017); nothing
    in s16B makes it wait, so reasons on record suffice.
    """
    if received or reasons_not_to_wait is not None:
        return
    raise ApiProblem(
        "move-not-allowed",
        "The rapid review has not been received: wait for it, or say in decided_without_rapid_review_reasons why not.",
        rule=CONSIDERS,
        allowed=["wait for the rapid review", "give decided_without_rapid_review_reasons"],
    )


def check_decided_on(decided_on: date, *, received_at: datetime, now: datetime) -> None:
    """Refuse a date of decision in the future, or before the case was received (dates of Europe/London)."""
    if decided_on > london_date(now):
        raise field_problem("/decided_on", "in_the_future", "Must not lie in the future.")
    if decided_on < london_date(received_at):
        raise field_problem(
            "/decided_on",
            "before_receipt",
            "Must not lie before the notification was received.",
            rule=CONSIDERS,
        )
