"""How a case ends and begins again: which step leads from which status, and what stands against it."""

from collections.abc import Mapping

from local_service.assessments.models import JudgementAnswer
from local_service.cases.file import CaseFile
from local_service.cases.models import CaseStatus
from local_service.local_reviews.models import LocalReview, LocalReviewState
from local_service.notifications.rules import why_no_draft
from service_kit.moves import Refusal

NOTIFIES = "Children Act 2004 s16C(1)"
REVIEWS = "Children Act 2004 s16F(1)"
PUBLISHES = "Children Act 2004 s16F(4)"
RECORD_NOT_NOTIFIABLE, CLOSE, REOPEN = "record_not_notifiable", "close_case", "reopen_case"

MOVES: Mapping[CaseStatus, tuple[str, ...]] = {
    CaseStatus.OPEN: (RECORD_NOT_NOTIFIABLE, CLOSE),
    CaseStatus.NOT_NOTIFIABLE: (REOPEN,),
    CaseStatus.CLOSED: (REOPEN,),
    # The Panel was told that it ended; a new case may refer to it.
    CaseStatus.WITHDRAWN: (),
}


def why_not_not_notifiable(file: CaseFile) -> Refusal | None:
    """Why it cannot be found not notifiable, if so (s16C(1)).

    What was sent ends by withdrawal alone; what the authority itself judges a serious case it must notify.
    """
    refusal = _why_no_move(file, RECORD_NOT_NOTIFIABLE, NOTIFIES)
    if refusal is not None:
        return refusal
    if file.sent_notifications:
        return Refusal(
            "The notification was sent: only its withdrawal ends it.", NOTIFIES, ("draft_withdrawal",)
        )
    if file.judgement is not None and file.judgement.judgement == JudgementAnswer.SERIOUS_CASE:
        return Refusal(
            "The authority judged this a serious child safeguarding case: it must notify.",
            NOTIFIES,
            ("give_judgement", "draft_notification"),
        )
    return None


def why_no_closure(file: CaseFile) -> Refusal | None:
    """Why it cannot be closed, if so: while the rapid review or a commissioned local review is owed (s16F(1)), or
    what is to become of its report (s16F(4), (5)).
    """
    refusal = _why_no_move(file, CLOSE, REVIEWS)
    if refusal is not None:
        return refusal
    if not file.sent_notifications:
        return Refusal(
            "Nothing was notified: notify, or record why the case is not notifiable.",
            NOTIFIES,
            ("draft_notification", RECORD_NOT_NOTIFIABLE),
        )
    if file.draft is not None and why_no_draft(file) is None:
        return Refusal(
            "A later version of the notification waits to be sent.", NOTIFIES, ("authorise_notification",)
        )
    if file.rapid_review is None or file.rapid_review.sent_at is None:
        return Refusal(
            "The rapid review has not been completed and sent to the Panel.",
            REVIEWS,
            ("complete_rapid_review",),
        )
    return _why_review_is_owed(file.local_review)


def _why_review_is_owed(review: LocalReview | None) -> Refusal | None:
    """What of a commissioned local review is owed, if anything: it is completed, then published or withheld."""
    if review is None:
        return None
    if review.state == LocalReviewState.IN_PROGRESS:
        return Refusal("A local review is in progress.", REVIEWS, ("complete_local_review",))
    if review.state in {LocalReviewState.COMPLETE, LocalReviewState.PRE_PUBLICATION}:
        return Refusal(
            "The local review is neither published nor withheld.",
            PUBLISHES,
            ("plan_publication",),
        )
    return None


def why_not_while_asked(open_queries: int) -> Refusal | None:
    """Why it cannot be closed, if so: while the Panel, to do its functions, waits for an answer (s16B(1))."""
    if not open_queries:
        return None
    return Refusal(
        f"{open_queries} query or queries of the Panel wait for an answer.",
        "Children Act 2004 s16B(1)",
        ("answer_query",),
    )


def why_no_reopening(file: CaseFile) -> Refusal | None:
    """Why it cannot be reopened, if so: a withdrawn case stays so, and a new case refers to it (s16C(1))."""
    if file.case.status == CaseStatus.WITHDRAWN:
        return Refusal(
            "The notification was withdrawn: record a new case, which may refer to this one.", NOTIFIES
        )
    return _why_no_move(file, REOPEN, NOTIFIES)


def _why_no_move(file: CaseFile, move: str, rule: str) -> Refusal | None:
    status = CaseStatus(file.case.status)
    if move in MOVES[status]:
        return None
    return Refusal(f"The case is {status.value.replace('_', ' ')}.", rule, MOVES[status])
