"""Every event of this service: its name in the feed and the audit trail, and its words in a case's timeline."""

from collections.abc import Mapping

EVENTS: Mapping[str, str] = {
    # Identifying
    "case.recorded": "The case was recorded",
    "case.changed": "The case's facts were changed",
    "assessment.judged": "The authority judged whether it is a serious child safeguarding case",
    "notification.drafted": "The notification was drafted",
    "notification.authorised": "The notification was authorised and sent to the Panel",
    # The exercise
    "rapid_review.started": "The rapid review was started",
    "rapid_review.written": "The rapid review was written",
    "rapid_review.completed": "The rapid review was completed",
    "rapid_review.sent": "The rapid review was sent to the Panel",
    # Learning
    # Local reviews
    "local_review.decided": "The partners decided on a local review",
    "local_review.written": "The local review's report was written",
    "local_review.completed": "The local review was completed and sent to the Panel",
    # Documents
    # From the Panel
    "panel_decision.received": "A decision of the Panel was received",
    # Queries
    "panel_query.received": "The Panel asked about the case",
    "panel_query.answered": "A query of the Panel was answered",
    "panel_query.closed": "The Panel closed a query",
    "panel_letter.received": "A letter of the Panel was received",
    # National reviews
    # Improvements
    # Duties
}
