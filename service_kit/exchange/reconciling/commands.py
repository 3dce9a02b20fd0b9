"""``exchange reconcile``: compare with the counterparts now, and see what was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from sqlalchemy import select

from service_kit.administration import AdministrationRefused
from service_kit.app import worker_database
from service_kit.command_line import run, settings_of
from service_kit.db import Database
from service_kit.exchange.models import DeliveryMode, Link, LinkState
from service_kit.exchange.reconciling.models import RunReason
from service_kit.exchange.reconciling.outcomes import Outcome
from service_kit.settings import ServiceSettings
from shared_schemas.exchange.summaries import SummaryDirection

if TYPE_CHECKING:
    from rich.progress import Progress

    from service_kit.cli import Commands

FINDINGS_SHOWN = 200


@dataclass(frozen=True)
class Chosen:
    """A link to compare."""

    organisation_id: UUID
    link_id: UUID
    counterpart: str


@dataclass(frozen=True)
class Compared:
    """What came of a link: an outcome, or why there is none."""

    link: Chosen
    outcome: Outcome | None = None
    problem: str | None = None

    @property
    def equal(self) -> bool:
        """Whether the link was found equal."""
        return self.outcome is not None and self.outcome.equal


def add_reconcile(cli: typer.Typer, commands: "Commands") -> None:
    """Add the command to the group."""

    @cli.command("reconcile")
    def reconcile(
        link: Annotated[
            UUID | None, typer.Option(help="Only this link; every open one if not given.")
        ] = None,
        *,
        all_days: Annotated[bool, typer.Option(help="Every day there is, not the last 30 alone.")] = False,
    ) -> None:
        """Compare with the counterparts, heal what can be healed, and show what was found.

        Ends with 0 where every link was found equal, and 1 otherwise.
        """
        compared = run(_compare(settings_of(commands), link, all_days=all_days))
        _show(compared)
        if not all(one.equal for one in compared):
            raise typer.Exit(1)


async def _compare(settings: ServiceSettings, link: UUID | None, *, all_days: bool) -> list[Compared]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    database = worker_database(settings)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("days that differ"),
    )
    try:
        chosen = await _choose(database, link)
        with Progress(*columns) as progress:
            return [await _compare_one(database, settings, one, all_days, progress) for one in chosen]
    finally:
        await database.close()


async def _choose(database: Database, link: UUID | None) -> list[Chosen]:
    statement = select(Link).where(Link.state == LinkState.ACTIVE, Link.delivery_mode == DeliveryMode.PUSH)
    if link is not None:
        statement = statement.where(Link.id == link)
    async with database.transaction() as session:
        rows = (await session.execute(statement.order_by(Link.id))).scalars().all()
    if not rows:
        raise AdministrationRefused(
            "There is no open link to compare."
            if link is None
            else f"The link {link} is unknown, closed, or its counterpart cannot be asked."
        )
    return [Chosen(row.organisation_id, row.id, row.counterpart_name) for row in rows]


async def _compare_one(
    database: Database, settings: ServiceSettings, chosen: Chosen, all_days: bool, progress: "Progress"
) -> Compared:
    # Only who compares loads the HTTP client.
    from service_kit.exchange.asking import QuestionRefused
    from service_kit.exchange.client import ExchangeClient
    from service_kit.exchange.reconciling.reconcile import reconcile_link

    bars = {
        direction: progress.add_task(f"{chosen.counterpart}: {direction.value}", total=None)
        for direction in SummaryDirection
    }

    async def tell(direction: SummaryDirection, done: int, of: int) -> None:
        progress.update(bars[direction], completed=done, total=of)

    client = ExchangeClient(attempt_seconds=settings.attempt_seconds)
    try:
        outcome = await reconcile_link(
            database,
            settings,
            client,
            chosen.organisation_id,
            chosen.link_id,
            reason=RunReason.ASKED,
            all_days=all_days,
            progress=tell,
        )
    except QuestionRefused as refusal:
        return Compared(chosen, problem=refusal.kind)
    finally:
        await client.close()
        for bar in bars.values():
            known = progress.tasks[bar].total or 1
            progress.update(bar, completed=known, total=known)
    return Compared(chosen, outcome)


def _show(compared: Sequence[Compared]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    links = Table("Counterpart")
    # A link's id is copied into the next command, so it is shown whole however narrow the screen is.
    links.add_column("Link", no_wrap=True, min_width=36)
    for heading in ("Result", "Days", "Findings"):
        links.add_column(heading)
    findings = Table("Counterpart", "Found", "Direction", "Day", "Message", "Code", title="Findings")
    for one in compared:
        outcome = one.outcome
        result = "equal" if one.equal else f"not compared: {one.problem}" if outcome is None else "NOT EQUAL"
        days, count = (str(outcome.days), str(len(outcome.findings))) if outcome else ("", "")
        links.add_row(one.link.counterpart, str(one.link.link_id), result, days, count)
        for finding in (outcome.findings if outcome else ())[:FINDINGS_SHOWN]:
            words = finding.words()
            shown = [words[name] or "" for name in ("kind", "direction", "day", "message_id", "code")]
            findings.add_row(one.link.counterpart, *shown)
    if findings.row_count:
        console.print(findings)
    console.print(links)
    if sum(len(one.outcome.findings) for one in compared if one.outcome) > findings.row_count:
        console.print(
            "More were found than are shown; GET /v1/exchange/reconciliations has the first thousand."
        )
