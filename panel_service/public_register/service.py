from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from panel_service.deps import SettingsDep
from panel_service.public_register.models import RegisterEntry, ReviewKind
from panel_service.public_register.rules import PROVISIONS, available_until_at_least, why_not_taken_down
from panel_service.public_register.schemas import EntryCreate, TakingDown
from service_kit.acting import Acting, SessionDep
from service_kit.clock.working_days import london_date
from service_kit.db import set_tenant
from service_kit.ids import new_id
from service_kit.problems import ApiProblem, field_problem
from service_kit.tables import Organisation


class PublicView:
    """A transaction of nobody in particular, which sees the Panel's rows: its routes give out published things alone."""

    def __init__(self, session: AsyncSession, organisation_id: UUID, now: datetime) -> None:
        self.session = session
        self.organisation_id = organisation_id
        self.now = now


async def open_public_view(_: Request, session: SessionDep, settings: SettingsDep) -> PublicView:
    """Find the organisation whose register is public. Raises 404 where there is none."""
    statement = select(Organisation.id).where(Organisation.code == settings.public_organisation)
    organisation_id = (await session.execute(statement)).scalar_one_or_none()
    if organisation_id is None:
        raise ApiProblem("not-found")
    return PublicView(session, organisation_id, await set_tenant(session, organisation_id))


PublicDep = Annotated[PublicView, Depends(open_public_view)]


def shown_entries(organisation_id: UUID, kind: ReviewKind | None) -> Select[RegisterEntry]:
    """Select the entries that stand."""
    statement = select(RegisterEntry).where(
        RegisterEntry.organisation_id == organisation_id, RegisterEntry.taken_down_on.is_(None)
    )
    return statement if kind is None else statement.where(RegisterEntry.kind == kind)


async def enter(acting: Acting, given: EntryCreate) -> RegisterEntry:
    """Enter a published review. Raises 409 for one that is entered already, 422 for a day to come."""
    if given.published_on > london_date(acting.now):
        raise field_problem("/published_on", "date_in_the_future", "Must not lie in the future.")
    if await _entry_of(acting, given.source_id) is not None:
        raise ApiProblem("conflict", "This review is on the register already.")
    return await _enter(acting, given)


async def enter_published(acting: Acting, given: EntryCreate) -> None:
    """Let what was published here, or told to be, stand on the register at once; what is there already stays."""
    if await _entry_of(acting, given.source_id) is None:
        await _enter(acting, given)


async def withdraw_published(acting: Acting, source_id: UUID, on: date, reasons: str) -> None:
    """Take off what its publisher says is no longer available; the rules on that were the publisher's (regs 10, 17)."""
    entry = await _entry_of(acting, source_id)
    if entry is None or entry.taken_down_on is not None:
        return
    entry.taken_down_on, entry.taken_down_reasons = on, reasons
    await acting.session.flush()
    await acting.event("register.taken_down", "register_entry", entry.id, {"by_publisher": True})


async def _entry_of(acting: Acting, source_id: UUID) -> RegisterEntry | None:
    statement = (
        select(RegisterEntry)
        .where(RegisterEntry.organisation_id == acting.organisation_id, RegisterEntry.source_id == source_id)
        .with_for_update()
    )
    return (await acting.session.execute(statement)).scalar_one_or_none()


async def _enter(acting: Acting, given: EntryCreate) -> RegisterEntry:
    entry = RegisterEntry(
        organisation_id=acting.organisation_id,
        id=new_id(),
        **given.model_dump(),
        available_until_at_least=available_until_at_least(given.kind, given.published_on),
        entered_by=acting.caller.principal_id,
        entered_at=acting.now,
    )
    acting.session.add(entry)
    await acting.session.flush()
    await acting.event("register.entered", "register_entry", entry.id, {"kind": given.kind})
    return entry


async def take_down(acting: Acting, entry_id: UUID, given: TakingDown) -> RegisterEntry:
    """Take an entry down once its time is over, or by a court's order (SI 2018/789 regs 10, 17). Raises 404, 409."""
    entry = await acting.session.get(RegisterEntry, (acting.organisation_id, entry_id), with_for_update=True)
    if entry is None:
        raise ApiProblem("not-found")
    kind, today = ReviewKind(entry.kind), london_date(acting.now)
    if entry.taken_down_on is not None:
        raise ApiProblem("move-not-allowed", "The entry is taken down already.", allowed=[])
    refusal = why_not_taken_down(
        kind, entry.available_until_at_least, today, by_order=given.by_order_of_a_court
    )
    if refusal is not None:
        allowed = ["record the order of a court", f"wait until {entry.available_until_at_least}"]
        raise ApiProblem("move-not-allowed", refusal, rule=PROVISIONS[kind], allowed=allowed)
    entry.taken_down_on, entry.taken_down_reasons = today, given.reasons
    await acting.session.flush()
    detail = {"by_order": given.by_order_of_a_court}
    await acting.event("register.taken_down", "register_entry", entry.id, detail)
    return entry
