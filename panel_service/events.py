"""Every event of this service: its name in the feed and the audit trail, and its words for people."""

from collections.abc import Mapping

EVENTS: Mapping[str, str] = {
    # Receiving
    "document.received": "A document was received from a partnership",
    "document.recorded_by_hand": "What came by form, e-mail or post was recorded by hand",
    "decision.told_by_hand": "The partnership was told of a decision by hand",
    # Considering
    "decision.recorded": "The Panel's decision was recorded",
    # Queries
    # National reviews
    # Improvements
    # Information requests
    # Partnerships and the public register
}
