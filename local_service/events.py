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
    "local_review.terms_set": "The local review's terms of reference were set",
    "local_review.reviewer_appointed": "A reviewer was appointed",
    "local_review.reviewer_removed": "A reviewer was removed",
    "local_review.access_given": "A reviewer was given access for a limited time",
    "local_review.checked": "The local review's progress and quality were checked",
    "local_review.requested": "Information or a draft was requested of the reviewer",
    "local_review.answered": "A request to the reviewer was answered",
    "local_review.held": "Publication was held up for a parallel process",
    "local_review.hold_lifted": "A hold on publication was lifted",
    "local_review.delayed": "The Panel was told why the local review is late",
    "local_review.revised": "The local review's report was revised and sent to the Panel",
    "local_review.copied": "A copy of the local review was given",
    "local_review.publication_planned": "Publication was decided on and the Panel told",
    "local_review.published": "The local review was published",
    "local_review.availability_ended": "The local review is no longer publicly available",
    "local_review.followed_up": "A recommendation was followed up",
    "local_review.commented": "The Panel commented on the planned publication",
    "panel_decision.replied": "The partners replied to a decision of the Panel",
    # Documents
    # From the Panel
    "panel_decision.received": "A decision of the Panel was received",
    # Queries
    # National reviews
    # Improvements
    # Duties
}
