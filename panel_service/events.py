"""Every event of this service: its name in the feed and the audit trail, and its words for people."""

from collections.abc import Mapping

EVENTS: Mapping[str, str] = {
    # Receiving
    "document.received": "A document was received from a partnership",
    # Considering
    "decision.recorded": "The Panel's decision was recorded",
    # Queries
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
}
