"""Where it is measured: a durable PostgreSQL of its own, both databases migrated and seeded, and real processes."""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg
from rich.console import Console

from standalone.binaries import find_binaries
from standalone.context import FIRST_CHOICE, StandaloneContext, make_context
from standalone.journey import Cast, read_cast
from standalone.ports import LOOPBACK, choose_port
from standalone.postgres import EmbeddedCluster
from standalone.roles import ensure_roles_and_databases
from standalone.seed import seed
from standalone.services import CHECKOUT, api_specs, migrate, worker_specs
from standalone.state import State
from standalone.supervisor import ChildSpec, Supervisor

SIZES = {"cases_small": 10_000, "cases_large": 100_000}
GROWTH = {
    ("local", 10_000): "growth_local_small",
    ("local", 100_000): "growth_local_large",
    ("panel", 10_000): "growth_panel_small",
    ("panel", 100_000): "growth_panel_large",
}


@dataclass(frozen=True)
class Bed:
    """A prepared server; each part of the bench starts the processes it measures."""

    context: StandaloneContext
    cluster: EmbeddedCluster
    ports: dict[str, int]

    @property
    def cast(self) -> Cast:
        """The people of the demonstration, each with a key."""
        return read_cast(self.context)

    @property
    def postmaster(self) -> int:
        """The pid of PostgreSQL's first process."""
        assert self.cluster.process is not None
        return self.cluster.process.pid

    @property
    def tools(self) -> Path:
        """The folder of PostgreSQL's programs."""
        return find_binaries(self.cluster.user, copy_into=self.cluster.home).folder

    def api(
        self, name: str = "local-api", *, database: str | None = None, service: str = "local"
    ) -> ChildSpec:
        """A service's API under a name (and so a port) of its own, on another database if one is named."""
        usual = f"{service}-api"
        specs = api_specs(self.context, self.ports | {usual: self.ports[name]}, reload=False)
        spec = next(spec for spec in specs if spec.name == usual)
        environment = dict(spec.environment)
        if database is not None:
            variable = f"{service.upper()}_DATABASE_URL"
            environment[variable] = _on(database, environment[variable])
        return replace(spec, name=name, environment=environment)

    def hello(self) -> ChildSpec:
        """The raw ASGI application under the same server."""
        port = self.ports["hello"]
        return ChildSpec(
            name="hello",
            command=[sys.executable, "-m", "tests.bench.hello", str(port)],
            environment=self.context.environments["local"],
            ready_url=f"http://{LOOPBACK}:{port}/",
        )

    def pair(self) -> list[list[ChildSpec]]:
        """Both APIs, then both workers."""
        return [api_specs(self.context, self.ports, reload=False), worker_specs(self.context, self.ports)]

    @contextlib.contextmanager
    def running(self, *groups: Sequence[ChildSpec]) -> Iterator[dict[str, int]]:
        """Start the processes group by group, give their pids by name, and stop them in the end."""
        supervisor = Supervisor(self.context.state_dir / "logs", CHECKOUT)
        try:
            for group in groups:
                supervisor.start_group(group)
            yield supervisor.pids()
        finally:
            supervisor.stop()

    def query(self, statement: str, *values: Any, database: str = "local") -> list[asyncpg.Record]:
        """Run a statement as the superuser, outside any tenant's view."""

        async def ask() -> list[asyncpg.Record]:
            url = self.cluster.superuser_url(database).replace("postgresql+asyncpg", "postgresql", 1)
            connection = await asyncpg.connect(url, ssl=False)
            try:
                rows: list[asyncpg.Record] = await connection.fetch(statement, *values, timeout=120)
                return rows
            finally:
                await connection.close()

        return asyncio.run(ask())

    def execute(self, script: str, *, database: str, seconds: float) -> None:
        """Run several statements as the superuser in one transaction."""

        async def run() -> None:
            url = self.cluster.superuser_url(database).replace("postgresql+asyncpg", "postgresql", 1)
            connection = await asyncpg.connect(url, ssl=False)
            try:
                await connection.execute(script, timeout=seconds)
            finally:
                await connection.close()

        asyncio.run(run())


@contextlib.contextmanager
def prepared(console: Console) -> Iterator[Bed]:
    """Make the bed, and clear it away in the end. Nothing of the checkout's own data is touched."""
    with tempfile.TemporaryDirectory(prefix="practice-review-bench-") as folder:
        state = State(Path(folder))
        cluster = EmbeddedCluster(Path(folder), state)
        try:
            _start_with_commit_times(cluster)
            urls = asyncio.run(ensure_roles_and_databases(cluster))
            ports = _free_ports()
            context = make_context(state, ports, urls, console, once=True)
            for service in urls:
                migrate(context, service)
            asyncio.run(seed(context))
            bed = Bed(context, cluster, ports)
            for database in SIZES:
                bed.query(f"CREATE DATABASE {database} TEMPLATE local OWNER local_owner", database="postgres")
            yield bed
        finally:
            cluster.remove()


def _start_with_commit_times(cluster: EmbeddedCluster) -> None:
    # The database notes when each transaction was committed: a row's own times are those of its transaction's start.
    cluster.start(fsync=True)
    url = cluster.superuser_url().replace("postgresql+asyncpg", "postgresql", 1)

    async def switch_on() -> None:
        connection = await asyncpg.connect(url, ssl=False)
        try:
            await connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
        finally:
            await connection.close()

    asyncio.run(switch_on())
    cluster.stop()
    cluster.start(fsync=True)


def _free_ports() -> dict[str, int]:
    ports: dict[str, int] = {}
    for name in (*FIRST_CHOICE, "local-api-2", "hello", *SIZES, *GROWTH.values()):
        ports[name] = choose_port(avoid=ports.values())
    return ports


def _on(database: str, url: str) -> str:
    return f"{url.rsplit('/', 1)[0]}/{database}"
