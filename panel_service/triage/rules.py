"""What makes a case need a person first. Each reason and its weight are published; no child's harm is weighed.

A death and a serious harm stand alike: the Panel looks at every serious case notified (Children Act 2004 s16B(1)), and
the order follows only from what waits to be done and since when.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

CONSIDERS = "Children Act 2004 s16B(1)"


@dataclass(frozen=True)
class Reason:
    """One reason: its weight in the order, its words, and whether looking at it settles it."""

    weight: int
    title: str
    news: bool = False
    rule: str | None = None


MESSAGE_SET_ASIDE, MESSAGE_HELD = "message_set_aside", "message_held"
RAPID_REVIEW_OVERDUE, QUERY_OVERDUE = "rapid_review_overdue", "query_overdue"
DECISION_AWAITS_RELEASE = "decision_awaiting_release"
RAPID_REVIEW_UNDECIDED = "rapid_review_undecided"
RECEIVED_AFTER_DECISION = "received_after_decision"
DOCUMENT_RECEIVED = "document_received"

REASONS: Mapping[str, Reason] = {
    MESSAGE_SET_ASIDE: Reason(100, "A message about it was set aside: a person decides what becomes of it"),
    MESSAGE_HELD: Reason(95, "A message about it is held and has not taken effect"),
    QUERY_OVERDUE: Reason(92, "The day by which a query was to be answered has passed"),
    RAPID_REVIEW_OVERDUE: Reason(90, "The rapid review is overdue by the partnership's own rule set"),
    DECISION_AWAITS_RELEASE: Reason(80, "A recorded decision waits for a second person's release"),
    "notification_withdrawn_received": Reason(75, "The notification was withdrawn", news=True),
    "national_review_proposal_received": Reason(70, "The partners proposed a national review", news=True),
    "query_answer_received": Reason(65, "A query was answered", news=True),
    RAPID_REVIEW_UNDECIDED: Reason(
        60, "The rapid review has come and the Panel has not decided", rule=CONSIDERS
    ),
    RECEIVED_AFTER_DECISION: Reason(
        55, "Something has come that the last decision did not rest on", news=True, rule=CONSIDERS
    ),
    "notification_received": Reason(50, "A case was notified", news=True),
    "notification_corrected": Reason(50, "The notification was corrected or its outcome changed", news=True),
    "decision_reply_received": Reason(48, "The partners replied to a decision", news=True),
    "information_received": Reason(46, "Requested information has come", news=True),
    "publication_notice_received": Reason(45, "The partners told when they will publish", news=True),
    "rapid_review_addendum_received": Reason(44, "An addendum to the rapid review has come", news=True),
    "local_review_received": Reason(42, "A completed local review has come", news=True),
    "local_review_decision_received": Reason(40, "The partners decided on a local review", news=True),
    "delay_received": Reason(38, "The partners gave reasons for a delay", news=True),
    "learning_received": Reason(36, "Learning has come", news=True),
    "local_review_reviewer_received": Reason(34, "The partners appointed or removed a reviewer", news=True),
    DOCUMENT_RECEIVED: Reason(30, "Something has come", news=True),
}
ORDER = (
    "First cases with a message set aside or held; then what is overdue, the longest overdue first; then by the heaviest "
    "reason, and among equals what has waited longest. Nothing about a child or the harm enters into it."
)


def news_of(kind: str, version: int, *, decided: bool) -> frozenset[str]:
    """Give the reasons that a document makes by coming (s16B(1)): seeing the case settles them."""
    code = "notification_corrected" if kind == "notification" and version > 1 else f"{kind}_received"
    # A rapid review is no mere news: it waits for the decision, not to be looked at.
    if kind == "rapid_review":
        return frozenset({RECEIVED_AFTER_DECISION}) if decided else frozenset()
    known = code if code in REASONS else DOCUMENT_RECEIVED
    return frozenset({known, RECEIVED_AFTER_DECISION}) if decided else frozenset({known})


def without_news(needs: Iterable[str]) -> frozenset[str]:
    """Give what is left once somebody has seen the case: what only a step can settle."""
    return frozenset(code for code in needs if code in REASONS and not REASONS[code].news)


def news_in(needs: Iterable[str]) -> frozenset[str]:
    """Give the reasons that seeing the case settles."""
    return frozenset(code for code in needs if code not in REASONS or REASONS[code].news)


def waiting_of(*, open_case: bool, decided: bool, recorded: bool, has_rapid_review: bool) -> frozenset[str]:
    """Give the reasons that a step of the Panel's settles (s16B(1))."""
    if recorded:
        return frozenset({DECISION_AWAITS_RELEASE})
    if open_case and has_rapid_review and not decided:
        return frozenset({RAPID_REVIEW_UNDECIDED})
    return frozenset()


def weight_of(needs: Iterable[str]) -> int:
    """Give the weight of the heaviest reason, 0 without any."""
    return max((REASONS[code].weight if code in REASONS else 1 for code in needs), default=0)


def overdue_of(*, rapid_review_due_on: date | None, query_due_on: date | None, today: date) -> list[str]:
    """Name what is overdue on a day of Europe/London: the due day itself is still in time."""
    due = {QUERY_OVERDUE: query_due_on, RAPID_REVIEW_OVERDUE: rapid_review_due_on}
    return [code for code, day in due.items() if day is not None and day < today]
