"""The commands of the exchange, put together from its parts: what each does is said where it is done."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from service_kit.audit_tree.commands import add_checkpoint
from service_kit.exchange.key_commands import add_keys
from service_kit.exchange.letter_commands import add_letters
from service_kit.exchange.proving.commands import add_prove
from service_kit.exchange.reconciling.commands import add_reconcile
from service_kit.exchange.restoring.commands import add_restore

if TYPE_CHECKING:
    from service_kit.cli import Commands

# Each part adds its own commands to the one group.
PARTS: tuple[Callable[[typer.Typer, "Commands"], None], ...] = (
    add_reconcile,
    add_restore,
    add_keys,
    add_checkpoint,
    add_prove,
    add_letters,
)


def exchange_cli(commands: "Commands") -> typer.Typer:
    """Make the group ``exchange``."""
    cli = typer.Typer(
        no_args_is_help=True, help="The exchange: what is equal, what is stuck, what is proved."
    )

    @cli.callback()
    def group() -> None:
        """The exchange: a lone command would otherwise stand for the group."""

    for add in PARTS:
        add(cli, commands)
    return cli
