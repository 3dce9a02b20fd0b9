"""Loading another edition of the bank holidays: an operator's command, audited in every organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.administration import AdministrationRefused, audit_operator
from service_kit.clock.bank_holidays import BankHolidayCalendar, calendar_of, shipped_calendar
from service_kit.identity import ServiceState
from service_kit.ids import new_id
from service_kit.tables import Organisation


@dataclass(frozen=True)
class CalendarLoaded:
    """What an edition changed. ``edition`` is None where the days are those in force already."""

    edition: UUID | None
    first_day: date
    last_day: date
    added: str  # days and titles, one after another
    removed: str


async def load_calendar(session: AsyncSession, feed: Any) -> CalendarLoaded:
    """Make gov.uk's feed the calendar in force. Raises ``AdministrationRefused`` for another shape."""
    edition = new_id()
    calendar = _read(feed, edition)
    if calendar.last_day < (await session.execute(select(func.current_date()))).scalar_one():
        raise AdministrationRefused("The feed ends before today: due dates could not be reckoned any more.")
    state = (await session.execute(select(ServiceState).with_for_update())).scalar_one()
    before = calendar_of(state.calendar_feed) if state.calendar_feed else shipped_calendar()
    added, removed = _only_in(calendar, before), _only_in(before, calendar)
    changes = bool(added or removed) or calendar.last_day != before.last_day
    if changes:
        values = {"calendar_edition": edition, "calendar_feed": feed, "calendar_loaded_at": func.now()}
        await session.execute(update(ServiceState).values(**values))
        await _audit(session, edition, added, removed)
    return CalendarLoaded(
        edition=edition if changes else None,
        first_day=calendar.first_day,
        last_day=calendar.last_day,
        added=_told(added),
        removed=_told(removed),
    )


def _read(feed: Any, edition: UUID) -> BankHolidayCalendar:
    try:
        return calendar_of(feed, edition)
    except (ValidationError, KeyError, ValueError) as error:
        raise AdministrationRefused(
            "This is not the feed of https://www.gov.uk/bank-holidays.json: it must hold the division "
            f"england-and-wales with dated events that join up with the days known ({type(error).__name__})."
        ) from error


def _only_in(one: BankHolidayCalendar, other: BankHolidayCalendar) -> Mapping[date, str]:
    return {day: title for day, title in sorted(one.holidays.items()) if day not in other.holidays}


def _told(days: Mapping[date, str]) -> str:
    return ", ".join(f"{day} ({title})" for day, title in days.items()) or "none"


async def _audit(
    session: AsyncSession, edition: UUID, added: Mapping[date, str], removed: Mapping[date, str]
) -> None:
    detail = {"added": [str(day) for day in added], "removed": [str(day) for day in removed]}
    for organisation in (await session.execute(select(Organisation.id))).scalars().all():
        await audit_operator(session, organisation, "calendar.loaded", "calendar_edition", edition, detail)
