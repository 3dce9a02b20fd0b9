"""Which edition of the bank holidays a database holds: asked with each transaction's time, read once a process."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.clock.bank_holidays import BankHolidayCalendar, calendar_of, use_calendar

_READ = text("SELECT calendar_feed FROM service_state WHERE calendar_edition = :edition")
# A handful in a process's life: one for each time an operator loads another.
_known: dict[UUID, BankHolidayCalendar] = {}


async def adopt_edition(session: AsyncSession, edition: UUID | None) -> None:
    """Let this task go by the edition the database holds; none is the calendar of the release."""
    if edition is not None and edition not in _known:
        feed = (await session.execute(_READ, {"edition": edition})).scalar_one_or_none()
        # Another was loaded in the moment between: the next transaction learns of it.
        if feed is None:
            return
        _known[edition] = calendar_of(feed, edition)
    use_calendar(_known[edition] if edition is not None else None)
