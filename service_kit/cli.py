"""The command line of a service: ``python -m local_service …``, ``python -m panel_service …``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
import uvicorn
from fastapi import FastAPI

from service_kit.administration import (
    AdministrationRefused,
    Peer,
    PeerHook,
    issue_key,
    owner_session,
    register_organisation,
    register_peer,
    withdraw_key,
)
from service_kit.app import framed
from service_kit.audit_tree.commands import audit_cli
from service_kit.calendar_administration import load_calendar
from service_kit.command_line import read_secret_file
from service_kit.command_line import run as _run
from service_kit.command_line import settings_of as _settings
from service_kit.command_line import show as _show
from service_kit.exchange.models import DeliveryMode
from service_kit.exchange_commands import exchange_cli
from service_kit.identity import PrincipalKind
from service_kit.migrating import check_role, migrate
from service_kit.openapi import write_document
from service_kit.server import serve
from service_kit.settings import ServiceSettings
from shared_schemas.exchange.ijson import MalformedMessage, load_ijson
from shared_schemas.exchange.signatures import Scheme

HostOption = Annotated[str, typer.Option(help="Address to listen on.")]
PortOption = Annotated[int, typer.Option(help="Port to listen on.")]


@dataclass(frozen=True)
class Commands:
    """What a service gives its command line."""

    service: str  # "local" or "panel": names its migrations and settings
    settings: Callable[[], ServiceSettings]
    make_app: Callable[[ServiceSettings], FastAPI]
    make_worker: Callable[[ServiceSettings], FastAPI]
    role_scopes: Mapping[str, frozenset[str]]
    document: Path
    document_settings: Callable[[], ServiceSettings]
    reload_factory: str
    peer_hook: PeerHook | None = None
    # Where a network lets nothing in, who asks whom is the same on every link of a service.
    is_collected_from: bool = False

    @property
    def collecting_help(self) -> str:
        """Say what it means here that a link is collected on."""
        if self.is_collected_from:
            return "Its network lets nothing in: it asks us for what we have for it."
        return "Our network lets nothing in: we ask it for what it has for us."


def make_cli(commands: Commands) -> typer.Typer:
    """Make the command line; every error is one plain sentence and a non-zero exit."""
    cli = typer.Typer(no_args_is_help=True, add_completion=False, help=f"The {commands.service} service.")
    _add_processes(cli, commands)
    _add_schema(cli, commands)
    cli.add_typer(_organisations(commands), name="organisation")
    cli.add_typer(_keys(commands), name="key")
    cli.add_typer(_peers(commands), name="peer")
    cli.add_typer(_calendars(commands), name="calendar")
    cli.add_typer(exchange_cli(commands), name="exchange")
    cli.add_typer(audit_cli(commands), name="audit")
    return cli


def _add_processes(cli: typer.Typer, commands: Commands) -> None:
    @cli.command()
    def api(
        host: HostOption = "127.0.0.1",
        port: PortOption = 8000,
        *,
        reload: Annotated[
            bool, typer.Option(help="Restart when a source file changes (development).")
        ] = False,
    ) -> None:
        """Serve the API."""
        settings = _settings(commands)
        _run(check_role(settings.database_url.get_secret_value(), serves_callers=True))
        if reload:
            uvicorn.run(
                commands.reload_factory, factory=True, reload=True, host=host, port=port, access_log=False
            )
            return
        app = framed(commands.make_app(settings))
        serve(app, service=commands.service, process="api", host=host, port=port)

    @cli.command()
    def worker(host: HostOption = "127.0.0.1", port: PortOption = 8001) -> None:
        """Deliver and apply messages; answers /livez and /readyz alone."""
        settings = _settings(commands)
        _run(check_role(settings.worker_database_url.get_secret_value()))
        app = commands.make_worker(settings)
        serve(app, service=commands.service, process="worker", host=host, port=port)


def _add_schema(cli: typer.Typer, commands: Commands) -> None:
    @cli.command("migrate")
    def migrate_schema() -> None:
        """Bring the database to the schema this release expects."""
        _run(migrate(commands.service, _settings(commands)))
        typer.echo(f"The {commands.service} database has the schema of this release.")

    @cli.command()
    def openapi(
        output: Annotated[Path, typer.Option(help="File to write.")] = commands.document,
    ) -> None:
        """Write the OpenAPI document as it is committed; needs no database."""
        write_document(commands.make_app(commands.document_settings()), output)
        typer.echo(str(output))


def _organisations(commands: Commands) -> typer.Typer:
    cli = typer.Typer(no_args_is_help=True, help="Organisations: the tenants of this service.")

    @cli.command("add")
    def add(
        code: Annotated[str, typer.Argument(help="Short code, unique here.")],
        name: Annotated[str, typer.Argument(help="Name as people write it.")],
    ) -> None:
        """Record an organisation with a signing key; prints what its counterpart needs. Safe to repeat."""

        async def work(settings: ServiceSettings) -> Any:
            async with owner_session(settings) as session:
                return await register_organisation(session, settings, code=code, name=name)

        _show(_run(work(_settings(commands))))

    return cli


def _keys(commands: Commands) -> typer.Typer:
    cli = typer.Typer(no_args_is_help=True, help="API keys.")
    roles_help = f"May be given several times. One of: {', '.join(sorted(commands.role_scopes))}."

    @cli.command("create")
    def create(
        organisation: Annotated[str, typer.Option(help="The organisation's code.")],
        name: Annotated[str, typer.Option(help="The person or system it is for.")],
        role: Annotated[list[str], typer.Option(help=roles_help)],
        kind: Annotated[PrincipalKind, typer.Option(help="Rules that need two people need persons.")],
        purpose: Annotated[str, typer.Option(help="Audited where a request names none.")] = "statutory_duty",
        days: Annotated[
            int | None, typer.Option(min=1, help="Days until it expires; never, if not given.")
        ] = None,
    ) -> None:
        """Make an API key. The key is shown this once."""

        async def work(settings: ServiceSettings) -> Any:
            async with owner_session(settings) as session:
                return await issue_key(
                    session,
                    organisation_code=organisation,
                    principal_name=name,
                    kind=kind,
                    roles=role,
                    known_roles=list(commands.role_scopes),
                    purpose=purpose,
                    days=days,
                )

        _show(_run(work(_settings(commands))))

    @cli.command("revoke")
    def revoke(credential: Annotated[UUID, typer.Argument(help="The credential's id.")]) -> None:
        """Revoke an API key at once."""

        async def work(settings: ServiceSettings) -> None:
            async with owner_session(settings) as session:
                await withdraw_key(session, credential)

        _run(work(_settings(commands)))
        typer.echo("Revoked.")

    return cli


def _peers(commands: Commands) -> typer.Typer:
    cli = typer.Typer(no_args_is_help=True, help="Counterparts on the exchange.")

    @cli.command("add")
    def add(
        organisation: Annotated[str, typer.Option(help="The code of our organisation on this link.")],
        party: Annotated[str, typer.Option(help="The counterpart's party, urn:uuid:….")],
        code: Annotated[str, typer.Option(help="The counterpart's code.")],
        name: Annotated[str, typer.Option(help="The counterpart's name.")],
        link: Annotated[UUID, typer.Option(help="The link's id; both sides use the same.")],
        address: Annotated[str, typer.Option(help="The counterpart service's base address, https://….")],
        public_key: Annotated[
            str, typer.Option(help="Its signing key, whpk_…; compare the fingerprint first.")
        ],
        scheme: Annotated[
            list[Scheme] | None, typer.Option(help="Signature schemes; v1a if not given.")
        ] = None,
        secret_out_file: Annotated[
            Path | None, typer.Option(help="v1 only: file of whsec_… for what we send; - is standard input.")
        ] = None,
        secret_in_file: Annotated[
            Path | None,
            typer.Option(help="v1 only: file of whsec_… for what we receive; - is standard input."),
        ] = None,
        successor: Annotated[
            str | None, typer.Option(help="SHA-256 of the only key that may follow its signing key.")
        ] = None,
        audit_key: Annotated[str | None, typer.Option(help="Its audit key, whpk_….")] = None,
        allow_network: Annotated[
            list[str] | None,
            typer.Option(
                help="A network (10.20.0.0/16) its address may lie in though it is not public; may be repeated."
            ),
        ] = None,
        *,
        collect: Annotated[bool, typer.Option("--collect", help=commands.collecting_help)] = False,
    ) -> None:
        """Register a counterpart. Safe to repeat: address, mode and networks are as said last."""
        peer = Peer(
            organisation_code=organisation,
            party=party,
            code=code,
            name=name,
            link=link,
            address=address,
            public_key=public_key,
            schemes=scheme or (Scheme.V1A,),
            secret_out=read_secret_file(secret_out_file),
            secret_in=read_secret_file(secret_in_file),
            successor=successor,
            audit_key=audit_key,
            delivery_mode=DeliveryMode.COLLECT
            if collect and commands.is_collected_from
            else DeliveryMode.PUSH,
            collects=collect and not commands.is_collected_from,
            allowed_networks=allow_network or (),
        )

        async def work(settings: ServiceSettings) -> None:
            async with owner_session(settings) as session:
                await register_peer(session, settings, peer, commands.peer_hook)

        _run(work(_settings(commands)))
        typer.echo(f"The link {link} to {name} is registered.")

    return cli


def _calendars(commands: Commands) -> typer.Typer:
    cli = typer.Typer(no_args_is_help=True, help="The bank holidays that working days are counted by.")

    @cli.callback()
    def group() -> None:
        """Bank holidays: a lone command would otherwise stand for the group."""

    @cli.command("load")
    def load(
        file: Annotated[Path, typer.Argument(help="The feed of gov.uk/bank-holidays.json.", exists=True)],
    ) -> None:
        """Make a feed the calendar in force; open duties are reckoned anew. Prints the days it changed."""

        async def work(settings: ServiceSettings) -> Any:
            try:
                feed = load_ijson(file.read_bytes())
            except MalformedMessage as error:
                raise AdministrationRefused("The file is not JSON.") from error
            async with owner_session(settings) as session:
                return await load_calendar(session, feed)

        _show(_run(work(_settings(commands))))

    return cli
