"""Every event of this service: its name in the feed and the audit trail, and its words for people."""

from collections.abc import Mapping

EVENTS: Mapping[str, str] = {
    # Receiving
    "document.received": "A document was received from a partnership",
    # Considering
    "decision.recorded": "The Panel's decision was recorded",
    "publication.commented": "The Panel commented on a planned publication",
    # Queries
    # National reviews
    # Improvements
    # Information requests
    # Partnerships and the public register
}
