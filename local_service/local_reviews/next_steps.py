"""Which steps of a local review's course a case allows next, from what every reading of the case holds."""

from local_service.cases.file import CaseFile
from local_service.cases.models import CaseStatus
from local_service.local_reviews.models import LocalReviewState
from local_service.local_reviews.publication_rules import why_no_move
from local_service.local_reviews.reviewer_rules import why_no_appointment
from local_service.local_reviews.rules import DECIDES, why_no_reply
from local_service.panel_link import WITHDRAWN
from service_kit.moves import Refusal

NOT_COMMISSIONED = Refusal("No local review is commissioned.", DECIDES, ("decide_on_local_review",))


def why_no_appointment_on(file: CaseFile) -> Refusal | None:
    """Why no reviewer can be appointed now, if so (SI 2018/789 reg 12)."""
    if file.local_review is None:
        return NOT_COMMISSIONED
    # The Panel would be told, and is told nothing more after a withdrawal.
    if file.case.status == CaseStatus.WITHDRAWN:
        return WITHDRAWN
    return why_no_appointment(LocalReviewState(file.local_review.state))


def why_no_planning_on(file: CaseFile) -> Refusal | None:
    """Why publication cannot be planned now, if so (Children Act 2004 s16F(4))."""
    if file.local_review is None:
        return NOT_COMMISSIONED
    if file.case.status == CaseStatus.WITHDRAWN:
        return WITHDRAWN
    return why_no_move(LocalReviewState(file.local_review.state), "plan_publication")


def why_no_reply_on(file: CaseFile) -> Refusal | None:
    """Why there is no decision of the Panel to reply to, if so (Children Act 2004 s16F(1)(b))."""
    if file.panel_decision is None:
        return Refusal("The Panel has not decided.", DECIDES)
    return why_no_reply(file, file.panel_decision.decision_version)
