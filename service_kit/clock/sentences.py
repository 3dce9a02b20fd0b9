"""Due dates in plain English."""

from datetime import date

from service_kit.clock.bank_holidays import CalendarDoesNotCover
from service_kit.clock.rule_sets import Direction, End, Limit, Unit
from service_kit.clock.working_days import DueDate, NotCounted

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_WEEKEND = {"Saturday", "Sunday"}


def due_sentence(limit: Limit, anchor_title: str, anchor_date: date, due: DueDate) -> str:
    """Such as: Five working days after receipt on Monday 2 March 2026 end on Monday 9 March 2026. Not counted: Saturday 7 March, Sunday 8 March."""
    if limit.direction is Direction.BEFORE:
        return _before_sentence(limit, anchor_title, anchor_date, due)
    if limit.end is End.UNTIL:
        return _until_sentence(limit, anchor_title, anchor_date, due)
    verb = "ends" if limit.amount == 1 else "end"
    count = f"{_number(limit.amount)} {_unit(limit)} after {anchor_title} on {full_date(anchor_date)}"
    return f"{count} {verb} on {full_date(due.due_on)}. {_remark(limit.unit, anchor_date, due)}".rstrip()


def _before_sentence(limit: Limit, anchor_title: str, anchor_date: date, due: DueDate) -> str:
    # Such as: No later than seven days before publication on Monday 9 March 2026, which is Monday 2 March 2026.
    count = (
        f"{_number(limit.amount).lower()} {_unit(limit)} before {anchor_title} on {full_date(anchor_date)}"
    )
    remark = _remark(limit.unit, anchor_date, due)
    return f"No later than {count}, which is {full_date(due.due_on)}. {remark}".rstrip()


def _until_sentence(limit: Limit, anchor_title: str, anchor_date: date, due: DueDate) -> str:
    # Such as: At least 12 calendar months from publication on Monday 9 March 2026: not to end before Tuesday 9 March 2027.
    count = f"{_number(limit.amount).lower()} {_unit(limit)} from {anchor_title} on {full_date(anchor_date)}"
    remark = _remark(limit.unit, anchor_date, due)
    return f"At least {count}: not to end before {full_date(due.due_on)}. {remark}".rstrip()


def no_anchor_sentence(anchor_title: str) -> str:
    """For a duty whose anchor has not happened."""
    return f"Counted from when this is recorded: {anchor_title}."


def no_time_sentence(anchor_title: str, provision: str) -> str:
    """For a duty to which no source gives a time."""
    return f"To be done after {anchor_title}. No time is stated in: {provision}."


def lifted_sentence(on: date, because: str) -> str:
    """For a duty that need not be met any more."""
    return f"Lifted on {full_date(on)}{f': {because}' if because else ''}."


def not_covered_sentence(outside: CalendarDoesNotCover) -> str:
    """For a count that leaves the days whose bank holidays are known."""
    known = f"from {full_date(outside.first_day)} to {full_date(outside.last_day)}"
    return f"Not worked out: bank holidays are known {known}, and {full_date(outside.day)} would have to be counted."


def full_date(day: date) -> str:
    """Such as Tuesday 5 January 2027."""
    return f"{_short_date(day)} {day.year}"


def _remark(unit: Unit, anchor_date: date, due: DueDate) -> str:
    if unit is Unit.WORKING_DAYS:
        days = ", ".join(_skipped(entry) for entry in due.not_counted)
        return f"Not counted: {days}." if days else ""
    if unit is Unit.CALENDAR_MONTHS and due.due_on.day != anchor_date.day:
        return "That month is shorter, so its last day counts. Weekends and bank holidays do not move it."
    return "Weekends and bank holidays do not move it."


def _skipped(entry: NotCounted) -> str:
    shown = _short_date(entry.day)
    return shown if entry.reason in _WEEKEND else f"{shown} ({entry.reason})"


def _short_date(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def _number(amount: int) -> str:
    return _WORDS[amount].capitalize() if amount < len(_WORDS) else str(amount)


def _unit(limit: Limit) -> str:
    words = limit.unit.value.replace("_", " ")
    return words.removesuffix("s") if limit.amount == 1 else words
