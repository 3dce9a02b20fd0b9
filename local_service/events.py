"""Every event of this service: its name in the feed and the audit trail, and its words in a case's timeline."""

from collections.abc import Mapping

EVENTS: Mapping[str, str] = {
    # Identifying
    "case.recorded": "The case was recorded",
    "case.changed": "The case's facts were changed",
    "assessment.judged": "The authority judged whether it is a serious child safeguarding case",
    "notification.drafted": "The notification was drafted",
    "notification.authorised": "The notification was authorised and sent to the Panel",
    "withdrawal.drafted": "The withdrawal of the notification was drafted",
    "withdrawal.authorised": "The notification was withdrawn",
    "case.not_notifiable": "The case was found not to be notifiable",
    "case.closed": "The case was closed",
    "case.reopened": "The case was reopened",
    "case.related": "How the case is related to another was recorded",
    "screening.recorded": "Information received was recorded",
    "screening.became_case": "A case was recorded from information received",
    "screening.not_notified": "It was decided not to notify",
    "screening.reopened": "A screening was reopened on new information",
    # The exercise
    "rapid_review.started": "The rapid review was started",
    "rapid_review.written": "The rapid review was written",
    "rapid_review.completed": "The rapid review was completed",
    "rapid_review.sent": "The rapid review was sent to the Panel",
    "rapid_review.view_given": "A partner gave its view of the rapid review",
    "rapid_review.sign_off_outstanding": "A partner's sign-off is outstanding",
    "rapid_review.added_to": "Something was added to the rapid review",
    "information_request.made": "Information was requested of an agency",
    "information_request.served": "A request for information was served",
    "information_request.answered": "A request for information was answered",
    "information_request.refused": "A request for information was refused",
    "information_request.escalated": "A request for information was escalated",
    "information_request.closed": "A request for information was closed",
    "information_request.withdrawn": "A request for information was withdrawn",
    "agency_summary.begun": "An agency was asked for its summary",
    "agency_summary.written": "An agency's summary was written",
    "agency_summary.submitted": "An agency's summary was submitted",
    "agency_summary.returned": "An agency's summary was sent back",
    "agency_summary.accepted": "An agency's summary was accepted",
    # Learning
    "learning.recorded": "Learning was recorded",
    "learning.share_planned": "It was planned to share learning",
    "learning.shared": "Learning was shared",
    "learning.share_dropped": "A planned share of learning was dropped",
    "learning.sent": "Learning was shared with the Panel",
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
    "national_review.suggested": "The partners proposed a national review to the Panel",
    "national_review.opened": "The Panel told of a national review that takes in the case",
    "national_review.updated": "The Panel told of a step of a national review",
    "national_review.published": "The Panel told of a national review's publication",
    "national_review.closed": "The Panel told of the end of a national review",
    # Improvements
    "improvement.received": "The Panel told of an improvement",
    "improvement.responded": "The partnership responded to an improvement",
    "improvement.progress_reported": "The partnership reported how far it has come with an improvement",
    # Information the Panel requests
    "panel_request.received": "The Panel requested information",
    "panel_request.answered": "The Panel's request for information was answered",
    # Duties
}
