"""How every command ends: what it made is shown, every error is one plain sentence and a non-zero exit."""

import asyncio
import dataclasses
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from service_kit.administration import AdministrationRefused
from service_kit.migrating import UnsafeRoleError
from service_kit.settings import ServiceSettings

if TYPE_CHECKING:
    from service_kit.cli import Commands

Result = TypeVar("Result")
STANDARD_INPUT = Path("-")


def settings_of(commands: "Commands") -> ServiceSettings:
    """Read the settings of the environment; exit 2 with a line for each that is wrong."""
    try:
        return commands.settings()
    except ValidationError as error:
        prefix = commands.service.upper()
        for fault in error.errors():
            name = "_".join(str(part) for part in fault["loc"]).upper()
            typer.echo(f"{prefix}_{name}: {fault['msg']}.", err=True)
        typer.echo("Set these in the environment; docs/configuration.md lists every setting.", err=True)
        raise typer.Exit(2) from None


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Do a command's work; exit 1 with a sentence where it cannot be done."""
    try:
        return asyncio.run(work)
    except (AdministrationRefused, UnsafeRoleError) as error:
        typer.echo(str(error), err=True)
    except (SQLAlchemyError, OSError) as error:
        # The driver's words may repeat the statement; its class and code tell an operator enough.
        original = getattr(error, "orig", None) or error
        typer.echo(
            f"The database refused or could not be reached ({type(original).__name__}). "
            "Check the database URLs, that the server runs, and that `migrate` was run.",
            err=True,
        )
    raise typer.Exit(1)


def show(result: Any) -> None:
    """Write a dataclass, a line for each field."""
    for key, value in dataclasses.asdict(result).items():
        sys.stdout.write(f"{key}: {value}\n")


def read_secret_file(path: Path | None) -> str | None:
    """Read a secret from a file, or from standard input for ``-``: an argument would be seen by others.

    Exit 1 where there is no such file.
    """
    if path is None:
        return None
    try:
        return (sys.stdin.read() if path == STANDARD_INPUT else path.read_text()).strip()
    except (OSError, UnicodeDecodeError):
        typer.echo(f"The file {path} cannot be read.", err=True)
        raise typer.Exit(1) from None
