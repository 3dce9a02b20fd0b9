"""``exchange restore``: what is suspected on each link, say so by hand, and settle it now."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from sqlalchemy import func, select, update

from service_kit.administration import AdministrationRefused
from service_kit.app import worker_database
from service_kit.audit import record_audit
from service_kit.command_line import run, settings_of
from service_kit.db import Database
from service_kit.exchange.models import Link, LinkState
from service_kit.exchange.restoring.models import Restore, RestoreFinding, SuspicionReason
from service_kit.exchange.restoring.suspecting import exchange_caller, suspect
from service_kit.settings import ServiceSettings
from service_kit.tables import Organisation

if TYPE_CHECKING:
    from service_kit.cli import Commands

LinkOption = Annotated[UUID | None, typer.Option(help="Only this link; every open one if not given.")]
ReasonOption = Annotated[str, typer.Option(help="Why, in words that name nobody; kept.", prompt=True)]
REASON_MAX = 500


def add_restore(cli: typer.Typer, commands: "Commands") -> None:
    """Add the group ``restore``."""
    group = typer.Typer(no_args_is_help=True, help="After a restore: what is held, compared and recovered.")
    cli.add_typer(group, name="restore")

    @group.command("status")
    def status(link: LinkOption = None) -> None:
        """Show each link with its suspicion, what was found, and what it waits for."""
        for line in run(_status(settings_of(commands), link)):
            typer.echo(line)

    @group.command("suspect")
    def suspect_by_hand(reason: ReasonOption, link: LinkOption = None) -> None:
        """Send nothing more until the counterparts were compared with; do this before the first start."""
        new = run(_suspect(settings_of(commands), link, reason))
        typer.echo(f"Nothing is sent now; {new} links are newly held. Go on with `exchange restore run`.")

    @group.command("run")
    def settle(
        link: LinkOption = None,
        confirm: Annotated[
            str | None,
            typer.Option(
                help="Why you are sure of the pinned keys and of your own: only then is what is unknown here entered."
            ),
        ] = None,
    ) -> None:
        """Compare with the counterparts now, recover what was confirmed, and let settled links send.

        Ends with 0 where nothing is left suspected, and 1 otherwise.
        """
        settings = settings_of(commands)
        left = run(_settle(settings, link, confirm))
        for line in run(_status(settings, link)):
            typer.echo(line)
        if left:
            raise typer.Exit(1)


async def _status(settings: ServiceSettings, link: UUID | None) -> list[str]:
    database = worker_database(settings)
    try:
        return [line for one in await _choose(database, link) for line in await _describe(database, one)]
    finally:
        await database.close()


async def _suspect(settings: ServiceSettings, link: UUID | None, reason: str) -> int:
    database = worker_database(settings)
    new = 0
    try:
        for one in await _choose(database, link):
            async with database.transaction(one.organisation_id) as session:
                new += await suspect(
                    session,
                    one.organisation_id,
                    one.id,
                    SuspicionReason.PERSON,
                    said=_checked(reason),
                )
        return new
    finally:
        await database.close()


async def _settle(settings: ServiceSettings, link: UUID | None, confirmation: str | None) -> int:
    """Settle link by link, with a bar; give how many are left."""
    # Only who settles loads the HTTP client.
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from service_kit.exchange.client import ExchangeClient
    from service_kit.exchange.restoring.settling import Settling, Standing, settle_link

    database, client = worker_database(settings), ExchangeClient(attempt_seconds=settings.attempt_seconds)
    left = 0
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("links"))
    try:
        chosen = await _choose(database, link)
        with Progress(*columns) as progress:
            bar = progress.add_task("compared", total=len(chosen))
            for one in chosen:
                progress.update(bar, description=one.counterpart_name)
                if confirmation is not None:
                    await _confirm(database, one, _checked(confirmation))
                standing = await settle_link(
                    Settling(database, settings, client, one.organisation_id, one.id)
                )
                left += standing not in {Standing.NONE, Standing.SETTLED}
                progress.advance(bar)
        return left
    finally:
        await client.close()
        await database.close()


async def _choose(database: Database, link: UUID | None) -> Sequence[Link]:
    statement = select(Link).where(Link.state == LinkState.ACTIVE).order_by(Link.organisation_id, Link.id)
    if link is not None:
        statement = statement.where(Link.id == link)
    async with database.transaction() as session:
        links = (await session.execute(statement)).scalars().all()
    if not links:
        raise AdministrationRefused(
            "There is no open link." if link is None else f"The link {link} is unknown or closed."
        )
    return links


async def _confirm(database: Database, link: Link, words: str) -> None:
    async with database.transaction(link.organisation_id) as session:
        confirmed = await session.execute(
            update(Restore)
            .where(
                Restore.organisation_id == link.organisation_id,
                Restore.link_id == link.id,
                Restore.settled_at.is_(None),
                Restore.confirmed_at.is_(None),
            )
            .values(confirmed_at=func.now(), confirmation=words)
            .returning(Restore.id)
        )
        if confirmed.one_or_none() is None:
            return
        code = (
            await session.execute(select(Organisation.code).where(Organisation.id == link.organisation_id))
        ).scalar_one()
        operator = exchange_caller(link.organisation_id, code, "")
        await record_audit(session, operator, "exchange.restore_confirmed", "exchange_link", link.id)


async def _describe(database: Database, link: Link) -> list[str]:
    latest = (
        select(Restore)
        .filter_by(organisation_id=link.organisation_id, link_id=link.id)
        .order_by(Restore.id.desc())
        .limit(1)
    )
    async with database.transaction(link.organisation_id) as session:
        restore = (await session.execute(latest)).scalar_one_or_none()
        if restore is None:
            return [f"{link.id} {link.counterpart_name}: nothing suspected"]
        counted = await session.execute(
            select(RestoreFinding.kind, func.count())
            .filter_by(organisation_id=link.organisation_id, restore_id=restore.id)
            .group_by(RestoreFinding.kind)
            .order_by(RestoreFinding.kind)
        )
        done = [f"  {kind}: {count}" for kind, count in counted]
    return [f"{link.id} {link.counterpart_name}: {words_for(restore)}", *done]


def words_for(restore: Restore) -> str:
    """Say in one line how a suspicion stands."""
    since = f"{restore.reason}, suspected {_minute(restore.suspected_at)}"
    if restore.settled_at is not None:
        return f"settled {_minute(restore.settled_at)} ({since})"
    if restore.problem is not None:
        return f"held ({since}); not compared: {restore.problem}"
    unknown = (restore.difference or {}).get("recovered", 0)
    if unknown and restore.confirmed_at is None:
        return f"held ({since}); {unknown} messages of ours are unknown here: confirm the keys, then run with --confirm"
    return f"held ({since}); to be compared"


def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M %Z")


def _checked(words: str) -> str:
    words = words.strip()
    if not 1 <= len(words) <= REASON_MAX:
        raise AdministrationRefused(f"A reason has 1 to {REASON_MAX} characters.")
    return words
