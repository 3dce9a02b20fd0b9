"""Days that people record: of what has happened, none lies in the future."""

from collections.abc import Iterable
from datetime import date, datetime

from local_service.chronology.entries import ChronologyEntry
from service_kit.clock.working_days import london_date
from service_kit.problems import field_problem


def check_past(pointer: str, day: date | None, now: datetime) -> None:
    """Refuse a day that has not come yet in London (422 ``date_in_the_future``)."""
    if day is not None and day > london_date(now):
        raise field_problem(pointer, "date_in_the_future", "Must not lie in the future.")


def check_entries(pointer: str, entries: Iterable[ChronologyEntry], now: datetime) -> None:
    """Refuse a chronology entry of a day that has not come yet."""
    for place, entry in enumerate(entries):
        check_past(f"{pointer}/{place}/on", entry.on, now)


def check_period(start: date | None, end: date | None) -> None:
    """Refuse a period that ends before it begins."""
    if start is not None and end is not None and end < start:
        raise field_problem("/period_to", "period_reversed", "Must not lie before period_from.")
