"""The pool of potential reviewers: who is in it on a day, and who is available (SI 2018/789 reg 4(1), 4(4), 5(1))."""

from datetime import date

from service_kit.moves import Refusal

POOL = "SI 2018/789 reg 4(1)"
REMOVAL = "SI 2018/789 reg 5(1)"


def is_in_pool(*, joined_on: date, removed_on: date | None, on: date) -> bool:
    """Whether somebody is in the pool on a day; the day of removal is the first without them (reg 5(1))."""
    return joined_on <= on and (removed_on is None or on < removed_on)


def is_available(*, available: bool, begins: date | None, ends: date | None, on: date) -> bool:
    """Whether a member is available on a day; an end that is not stated is open (reg 4(4))."""
    return available and (begins is None or begins <= on) and (ends is None or on <= ends)


def why_no_change(*, removed_on: date | None) -> Refusal | None:
    """Why an entry of the pool cannot be changed, if so: what it said when the person was removed stays."""
    if removed_on is not None:
        return Refusal("This person was removed from the pool.", REMOVAL)
    return None
