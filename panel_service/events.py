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
    # Information requests
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
