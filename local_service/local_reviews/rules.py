"""When the partners may decide on a local review, and when its report is complete."""

from collections.abc import Sequence
from datetime import date, datetime

from local_service.cases.file import CaseFile
from local_service.cases.models import CaseStatus
from local_service.local_reviews.models import LocalReviewState
from local_service.panel_decisions.rules import RECONSIDERS
from local_service.panel_link import WITHDRAWN
from service_kit.clock.working_days import london_date
from service_kit.moves import Refusal
from service_kit.problems import ApiProblem, field_problem
from shared_schemas.local_reviews import LocalCriterionConsidered, LocalReviewReport, missing_of_report
from shared_schemas.problems import ProblemError

CRITERION_OF_PANEL = "reg_11_d"
DECIDES = "Children Act 2004 s16F(1)(b)"


def why_no_decision(file: CaseFile) -> Refusal | None:
    """Why the partners cannot decide on a local review yet, if so: the rapid review ends with the decision on next steps."""
    if not file.is_open:
        return Refusal("The case is not open.", DECIDES)
    if file.rapid_review is None or file.rapid_review.sent_at is None:
        return Refusal(
            "The rapid review has not been completed and sent to the Panel: it comes before the decision.",
            "Consultation on Working Together 2017, local reviews",
            ("complete_rapid_review", "authorise_notification"),
        )
    if file.local_review is not None and file.local_review.state != LocalReviewState.IN_PROGRESS:
        return Refusal("The local review is complete.", DECIDES)
    if file.local_review is not None:
        return Refusal("A local review is commissioned already.", DECIDES, ("write_local_review",))
    return None


def why_no_reply(file: CaseFile, decision_version: int) -> Refusal | None:
    """Why the partners cannot reply to a decision of the Panel, if so: a later one stands in its place (s16F(1)(b))."""
    if not file.is_open:
        return Refusal("The case is not open.", DECIDES)
    last = file.panel_decision
    if last is None or last.decision_version != decision_version:
        return Refusal("A later decision of the Panel stands.", DECIDES, ("reply_to_panel_decision",))
    return None


def check_criteria(criteria: Sequence[LocalCriterionConsidered]) -> None:
    """Refuse criterion (d) from a caller, and any other twice.

    SI 2018/789 reg 11(d) is met by what the Panel concluded, so it follows from its decision and from nothing else.
    """
    seen: set[str] = set()
    for number, one in enumerate(criteria):
        pointer = f"/criteria/{number}/criterion"
        if one.criterion == CRITERION_OF_PANEL:
            detail = "Follows from the Panel's decision alone."
            raise field_problem(pointer, "set_by_the_panel_only", detail, rule="SI 2018/789 reg 11(d)")
        if one.criterion in seen and one.criterion != "other":
            raise field_problem(pointer, "given_twice", "Is given twice.", rule="SI 2018/789 reg 11")
        seen.add(one.criterion)


def panel_concluded_in(file: CaseFile, at: datetime) -> int | None:
    """Give the version of the Panel's decision by which criterion (d) was met at a time, or None where it was not.

    SI 2018/789 reg 11(d): the Panel have considered the case and concluded that a local review may be more
    appropriate. What stood at that time counts: the last decision received by then.
    """
    known = [one for one in file.panel_decisions if one.received_at <= at]
    return known[-1].decision_version if known and known[-1].outcome == RECONSIDERS else None


def why_no_writing(file: CaseFile) -> Refusal | None:
    """Why the report cannot be written or completed, if so; a withdrawal ends the review with the case (s16C(1))."""
    decision = file.local_review_decision
    if file.local_review is None or decision is None or not decision.commissioned:
        return Refusal("No local review is commissioned.", DECIDES, ("decide_on_local_review",))
    if file.case.status == CaseStatus.WITHDRAWN:
        return WITHDRAWN
    if file.local_review.state != LocalReviewState.IN_PROGRESS:
        return Refusal("The local review is complete and was sent to the Panel.", "Children Act 2004 s16F(3)")
    return None


def check_report(report: LocalReviewReport) -> None:
    """Refuse completion while a part that SI 2018/789 reg 12 or 15 requires is missing (409 ``incomplete``)."""
    missing = missing_of_report(report)
    if missing:
        raise ApiProblem(
            "incomplete",
            f"{len(missing)} required part(s) of the report are missing.",
            rule="SI 2018/789 reg 15",
            errors=[
                ProblemError(pointer=f"/report/{name}", code="missing", detail=f"Required by {rule}.")
                for name, rule in missing.items()
            ],
        )


def check_decided_on(decided_on: date, *, received_at: datetime, now: datetime) -> None:
    """Refuse a date of decision in the future, or before information was first received (dates of Europe/London)."""
    if decided_on > london_date(now):
        raise field_problem("/decided_on", "date_in_the_future", "Must not lie in the future.")
    if decided_on < london_date(received_at):
        raise field_problem(
            "/decided_on", "before_receipt", "Must not lie before the information was received.", rule=DECIDES
        )
