"""``exchange status``, ``exchange dead-letters`` and ``exchange redrive``: what is stuck, and sending it again.

To replace or discard takes two people with credentials of their own, so it is done over the API alone.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.administration import AdministrationRefused
from service_kit.app import worker_database
from service_kit.command_line import run, settings_of
from service_kit.db import Database, set_tenant
from service_kit.exchange.letters.redriving import redrive
from service_kit.exchange.message_lists import links
from service_kit.exchange.models import DeliveryAttempt, Link, OutboundMessage, OutboundState
from service_kit.identity import Caller
from service_kit.settings import ServiceSettings
from service_kit.tables import Organisation

if TYPE_CHECKING:
    from service_kit.cli import Commands

SHOWN = 200
AT_ONCE = 50
OrganisationOption = Annotated[
    str | None, typer.Option("--organisation", help="Only this organisation, by its code.")
]


def add_letters(cli: typer.Typer, commands: "Commands") -> None:
    """Add the commands to the group."""

    @cli.command("status")
    def status(organisation: OrganisationOption = None) -> None:
        """Show each link: what waits, what is dead, how old, and what keeps it."""
        for line in run(_status(settings_of(commands), organisation)):
            typer.echo(line)

    @cli.command("dead-letters")
    def dead_letters(
        organisation: OrganisationOption = None,
        link: Annotated[UUID | None, typer.Option(help="Only those of this link.")] = None,
    ) -> None:
        """List the messages that a counterpart refused for good, oldest first, and why; never their content."""
        for line in run(_dead_letters(settings_of(commands), organisation, link)):
            typer.echo(line)

    @cli.command("redrive")
    def redrive_letters(
        ids: Annotated[list[UUID] | None, typer.Argument(metavar="[ID]…", help="Dead messages.")] = None,
        link: Annotated[UUID | None, typer.Option(help="All dead messages of this link.")] = None,
        *,
        everything: Annotated[
            bool, typer.Option("--all", help="All dead messages of every organisation.")
        ] = False,
    ) -> None:
        """Send dead messages again, with the same ids and bytes. Ends with 1 where one named is not dead."""
        if sum((bool(ids), link is not None, everything)) != 1:
            typer.echo(
                "Name dead messages by their ids, or give --link, or --all: one of the three.", err=True
            )
            raise typer.Exit(2)
        done, missed = run(_redrive(settings_of(commands), ids, link))
        typer.echo(f"{done} sent again." if done != 1 else "1 sent again.")
        for message_id in missed:
            typer.echo(f"{message_id} is no dead message here.", err=True)
        if missed:
            raise typer.Exit(1)


@asynccontextmanager
async def _database(settings: ServiceSettings) -> AsyncIterator[Database]:
    """Open the database in the worker's role, which sees the deliveries of every organisation."""
    database = worker_database(settings)
    try:
        yield database
    finally:
        await database.close()


async def _status(settings: ServiceSettings, organisation: str | None) -> list[str]:
    async with _database(settings) as database, database.transaction() as session:
        codes = await _codes(session, organisation)
        now: datetime = (await session.execute(select(func.now()))).scalar_one()
        rows = (await session.execute(links().where(Link.organisation_id.in_(codes)))).all()
        alerts = (await session.execute(_OPEN_ALERTS)).all()
    told = {(row.organisation_id, row.link_id): row.kinds for row in alerts}
    return [
        line
        for row in rows
        for line in _link_lines(row, codes[row.organisation_id], told.get((row.organisation_id, row.id)), now)
    ] or ["There is no link."]


_OPEN_ALERTS = text("""
    SELECT organisation_id, link_id, string_agg(DISTINCT kind, ', ' ORDER BY kind) AS kinds
      FROM exchange_alerts WHERE cleared_at IS NULL GROUP BY organisation_id, link_id
""")


def _link_lines(row: Any, code: str, alerts: str | None, now: datetime) -> list[str]:
    oldest = f", the oldest for {_age(now - row.oldest_undelivered_at)}" if row.oldest_undelivered_at else ""
    lines = [
        f"{code} → {row.counterpart_name} ({row.id}): {row.state}",
        f"  {row.waiting} waiting, {row.dead} dead{oldest}",
    ]
    if row.sending_held_at is not None:
        lines.append(f"  held since {_time(row.sending_held_at)}: {row.sending_held_reason}")
    if row.paused_until is not None and row.paused_until > now:
        lines.append(f"  paused until {_time(row.paused_until)}: {row.pause_reason}")
    if row.breaker_open_until is not None:
        lines.append(
            f"  breaker open after {row.faults_in_a_row} faults; tried again at {_time(row.breaker_open_until)}"
        )
    if row.delivery_mode != "push":
        lines.append("  the counterpart collects; nothing is pushed")
    if alerts is not None:
        lines.append(f"  alerts: {alerts}")
    return lines


async def _dead_letters(settings: ServiceSettings, organisation: str | None, link: UUID | None) -> list[str]:
    last = (
        select(func.max(DeliveryAttempt.started_at))
        .where(
            DeliveryAttempt.organisation_id == OutboundMessage.organisation_id,
            DeliveryAttempt.message_id == OutboundMessage.id,
        )
        .correlate(OutboundMessage)
        .scalar_subquery()
    )
    async with _database(settings) as database, database.transaction() as session:
        codes = await _codes(session, organisation)
        now: datetime = (await session.execute(select(func.now()))).scalar_one()
        statement = select(
            OutboundMessage.organisation_id, OutboundMessage.id, OutboundMessage.type, OutboundMessage.number,
            OutboundMessage.subject, OutboundMessage.problem, OutboundMessage.created_at, last.label("dead_since"),
        )  # fmt: skip
        statement = statement.where(
            OutboundMessage.state == OutboundState.DEAD, OutboundMessage.organisation_id.in_(codes)
        )
        if link is not None:
            statement = statement.where(OutboundMessage.link_id == link)
        rows = (await session.execute(statement.order_by(OutboundMessage.id).limit(SHOWN + 1))).all()
    lines = [_letter_line(row, codes[row.organisation_id], now) for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        lines.append(f"The first {SHOWN}; the API has all.")
    return lines or ["No message is dead."]


def _letter_line(row: Any, code: str, now: datetime) -> str:
    problem = row.problem or {}
    members = [f"{error['pointer'] or '/'} {error['code']}" for error in problem.get("errors", [])]
    why = f"{problem.get('name')}" + (f" ({'; '.join(members)})" if members else "")
    since = row.dead_since or row.created_at
    return f"{row.id} {code} {row.type} {row.subject}#{row.number} dead for {_age(now - since)}: {why}"


async def _redrive(
    settings: ServiceSettings, ids: Sequence[UUID] | None, link: UUID | None
) -> tuple[int, list[UUID]]:
    from rich.progress import track

    async with _database(settings) as database:
        async with database.transaction() as session:
            owners = await _owners(session, ids, link)
        wanted = list(ids) if ids else list(owners)
        done: set[UUID] = set()
        # Some at a time, each lot committed by itself: what is sent again so far stays so.
        batches = list(_batches(owners))
        for organisation_id, batch in track(batches, description="Sending again", disable=not batches):
            async with database.transaction() as session:
                await set_tenant(session, organisation_id)
                done |= await redrive(session, _operator(organisation_id), batch)
    return len(done), [message_id for message_id in wanted if message_id not in done] if ids else []


async def _owners(
    session: AsyncSession, ids: Sequence[UUID] | None, link: UUID | None
) -> Mapping[UUID, UUID]:
    """Give the dead messages that are meant, each with its organisation, the oldest first."""
    statement = select(OutboundMessage.id, OutboundMessage.organisation_id).where(
        OutboundMessage.state == OutboundState.DEAD
    )
    if ids:
        statement = statement.where(OutboundMessage.id.in_(ids))
    if link is not None:
        known = select(Link.id).where(Link.id == link)
        if (await session.execute(known)).first() is None:
            raise AdministrationRefused("There is no such link.")
        statement = statement.where(OutboundMessage.link_id == link)
    rows = await session.execute(statement.order_by(OutboundMessage.organisation_id, OutboundMessage.id))
    return {row.id: row.organisation_id for row in rows}


def _batches(owners: Mapping[UUID, UUID]) -> list[tuple[UUID, list[UUID]]]:
    found: list[tuple[UUID, list[UUID]]] = []
    for message_id, organisation_id in owners.items():
        if not found or found[-1][0] != organisation_id or len(found[-1][1]) == AT_ONCE:
            found.append((organisation_id, []))
        found[-1][1].append(message_id)
    return found


async def _codes(session: AsyncSession, code: str | None) -> Mapping[UUID, str]:
    statement = select(Organisation.id, Organisation.code)
    if code is not None:
        statement = statement.where(Organisation.code == code)
    found = {row.id: row.code for row in await session.execute(statement)}
    if code is not None and not found:
        raise AdministrationRefused("There is no organisation with this code.")
    return found


def _operator(organisation_id: UUID) -> Caller:
    """Give whoever sits at the machine: no credential names the person, and the audit trail says so."""
    return Caller(
        organisation_id=organisation_id,
        organisation_code="",
        organisation_name="",
        principal_id=None,
        principal_name="operator",
        is_person=False,
        roles=frozenset(),
        purpose="administration",
    )


def _age(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
