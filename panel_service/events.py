"""Every event of this service: its name in the feed and the audit trail, and its words for people."""

from collections.abc import Mapping

EVENTS: Mapping[str, str] = {
    # Receiving
    "document.received": "A document was received from a partnership",
    # Considering
    "decision.recorded": "The Panel's decision was recorded",
    "decision.released": "The Panel's decision was released to the partnership by a second person",
    "decision.withdrawn": "A recorded decision was withdrawn before its release",
    "view.recorded": "A view of the Panel was recorded",
    "case.assigned": "The case was assigned to a person",
    "case.seen": "What had come about the case was seen",
    "member.appointed": "An appointment by the Secretary of State was recorded",
    "member.ended": "The end of an appointment was recorded",
    "meeting.planned": "A meeting was planned",
    "meeting.agenda_set": "A meeting's agenda was set",
    "meeting.held": "A meeting was held",
    "meeting.minutes_written": "A meeting's minutes were written",
    "meeting.minutes_approved": "A meeting's minutes were approved by another person",
    "interest.declared": "A member's interest in the case was declared: the member is recused",
    # Queries
    "query.raised": "The partnership was asked about the case",
    "query.continued": "The Panel asked on in a query",
    "query.answered": "The partnership answered a query",
    "query.closed": "A query was closed",
    "letter.drafted": "A letter to the partnership was drafted",
    "letter.changed": "A letter's draft was changed",
    "letter.issued": "A letter to the partnership was signed by a second person and sent",
    # National reviews
    # Improvements
    "improvement.identified": "An improvement was identified",
    "improvement.changed": "The improvement's text was changed",
    "improvement.evidence_added": "Evidence was added to the improvement",
    "improvement.moved": "The improvement took a step",
    "improvement.recurrence_confirmed": "The improvement was confirmed as previously identified",
    # Information requests
    "information_request.drafted": "A request for information was drafted",
    "information_request.moved": "The request for information took a step",
    # Partnerships and the public register
    "register.entered": "A published review was put on the public register",
    "register.taken_down": "A review was taken off the public register",
    "statistics.published": "A year's table of notifications was published",
    "partnership.registered": "A partnership was registered",
    "partnership.member_added": "A member of a partnership was registered",
    "partnership.member_ended": "A membership of a partnership ended",
    "partnership.succeeded": "A partnership was succeeded by another",
    "partnership.test_started": "A test exchange with a partnership was started",
    "partnership.test_answered": "A test exchange with a partnership was answered",
}
