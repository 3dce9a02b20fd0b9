"""``exchange rotate-key``, ``revoke-key`` and ``set-secret``: what people do about keys."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from service_kit.administration import owner_session
from service_kit.command_line import STANDARD_INPUT, read_secret_file, run, settings_of, show
from service_kit.exchange.key_administration import follow_secret, rotate_own_key, withdraw_public_key
from service_kit.exchange.key_models import SecretDirection
from service_kit.exchange.key_rotation import NewSigningKey
from service_kit.settings import ServiceSettings

if TYPE_CHECKING:
    from service_kit.cli import Commands

OrganisationOption = Annotated[str, typer.Option(help="The organisation's code.")]


def add_keys(cli: typer.Typer, commands: "Commands") -> None:
    """Add the commands to the group."""
    _add_rotate_key(cli, commands)
    _add_revoke_key(cli, commands)
    _add_set_secret(cli, commands)


def _add_rotate_key(cli: typer.Typer, commands: "Commands") -> None:
    @cli.command("rotate-key")
    def rotate_key(organisation: OrganisationOption) -> None:
        """Make the successor the signing key and tell every link; prints the new key and its successor's hash."""

        async def work(settings: ServiceSettings) -> NewSigningKey:
            async with owner_session(settings) as session:
                return await rotate_own_key(session, settings, organisation)

        show(run(work(settings_of(commands))))


def _add_revoke_key(cli: typer.Typer, commands: "Commands") -> None:
    @cli.command("revoke-key")
    def revoke_key(
        key: Annotated[str, typer.Argument(help="The public key, whpk_…: our own, or one pinned.")],
        organisation: OrganisationOption,
    ) -> None:
        """End a key at once. A counterpart's new key is pinned with `peer add`, after people compared it."""

        async def work(settings: ServiceSettings) -> None:
            async with owner_session(settings) as session:
                await withdraw_public_key(session, organisation, key)

        run(work(settings_of(commands)))
        typer.echo("The key counts no longer.")


def _add_set_secret(cli: typer.Typer, commands: "Commands") -> None:
    @cli.command("set-secret")
    def set_secret(
        link: Annotated[UUID, typer.Argument(help="The link's id.")],
        organisation: OrganisationOption,
        direction: Annotated[
            SecretDirection, typer.Option(help="out: of what we send; in: of what we receive.")
        ],
        file: Annotated[
            Path, typer.Option(help="File of whsec_…; standard input if not given.")
        ] = STANDARD_INPUT,
        overlap_hours: Annotated[
            float, typer.Option(min=0, max=24 * 90, help="How long the secret before it counts too.")
        ] = 24,
    ) -> None:
        """Follow a shared secret of a link by a new one; until the old one ends, both count."""
        written = read_secret_file(file) or ""

        async def work(settings: ServiceSettings) -> None:
            async with owner_session(settings) as session:
                await follow_secret(
                    session,
                    settings,
                    code=organisation,
                    link=link,
                    direction=direction,
                    written=written,
                    overlap=timedelta(hours=overlap_hours),
                )

        run(work(settings_of(commands)))
        typer.echo(f"The secret is set; the one before counts for {overlap_hours:g} hours more.")
