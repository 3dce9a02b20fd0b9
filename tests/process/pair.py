"""The four real processes on a real server of their own, with a proxy on each way between them."""

import asyncio
import dataclasses
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from rich.console import Console

from standalone.callers import OPENER
from standalone.child import start_child
from standalone.context import FIRST_CHOICE, StandaloneContext, make_context
from standalone.journey import Cast, read_cast
from standalone.ports import LOOPBACK, choose_port
from standalone.postgres import EmbeddedCluster
from standalone.roles import SERVICES, ensure_roles_and_databases
from standalone.seed import seed
from standalone.services import CHECKOUT, api_specs, migrate, worker_specs
from standalone.supervisor import ChildSpec
from tests.process.proxy import Proxy

SECONDS = 30.0
# Short, so that a lost attempt or a killed worker's lease is over within a test.
PACE = {"ATTEMPT_SECONDS": "3", "LEASE_SECONDS": "5", "POLL_SECONDS": "0.05"}
# The waits of the schedules, which are tested on their own, are cut short: what waits is due now.
DUE_NOW = (
    "UPDATE outbound_messages SET next_attempt_at = now() WHERE state = 'pending' AND next_attempt_at > now()",
    "UPDATE inbound_messages SET next_apply_at = now() WHERE state = 'held' AND next_apply_at > now()",
    "UPDATE exchange_links SET paused_until = NULL WHERE paused_until IS NOT NULL",
    "UPDATE exchange_links SET breaker_open_until = now() WHERE breaker_open_until > now()",
)
Found = TypeVar("Found")


class PairProcesses:
    """`local-api`, `local-worker`, `panel-api`, `panel-worker` and `postgres`: each may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.cluster = EmbeddedCluster(folder)
        self.logs = folder / "logs"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.specs: dict[str, ChildSpec] = {}
        self.proxies: dict[str, Proxy] = {}

    def start(self) -> None:
        """Bring everything up: databases, organisations with keys and links, and the four processes."""
        self.cluster.start(fsync=False)
        urls = _run(ensure_roles_and_databases(self.cluster))
        ports = self.ports = _free_ports([*FIRST_CHOICE, "to-local", "to-panel"])
        context = make_context(self.cluster.state, ports, urls, Console(quiet=True), once=True)
        context = dataclasses.replace(
            context, environments={service: _paced(context, service) for service in SERVICES}
        )
        for service in SERVICES:
            migrate(context, service)
            self.proxies[service] = Proxy(ports[f"to-{service}"], ports[f"{service}-api"])
        self.cast = _seeded(context, self.proxies)
        self.specs = {
            spec.name: spec
            for spec in (*api_specs(context, ports, reload=False), *worker_specs(context, ports))
        }
        for name in self.specs:
            self.spawn(name)
        self.wait_until_ready()

    def spawn(self, name: str) -> None:
        """Start a process without waiting for it."""
        spec = self.specs[name]
        with (self.logs / f"{name}.log").open("ab") as log:
            self.processes[name] = start_child(
                spec.command,
                environment=spec.environment,
                folder=CHECKOUT,
                log=log,
                when_orphaned=signal.SIGTERM,
            )

    def kill(self, name: str) -> None:
        """End it with SIGKILL, in the middle of whatever it does."""
        process = self.cluster.process if name == "postgres" else self.processes[name]
        assert process is not None
        process.kill()
        process.wait(10)

    def start_again(self, name: str) -> None:
        """Start it anew where it was, and wait until all are ready."""
        if name == "postgres":
            self.cluster.start(fsync=False)
        else:
            self.spawn(name)
        self.wait_until_ready()

    def ask_to_end(self, name: str) -> None:
        """Ask it to end as an operator does."""
        self.processes[name].send_signal(signal.SIGTERM)

    def end(self, name: str) -> int:
        """Ask it to end, and give its exit code."""
        self.ask_to_end(name)
        return self.processes[name].wait(30)

    def refuses_connections(self, name: str) -> bool:
        """Whether it takes no new request any more, which is the first thing that ending does."""
        try:
            with socket.create_connection((LOOPBACK, self.ports[name]), timeout=2):
                return False
        except OSError:
            return True

    def start_second_worker(self, service: str) -> None:
        """Start another worker beside the first."""
        first = self.specs[f"{service}-worker"]
        port = str(choose_port(avoid=self.ports.values()))
        command = [*first.command[:-1], port]
        name = f"{service}-worker-2"
        self.ports[name] = int(port)
        url = f"http://{LOOPBACK}:{port}/readyz"
        self.specs[name] = dataclasses.replace(first, name=name, command=command, ready_url=url)
        self.spawn(name)
        self.wait_until_ready()

    def end_second_workers(self) -> None:
        """End the workers beside the first ones."""
        for name in [name for name in self.specs if name.endswith("-2")]:
            assert self.end(name) == 0
            del self.specs[name]

    def wait_until_ready(self) -> None:
        """Wait until every process says that it is ready."""
        until = time.monotonic() + SECONDS
        for name, spec in self.specs.items():
            while not _answers(spec.ready_url or ""):
                log = (self.logs / f"{name}.log").read_text(errors="replace")[-2000:]
                assert self.processes[name].poll() is None, log
                assert time.monotonic() < until, log
                time.sleep(0.05)

    def heal(self) -> None:
        """Bring up what is down and make the proxies hand on again."""
        for proxy in self.proxies.values():
            proxy.reset()
        self.cluster.start(fsync=False)
        for name in self.specs:
            if self.processes[name].poll() is not None:
                self.spawn(name)
        self.wait_until_ready()

    def stop(self) -> None:
        """End everything that was started, and delete it."""
        for process in self.processes.values():
            process.kill()
            process.wait(10)
        for proxy in self.proxies.values():
            proxy.close()
        self.cluster.remove()

    def rows(self, service: str, statement: str, *values: Any) -> list[asyncpg.Record]:
        """Ask a service's database as nobody but a test may: past row-level security."""

        async def ask() -> list[asyncpg.Record]:
            url = self.cluster.superuser_url(service).replace("postgresql+asyncpg", "postgresql", 1)
            connection = await asyncpg.connect(url, ssl=False)
            try:
                return list(await connection.fetch(statement, *values))
            finally:
                await connection.close()

        return _run(ask())

    def make_due(self) -> None:
        """Let what waits for another try be due now."""
        for service in SERVICES:
            for statement in DUE_NOW:
                self.rows(service, statement)

    def wait_for(self, look: Callable[[], Found], what: str, *, hurry: bool = True) -> Found:
        """Look until something is there, for a bounded time; what waits for another try is made due meanwhile."""
        until = time.monotonic() + SECONDS
        hurry_at = time.monotonic() + 0.5
        while not (found := look()):
            assert time.monotonic() < until, f"not seen in {SECONDS:.0f} seconds: {what}"
            if hurry and time.monotonic() > hurry_at:
                self.make_due()
                hurry_at = time.monotonic() + 0.5
            time.sleep(0.05)
        return found


def _free_ports(names: list[str]) -> dict[str, int]:
    ports: dict[str, int] = {}
    for name in names:
        ports[name] = choose_port(avoid=ports.values())
    return ports


def _paced(context: StandaloneContext, service: str) -> dict[str, str]:
    pace = {f"{service.upper()}_{name}": value for name, value in PACE.items()}
    return context.environment(service) | pace


def _seeded(context: StandaloneContext, proxies: dict[str, Proxy]) -> Cast:
    """Register each service at the other under its proxy's address; people call the services themselves."""
    by_proxy = dataclasses.replace(context, local_url=proxies["local"].url, panel_url=proxies["panel"].url)
    _run(seed(by_proxy))
    cast = read_cast(by_proxy)
    direct = {by_proxy.local_url: context.local_url, by_proxy.panel_url: context.panel_url}
    people = {field.name: getattr(cast, field.name) for field in dataclasses.fields(cast)}
    return Cast(
        **{name: dataclasses.replace(person, url=direct[person.url]) for name, person in people.items()}
    )


def _answers(url: str) -> bool:
    try:
        with OPENER.open(url, timeout=2) as answer:
            return bool(answer.status in {200, 204})
    except (urllib.error.URLError, OSError):
        return False


def _run(work: Coroutine[Any, Any, Found]) -> Found:
    """Run a coroutine on a loop of its own, away from the one that the other tests share."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
