"""``exchange prove``: a file that shows what crossed about a subject, to be checked by anybody with the public keys."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.administration import AdministrationRefused, audit_operator, owner_session
from service_kit.command_line import run, settings_of
from service_kit.exchange.links import LinkUnusable
from service_kit.exchange.proving.gathering import organisations_of, prove
from service_kit.identity import find_organisation
from service_kit.settings import ServiceSettings
from shared_schemas.exchange.envelope import LINK_SUBJECT
from shared_schemas.exchange.identifiers import read_uuid
from shared_schemas.exchange.proofs import Proof

if TYPE_CHECKING:
    from service_kit.cli import Commands


def add_prove(cli: typer.Typer, commands: "Commands") -> None:
    """Add the command to the group."""

    @cli.command("prove")
    def prove_subject(
        subject: Annotated[str, typer.Argument(help="The exchange reference: the subject of its messages.")],
        organisation: Annotated[
            str | None, typer.Option(help="The organisation's code, where several have the subject.")
        ] = None,
        output: Annotated[Path | None, typer.Option(help="File to write; the terminal if not given.")] = None,
        *,
        with_bodies: Annotated[
            bool, typer.Option(help="With each message's exact bytes: people's data. Audited as a reading.")
        ] = False,
    ) -> None:
        """Write every message about a subject with its receipt, the last equal reconciliation and a checkpoint.

        Check the file anywhere with: python -m shared_schemas.verify_proof FILE --key urn:uuid:…=whpk_…
        """
        work = _prove(settings_of(commands), subject, organisation, with_bodies=with_bodies)
        content = run(work).model_dump_json(indent=1) + "\n"
        if output is None:
            sys.stdout.write(content)
            return
        try:
            _write_private(output, content)
        except OSError as error:
            typer.echo(f"The file cannot be written: {error.strerror}.", err=True)
            raise typer.Exit(1) from None
        typer.echo(str(output))


async def _prove(settings: ServiceSettings, subject: str, code: str | None, *, with_bodies: bool) -> Proof:
    try:
        wanted = subject if subject == LINK_SUBJECT else str(read_uuid(subject))
    except ValueError:
        raise AdministrationRefused("The exchange reference must be a UUID in lower case.") from None
    async with owner_session(settings) as session:
        owner = await _owner(session, wanted, code)
        try:
            proof = await prove(session, owner, wanted, settings.key_bytes(), with_bodies=with_bodies)
        except LinkUnusable:
            raise AdministrationRefused("The organisation has no signing key that is good now.") from None
        if proof is None:
            raise AdministrationRefused("No message was ever sent or received about this reference.")
        detail = {"count": len(proof.messages), "with_bodies": with_bodies}
        about = owner if wanted == LINK_SUBJECT else UUID(wanted)
        await audit_operator(session, owner, "exchange.proved", "exchange_subject", about, detail)
        return proof


async def _owner(session: AsyncSession, subject: str, code: str | None) -> UUID:
    if code is not None:
        organisation = await find_organisation(session, code)
        if organisation is None:
            raise AdministrationRefused(f"There is no organisation with the code {code}.")
        return organisation.id
    found = await organisations_of(session, subject)
    if not found:
        raise AdministrationRefused("No message was ever sent or received about this reference.")
    if len(found) > 1:
        raise AdministrationRefused("Several organisations have this reference: name one by --organisation.")
    return found[0]


def _write_private(path: Path, content: str) -> None:
    """Write a file that only its owner may read: it may hold people's data."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
