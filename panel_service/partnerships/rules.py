"""Who is a safeguarding partner where and when; pure, over days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

PARTNERS = "Children Act 2004 s16E(3)"
COMBINED = "Children Act 2004 s16J"


@dataclass(frozen=True)
class Period:
    """From a day to a day, both included; without an end it goes on."""

    valid_from: date
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def overlap(one: Period, other: Period) -> bool:
    """Whether two periods share a day."""
    return (other.valid_to is None or one.valid_from <= other.valid_to) and (
        one.valid_to is None or other.valid_from <= one.valid_to
    )


def why_no_membership(new: Period, of_same_authority: Sequence[Period]) -> str | None:
    """Why an authority cannot be a member then, if so: its area is one partnership's at a time (s16E, s16J).

    A board or a force may be a partner in several areas at once (s16E(3)(b), (c)), so it is never asked of them.
    """
    if any(overlap(new, former) for former in of_same_authority):
        return "This authority is a member of a partnership in that time already: end that membership first."
    return None


def last_day_before(successor_begins: date) -> date:
    """Give a predecessor's last day."""
    return successor_begins - timedelta(days=1)


def makes_a_circle(successor: str, predecessor: str, successors: dict[str, set[str]]) -> bool:
    """Whether the new successor came before its own predecessor, directly or by others."""
    seen, ahead = set[str](), [successor]
    while ahead:
        one = ahead.pop()
        if one == predecessor:
            return True
        if one not in seen:
            seen.add(one)
            ahead.extend(successors.get(one, ()))
    return False
