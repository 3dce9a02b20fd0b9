import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import NoReturn

from rich.console import Console

from standalone.context import StandaloneContext, choose_ports, make_context
from standalone.databases import urls_from_environment
from standalone.errors import ChildFailed
from standalone.lock import RunLock
from standalone.postgres import EmbeddedCluster
from standalone.progress import step
from standalone.roles import SERVICES, RoleUrls, ensure_roles_and_databases
from standalone.services import CHECKOUT, api_specs, migrate, worker_specs
from standalone.state import State
from standalone.supervisor import WATCH_SECONDS, Supervisor

# After a killed run, how long its processes may take to give their ports back.
PATIENCE_SECONDS = 5.0

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Journey = Callable[[StandaloneContext], Awaitable[bool]]


def run_pair(
    state_dir: Path,
    console: Console,
    environment: Mapping[str, str],
    journey: Journey,
    *,
    once: bool,
    reload: bool,
) -> bool:
    """Bring the whole pair up, go through `journey`, and stay up until told to stop (not with `once`).

    Returns what the journey returned. Everything that was started is stopped, whatever happens.
    """
    with _stoppable(), RunLock(state_dir) as lock, contextlib.ExitStack() as started:
        try:
            state = State(state_dir)
            ports = choose_ports(state, patience=PATIENCE_SECONDS if lock.last_run_was_killed else 0)
            cluster, urls = _databases(state_dir, state, console, environment, started)
            context = make_context(state, ports, urls, console, once=once)
            supervisor = _start_services(context, ports, started, reload=reload)
            lock.publish({"local_service": context.local_url, "panel_service": context.panel_url})
            return asyncio.run(_go(context, journey, supervisor, cluster))
        finally:
            _let_nothing_disturb()


def _start_services(
    context: StandaloneContext, ports: Mapping[str, int], started: contextlib.ExitStack, *, reload: bool
) -> Supervisor:
    for service in SERVICES:
        with step(context.console, f"Migrating {service}_service's database"):
            migrate(context, service)
    supervisor = Supervisor(context.state_dir / "logs", CHECKOUT)
    started.callback(_stop, "workers and APIs", supervisor.stop, context.console)
    with step(context.console, "Starting both APIs"):
        supervisor.start_group(api_specs(context, ports, reload=reload))
    with step(context.console, "Starting both workers"):
        supervisor.start_group(worker_specs(context, ports))
    return supervisor


def _databases(
    state_dir: Path,
    state: State,
    console: Console,
    environment: Mapping[str, str],
    started: contextlib.ExitStack,
) -> tuple[EmbeddedCluster | None, dict[str, RoleUrls]]:
    existing = urls_from_environment(environment)
    if existing is not None:
        console.print("  Using the databases that the environment names", highlight=False)
        return None, existing
    with step(console, "Starting PostgreSQL"):
        cluster = EmbeddedCluster(state_dir, state)
        started.callback(_stop, "PostgreSQL", cluster.stop, console)
        cluster.start()
    with step(console, "Making both databases and their roles"):
        return cluster, asyncio.run(ensure_roles_and_databases(cluster))


async def _go(
    context: StandaloneContext, journey: Journey, supervisor: Supervisor, cluster: EmbeddedCluster | None
) -> bool:
    """Run the journey, then wait; either ends at once when a process that must stay up has ended."""

    async def story() -> bool:
        confirmed = await journey(context)
        if not context.once:
            _tell(context)
            await asyncio.Event().wait()
        return confirmed

    running = [asyncio.ensure_future(part) for part in (story(), supervisor.watch(), _watch_cluster(cluster))]
    try:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).result()
    finally:
        for task in running:
            task.cancel()


async def _watch_cluster(cluster: EmbeddedCluster | None) -> NoReturn:
    while True:
        if cluster is not None and not cluster.is_running():
            raise ChildFailed(f"PostgreSQL ended. {cluster.log.last_lines()}")
        await asyncio.sleep(WATCH_SECONDS)


def _tell(context: StandaloneContext) -> None:
    for name, url in (("local_service", context.local_url), ("panel_service", context.panel_url)):
        context.console.print(
            f"{name}: {url}   API reference: {url}/reference", highlight=False, soft_wrap=True
        )
    context.console.print(
        f"Demonstration credentials: {context.credentials_path}", highlight=False, soft_wrap=True
    )
    context.console.print("Ctrl-C stops everything.")


def _stop(what: str, stop: Callable[[], None], console: Console) -> None:
    with step(console, f"Stopping {what}"):
        stop()


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """SIGTERM and a lost terminal stop the run as Ctrl-C does."""

    def as_ctrl_c(_number: int, _frame: object) -> None:
        signal.raise_signal(signal.SIGINT)

    former = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, as_ctrl_c)
    if former[signal.SIGHUP] is not signal.SIG_IGN:  # nohup ignores it on purpose
        signal.signal(signal.SIGHUP, as_ctrl_c)
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _let_nothing_disturb() -> None:
    """While everything is being stopped, which takes a bounded time, a second Ctrl-C changes nothing."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
