"""Both services as real processes, each beside its own database on its own host, with a gateway on each way."""

import contextlib
import dataclasses
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid5

import asyncpg
from rich.console import Console

from local_service.roles import ROLE_SCOPES as LOCAL_ROLES
from panel_service.partnerships.service import register_partnership
from panel_service.roles import ROLE_SCOPES as PANEL_ROLES
from service_kit.administration import PartyCard, owner_session, register_peer
from shared_schemas.exchange.keys import new_secret, write_secret
from standalone.child import start_child
from standalone.context import FIRST_CHOICE, StandaloneContext, make_context
from standalone.ports import choose_port
from standalone.roles import SERVICES, RoleUrls, ensure_roles_and_databases
from standalone.seed import PANEL, DemonstrationOrganisation, _peer, make_organisation, settings_of
from standalone.services import CHECKOUT, api_specs, migrate, worker_specs
from standalone.supervisor import ChildSpec
from tests.campaign.calls import Person
from tests.campaign.gateway import LOOPBACK, Gateway, Mode
from tests.campaign.hosts import Network
from tests.campaign.servers import Server
from tests.process.pair import _run

READY_SECONDS = 90.0
PEER = {"local": "panel", "panel": "local"}
# Short, so that a lost attempt or a killed worker's lease is over within the campaign.
PACE = {"ATTEMPT_SECONDS": "3", "LEASE_SECONDS": "5", "POLL_SECONDS": "0.05"}
# The schedules' waits are tested on their own; after a fault what waits is due at once. Nothing else is touched.
DUE_NOW = (
    "UPDATE outbound_messages SET next_attempt_at = now() WHERE state = 'pending' AND next_attempt_at > now()",
    "UPDATE inbound_messages SET next_apply_at = now() WHERE state = 'held' AND next_apply_at > now()",
    "UPDATE exchange_links SET paused_until = NULL, breaker_open_until = NULL"
    " WHERE paused_until IS NOT NULL OR breaker_open_until IS NOT NULL",
)
PARTNERSHIPS = ("east", "west", "north", "away")  # the last one's receiver is dead for the whole run
DEAD = "away"
Found = TypeVar("Found")


@dataclasses.dataclass(frozen=True)
class Partnership:
    """One partnership's people and its link."""

    code: str
    organisation: UUID
    link: UUID
    people: dict[str, Person]


class CampaignPair:
    """The processes of the campaign by name: `local-api`, `local-worker`, `panel-api`, `panel-worker`."""

    def __init__(self, folder: Path, network: Network) -> None:
        self.folder = folder
        self.network = network
        self.logs = folder / "logs"
        self.servers = {service: Server(folder / service, network.hosts[service]) for service in SERVICES}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.specs: dict[str, ChildSpec] = {}
        self.gateways: dict[str, Gateway] = {}
        self.partnerships: dict[str, Partnership] = {}
        self.panel_people: dict[str, Person] = {}
        self.ports: dict[str, int] = {}

    def start(self) -> None:
        """Bring everything up: databases, organisations with keys and links, gateways, processes."""
        self.logs.mkdir(parents=True, exist_ok=True)
        for server in self.servers.values():
            server.start()
        urls: dict[str, RoleUrls] = {}
        for service, server in self.servers.items():
            with server.host.inside():
                urls |= _run(ensure_roles_and_databases(server, [service]))
        for name in (*FIRST_CHOICE, "to-local", "to-panel", "to-away"):
            self.ports[name] = choose_port(avoid=self.ports.values())
        state = self.servers["local"].state
        context = make_context(state, self.ports, urls, Console(quiet=True), once=True)
        self.context = dataclasses.replace(
            context, environments={service: _paced(context, service) for service in SERVICES}
        )
        for service, server in self.servers.items():
            with server.host.inside():
                migrate(self.context, service)
        self._open_gateways()
        self._seed()
        for spec in (
            *api_specs(self.context, self.ports, reload=False),
            *worker_specs(self.context, self.ports),
        ):
            self.specs[spec.name] = _open_to_peer(spec)
        for name in self.specs:
            self.spawn(name)
        self.wait_until_ready()

    def spawn(self, name: str, environment: dict[str, str] | None = None) -> None:
        """Start a process without waiting for it, with more in its environment where that is given."""
        spec = self.specs[name]
        with (self.logs / f"{name}.log").open("ab") as log, self.host_of(name).inside():
            self.processes[name] = start_child(
                spec.command,
                environment={**spec.environment, **(environment or {})},
                folder=CHECKOUT,
                log=log,
                when_orphaned=signal.SIGTERM,
            )

    def host_of(self, name: str) -> Any:
        """The host a process is on."""
        return self.network.hosts[name.split("-", maxsplit=1)[0]]

    def kill(self, name: str) -> None:
        """End it with SIGKILL, in the middle of whatever it does."""
        self.processes[name].kill()
        self.processes[name].wait(10)

    def end(self, name: str, seconds: float = 40) -> int:
        """Ask it to end, and give its exit code."""
        self.processes[name].send_signal(signal.SIGTERM)
        return self.processes[name].wait(seconds)

    def start_second_worker(self, service: str) -> None:
        """Start another worker beside the first."""
        self.spawn(self.add_second_worker(service))
        self.wait_until_ready()

    def add_second_worker(self, service: str) -> str:
        """Say how another worker beside the first is started; give its name."""
        first = self.specs[f"{service}-worker"]
        port = choose_port(avoid=self.ports.values())
        name = f"{service}-worker-2"
        self.ports[name] = port
        ready = f"http://{LOOPBACK}:{port}/readyz"
        self.specs[name] = dataclasses.replace(
            first, name=name, command=[*first.command[:-1], str(port)], ready_url=ready
        )
        return name

    def end_second_workers(self) -> None:
        """End the workers beside the first ones."""
        for name in [name for name in self.specs if name.endswith("-2")]:
            if self.processes[name].poll() is None:
                self.end(name)
            del self.specs[name]

    def wait_until_ready(self, *, skip: frozenset[str] = frozenset()) -> None:
        """Wait until every process says that it is ready."""
        until = time.monotonic() + READY_SECONDS
        for name in self.specs.keys() - skip:
            while not self.is_ready(name):
                for server in self.servers.values():
                    server.start()  # a full or dying disk may end it while it starts
                code = self.processes[name].poll()
                if code is not None or time.monotonic() > until:
                    raise RuntimeError(f"{name} is not ready ({code}); see {self.logs / name}.log")
                time.sleep(0.05)

    def is_ready(self, name: str) -> bool:
        """Whether it says so of itself."""
        try:
            with self.host_of(name).inside():
                reached = socket.create_connection((LOOPBACK, self.ports[name]), timeout=2)
            with reached, reached.makefile("rb") as answer:
                reached.sendall(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return answer.readline().split()[1:2] in ([b"200"], [b"204"])
        except OSError:
            return False

    def heal(self) -> None:
        """Bring up what is down, as it was meant to be, and make the ways free again."""
        self.network.heal()
        for name, gateway in self.gateways.items():
            if name != DEAD:
                gateway.heal()
        for server in self.servers.values():
            server.free_disk()
            server.more_environment, server.more_settings = {}, {}
            server.start()
        self.end_second_workers()
        for name, process in self.processes.items():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
            elif name in self.specs:
                self.spawn(name)
        self.wait_until_ready()

    def stop(self) -> None:
        """End everything that was started, and delete it."""
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait(10)
        for gateway in self.gateways.values():
            gateway.close()
        for server in self.servers.values():
            server.remove()
        self.network.remove()

    def rows(self, service: str, statement: str, *values: Any) -> list[asyncpg.Record]:
        """Ask a service's database as nobody but a test may: past row-level security."""

        async def ask() -> list[asyncpg.Record]:
            connection = await self.connect(service)
            try:
                return list(await connection.fetch(statement, *values))
            finally:
                await connection.close()

        with self.network.hosts[service].inside():
            return _run(ask())

    async def connect(self, service: str, role: str | None = None) -> asyncpg.Connection:
        """Open a connection from the service's own host, as the superuser unless a role is named."""
        server = self.servers[service]
        url = server.superuser_url(service)
        if role is not None:
            url = server.url(f"{service}_{role}", server.state.secret(f"{service}_{role}"), service)
        return await asyncpg.connect(
            url.replace("postgresql+asyncpg", "postgresql", 1), ssl=False, timeout=10
        )

    def command(self, service: str, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the service's own command line, on its host."""
        with self.network.hosts[service].inside():
            return subprocess.run(
                [sys.executable, "-m", f"{service}_service", *words],
                check=False,
                cwd=CHECKOUT,
                env=self.context.environment(service),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=120,
            )

    def make_due(self) -> None:
        """Let what waits for another try be due now."""
        for service in SERVICES:
            for statement in DUE_NOW:
                self.rows(service, statement)

    def wait_for(self, look: Callable[[], Found], what: str, seconds: float) -> Found:
        """Look until something is there; what waits for another try is made due meanwhile. Raises TimeoutError."""
        until = time.monotonic() + seconds
        hurry_at = time.monotonic() + 0.5
        while not (found := look()):
            if time.monotonic() > until:
                raise TimeoutError(f"not seen in {seconds:.0f} seconds: {what}")
            if time.monotonic() > hurry_at:
                self.make_due()
                hurry_at = time.monotonic() + 0.5
            time.sleep(0.1)
        return found

    def _open_gateways(self) -> None:
        hosts, ports = self.network.hosts, self.ports
        for service in SERVICES:
            sender, receiver = hosts[PEER[service]], hosts[service]
            address = receiver.address
            port = ports[f"{service}-api"]
            self.gateways[service] = Gateway(sender, ports[f"to-{service}"], address, port)
        # The partnership whose receiver is dead for the whole run: it takes every request and never answers.
        self.gateways[DEAD] = Gateway(hosts["panel"], ports["to-away"], hosts["local"].address, 9)
        self.gateways[DEAD].set(Mode.HANG)

    def _seed(self) -> None:
        local, panel = settings_of(self.context, "local"), settings_of(self.context, "panel")
        panel_card, keys = self._make("panel", panel, PANEL, PANEL_ROLES)
        self.panel_people = self._people("panel", keys)
        for code in PARTNERSHIPS:
            organisation = DemonstrationOrganisation(
                f"campaign-{code}", f"Campaign {code.title()} Partnership"
            )
            card, keys = self._make("local", local, organisation, LOCAL_ROLES)
            link = uuid5(panel_card.organisation, str(card.organisation))
            self.partnerships[code] = Partnership(code, card.organisation, link, self._people("local", keys))
            out, back = write_secret(new_secret()), write_secret(new_secret())
            way_back = self.gateways[DEAD if code == DEAD else "local"].url
            to_panel = _peer(
                organisation.code, PANEL, panel_card, link, self.gateways["panel"].url, out, back
            )
            to_local = _peer(PANEL.code, organisation, card, link, way_back, back, out)
            with self.network.hosts["local"].inside():
                _run(_register(local, to_panel))
            with self.network.hosts["panel"].inside():
                _run(_register(panel, to_local, register_partnership))

    def _make(
        self, service: str, settings: Any, organisation: Any, roles: Any
    ) -> tuple[PartyCard, dict[str, str]]:
        with self.network.hosts[service].inside():
            return _run(make_organisation(settings, organisation, roles, {}))

    def _people(self, service: str, keys: dict[str, str]) -> dict[str, Person]:
        host, port = self.network.hosts[service], self.ports[f"{service}-api"]
        return {name: Person(host, port, name, key) for name, key in keys.items()}


async def _register(settings: Any, peer: Any, hook: Any = None) -> None:
    async with owner_session(settings) as session:
        await register_peer(session, settings, peer, hook)


def _paced(context: StandaloneContext, service: str) -> dict[str, str]:
    pace = {f"{service.upper()}_{name}": value for name, value in PACE.items()}
    return context.environment(service) | pace


def _open_to_peer(spec: ChildSpec) -> ChildSpec:
    """On a host of its own an API listens to the other host too."""
    command = ["0.0.0.0" if word == LOOPBACK else word for word in spec.command]
    return dataclasses.replace(spec, command=command)


@contextlib.contextmanager
def running(folder: Path, network: Network) -> Iterator[CampaignPair]:
    """Give a running pair; everything is stopped and deleted in the end, whatever happens."""
    folder.chmod(0o711)
    pair = CampaignPair(folder, network)
    try:
        pair.start()
        yield pair
    finally:
        pair.stop()
