"""``exchange reconcile``: compare with the counterparts now, and see what was found."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

if TYPE_CHECKING:
    from service_kit.cli import Commands


def add_reconcile(cli: typer.Typer, commands: "Commands") -> None:
    """Add the command to the group."""

    @cli.command("reconcile")
    def reconcile(
        link: Annotated[
            UUID | None, typer.Option(help="Only this link; every open one if not given.")
        ] = None,
        *,
        all_days: Annotated[bool, typer.Option(help="Every day there is, not the last 30.")] = False,
    ) -> None:
        """Compare with the counterparts, heal what can be healed, and show what was found."""
        raise NotImplementedError(commands.service, link, all_days)
