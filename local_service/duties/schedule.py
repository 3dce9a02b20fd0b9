"""What a worker does for duties: tells once when one becomes due soon or overdue, and reckons anew by other bank holidays."""

import asyncio
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import Date, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from local_service.duties.listing import days_of
from local_service.duties.models import CaseDuty, KeptState
from local_service.duties.projection import refresh_case
from service_kit.acting import Acting, changed_subjects
from service_kit.clock.bank_holidays import published_calendar
from service_kit.db import Database, set_tenant
from service_kit.exchange.waiting import wait_for
from service_kit.identity import Caller
from service_kit.logs import where_raised
from service_kit.tables import Organisation

log = structlog.get_logger(__name__)

POLL_SECONDS = 10
AT_ONCE = 200

# The row that was told of is marked with the date it was told for, in the transaction of the event: told once, by
# one worker, and again only for another date.
_TELL = """
    UPDATE case_duties d SET {mark} = d.due_on
      FROM (SELECT id FROM case_duties
             WHERE organisation_id = :organisation_id AND state = 'running' AND ends = 'by'
               AND sort_on BETWEEN :first AND :last AND {mark} IS DISTINCT FROM due_on
             ORDER BY sort_on, id LIMIT :at_once FOR UPDATE SKIP LOCKED) due
     WHERE d.organisation_id = :organisation_id AND d.id = due.id
    RETURNING d.case_id, d.code, d.due_on
"""
_TYPES = (bindparam("first", type_=Date), bindparam("last", type_=Date))
_TELL_DUE_SOON = text(_TELL.format(mark="told_due_soon_for")).bindparams(*_TYPES)
_TELL_OVERDUE = text(_TELL.format(mark="told_overdue_for")).bindparams(*_TYPES)


class DutyKeeper:
    """Runs under the worker's role, one organisation at a time. Two at once are safe: rows are marked or locked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self, stop: asyncio.Event) -> None:
        """Look at every organisation's duties, until asked to stop."""
        while not stop.is_set():
            if not await self.keep():
                await wait_for(stop, POLL_SECONDS)

    async def keep(self) -> int:
        """Go once through the organisations; give how many cases were reckoned anew and duties told of."""
        async with self._database.transaction() as session:
            organisations = (await session.execute(select(Organisation.id))).scalars().all()
        done = 0
        for organisation_id in organisations:
            for step in (self.recompute, self.tell):
                try:
                    done += await step(organisation_id)
                except Exception as error:  # noqa: BLE001 -- one organisation's fault must not keep the others waiting
                    _log_fault(error)
        return done

    async def recompute(self, organisation_id: UUID) -> int:
        """Reckon anew the cases whose open duties go by another edition of the bank holidays; each date is audited."""
        async with self._database.transaction() as session:
            await set_tenant(session, organisation_id)
            edition = published_calendar().edition
            statement = (
                select(CaseDuty.case_id)
                .where(
                    CaseDuty.organisation_id == organisation_id,
                    CaseDuty.state.in_((KeptState.RUNNING.value, KeptState.NOT_COVERED.value)),
                    CaseDuty.calendar_edition.is_distinct_from(edition),
                )
                .distinct()
                .limit(AT_ONCE)
            )
            cases = (await session.execute(statement)).scalars().all()
        return sum([await self._recompute_case(organisation_id, case_id) for case_id in cases])

    async def _recompute_case(self, organisation_id: UUID, case_id: UUID) -> int:
        try:
            async with self._database.transaction() as session:
                acting = worker_of(organisation_id, session, await set_tenant(session, organisation_id))
                why = {"edition": str(published_calendar().edition)}
                await refresh_case(acting, case_id, told_as="duty.recomputed", why=why)
        except Exception as error:  # noqa: BLE001 -- one case's fault must not keep the others waiting
            _log_fault(error)
            return 0
        return 1

    async def tell(self, organisation_id: UUID) -> int:
        """Tell of each duty that is due soon or overdue today, once for each due date."""
        async with self._database.transaction() as session:
            acting = worker_of(organisation_id, session, await set_tenant(session, organisation_id))
            days = days_of(acting.now)
            soon = {"first": days.today, "last": days.soon}
            late = {"first": date.min, "last": days.today - timedelta(days=1)}
            told = 0
            for statement, between, name in (
                (_TELL_DUE_SOON, soon, "duty.became_due_soon"),
                (_TELL_OVERDUE, late, "duty.became_overdue"),
            ):
                values = {"organisation_id": organisation_id, "at_once": AT_ONCE, **between}
                for row in (await session.execute(statement, values)).all():
                    detail = {"duty": row.code, "due_on": row.due_on.isoformat()}
                    await acting.event(name, "case", row.case_id, detail)
                    told += 1
            # To tell of a date changes nothing it follows from.
            changed_subjects(session).clear()
        return told


def _log_fault(error: Exception) -> None:
    log.error("duties_not_kept", error=type(error).__name__, where=where_raised(error))


def worker_of(organisation_id: UUID, session: AsyncSession, now: datetime) -> Acting:
    """Give the worker as who acts in a transaction of its own."""
    caller = Caller(
        organisation_id=organisation_id,
        organisation_code="",
        organisation_name="",
        principal_id=None,
        principal_name="worker",
        is_person=False,
        roles=frozenset(),
        purpose="statutory_duty",
    )
    return Acting(session, caller, now)
