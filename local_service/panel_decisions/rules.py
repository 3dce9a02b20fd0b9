"""What a decision of the Panel means for the partnership."""

from collections.abc import Sequence
from datetime import datetime

RECONSIDERS = "local_review_more_appropriate"


def is_next_decision(known: Sequence[int], version: int, supersedes: int | None) -> bool:
    """Whether a decision follows the last: versions count up from 1, and each supersedes the one before."""
    last = max(known, default=0)
    return version == last + 1 and supersedes == (last or None)


def asks_to_reconsider(outcome: str, received_at: datetime, decided_at: Sequence[datetime]) -> bool:
    """Whether the partners have yet to weigh that the Panel thinks a local review more appropriate.

    SI 2018/789 reg 11(d) makes it a criterion they must take into account, never a direction; a decision of theirs
    recorded after the Panel's came settles it.
    """
    return outcome == RECONSIDERS and not any(moment >= received_at for moment in decided_at)
