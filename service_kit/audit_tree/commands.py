"""``audit verify`` and ``exchange checkpoint``."""

from functools import partial
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from sqlalchemy import func, select, text

from service_kit.administration import AdministrationRefused, owner_session
from service_kit.app import worker_database
from service_kit.audit_tree.checkpointing import Asked, Checkpointer
from service_kit.audit_tree.models import AuditLeaf
from service_kit.audit_tree.verifying import TreeBroken, verify_trees
from service_kit.command_line import run, settings_of
from service_kit.settings import ServiceSettings
from service_kit.tables import Organisation

if TYPE_CHECKING:
    from service_kit.cli import Commands

# What is sealed while the check runs is not looked at: it would seem to lie beyond the tree's end.
_ONE_VIEW = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def audit_cli(commands: "Commands") -> typer.Typer:
    """Make the group ``audit``."""
    cli = typer.Typer(no_args_is_help=True, help="The audit trail.")

    @cli.callback()
    def group() -> None:
        """The audit trail: a lone command would otherwise stand for the group."""

    @cli.command("verify")
    def verify(
        organisation: Annotated[
            str | None, typer.Option(help="Only this organisation's, by its code; all if not given.")
        ] = None,
    ) -> None:
        """Compute every leaf, hash, node and signed root anew from the entries; name the first that is wrong.

        Ends with 0 where all is as it was sealed, and 1 otherwise.
        """
        broken = run(_verify(settings_of(commands), organisation))
        if broken:
            raise typer.Exit(1)

    return cli


def add_checkpoint(cli: typer.Typer, commands: "Commands") -> None:
    """Add the command to the group ``exchange``."""

    @cli.command("checkpoint")
    def checkpoint() -> None:
        """Make a checkpoint of each audit tree now, and have the counterparts cosign it.

        Ends with 0 where each counterpart that was asked has cosigned, and 1 otherwise.
        """
        done = run(_checkpoint(settings_of(commands)))
        typer.echo(f"{done.cosigned} of {done.asked} counterparts that were asked have cosigned.")
        if done.cosigned < done.asked:
            raise typer.Exit(1)


async def _verify(settings: ServiceSettings, code: str | None) -> bool:
    from rich.console import Console
    from rich.progress import Progress

    broken = False
    async with owner_session(settings) as session:
        await session.execute(_ONE_VIEW)
        statement = select(Organisation.id, Organisation.code).order_by(Organisation.code)
        if code is not None:
            statement = statement.where(Organisation.code == code)
        organisations = (await session.execute(statement)).all()
        if code is not None and not organisations:
            raise AdministrationRefused(f"There is no organisation with the code {code}.")
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            for identity, name in organisations:
                leaves = select(func.count()).where(AuditLeaf.organisation_id == identity)
                task = progress.add_task(name, total=(await session.execute(leaves)).scalar_one())
                try:
                    checked = await verify_trees(session, identity, partial(progress.advance, task))
                except TreeBroken as fault:
                    broken = True
                    _say_broken(identity, name, fault)
                else:
                    typer.echo(f"{name}: {checked} entries are as they were sealed.")
    return broken


def _say_broken(organisation: UUID, name: str, fault: TreeBroken) -> None:
    where = f"at position {fault.position}: " if fault.position else ""
    typer.echo(f"{name} ({organisation}): BROKEN {where}{fault.reason}.", err=True)


async def _checkpoint(settings: ServiceSettings) -> Asked:
    # Only here does a command send, so only here is the HTTP client loaded.
    from service_kit.exchange.client import ExchangeClient

    database = worker_database(settings)
    client = ExchangeClient(attempt_seconds=settings.attempt_seconds)
    try:
        return await Checkpointer(database, settings, client).go_round(at_once=True)
    finally:
        await client.close()
        await database.close()
