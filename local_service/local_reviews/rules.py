"""When the partners may decide on a local review, and when its report is complete."""

from datetime import date, datetime

from local_service.cases.file import CaseFile
from local_service.local_reviews.models import LocalReviewState
from local_service.moves import Refusal
from service_kit.clock.working_days import london_date
from service_kit.problems import ApiProblem, field_problem
from shared_schemas.local_reviews import LocalReviewReport, missing_of_report
from shared_schemas.problems import ProblemError

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
    if file.local_review is not None and file.local_review.state == LocalReviewState.COMPLETE:
        return Refusal("The local review is complete.", DECIDES)
    if file.local_review is not None:
        return Refusal("A local review is commissioned already.", DECIDES, ("write_local_review",))
    return None


def why_no_writing(file: CaseFile) -> Refusal | None:
    """Why the report cannot be written, if so."""
    decision = file.local_review_decision
    if file.local_review is None or decision is None or not decision.commissioned:
        return Refusal("No local review is commissioned.", DECIDES, ("decide_on_local_review",))
    if file.local_review.state == LocalReviewState.COMPLETE:
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
