"""F1, F3, F11, F12, F17: what happens to processes and to the database under them."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable
from typing import Any

from standalone.roles import SERVICES
from tests.campaign.course import Course
from tests.campaign.gateway import Mode
from tests.process.pair import _run

PROCESSES = ("local-api", "local-worker", "panel-api", "panel-worker")
END_BACKENDS = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def kill_processes(course: Course) -> None:
    """F1: kill -9 of any API or worker at any moment, several times in each load."""
    pair = course.pair

    def act() -> None:
        for name in course.rng.sample(PROCESSES, 2 if course.options.smoke else 4):
            pair.kill(name)
            course.pause(0.0, 0.4)
            pair.spawn(name)
            pair.wait_until_ready()
            course.pause(0.0, 0.5)

    for _ in range(course.cycles):
        course.cycle(4, act)


def break_database(course: Course) -> None:
    """F3: the database is killed, restarted, and its backends ended in mid-transaction."""
    pair = course.pair

    def kill() -> None:
        for service in course.rng.sample(SERVICES, 2):
            pair.servers[service].kill()
            course.pause(0.0, 0.8)
            pair.servers[service].start()
            course.pause(0.2, 0.8)

    def restart() -> None:
        for service in course.rng.sample(SERVICES, 2):
            pair.servers[service].stop()
            course.pause(0.0, 0.5)
            pair.servers[service].start()

    def end_backends() -> None:
        for _ in range(12):
            pair.rows(course.rng.choice(SERVICES), END_BACKENDS)
            course.pause(0.05, 0.3)

    def kill_and_end() -> None:
        kill()
        end_backends()

    for _ in range(course.cycles):
        for act in (kill_and_end,) if course.options.smoke else (kill, restart, end_backends):
            course.cycle(4, act)


def starve_database(course: Course) -> None:
    """F11: out of connections, pool of one, locks held past the time-out, a storm of serialization failures."""
    for act in (out_of_connections, small_pool, held_locks, serialization_storm):
        course.cycle(4, lambda act=act: act(course))  # type: ignore[misc]


def out_of_connections(course: Course) -> None:
    """Restart a database with few connections, and take all of them for a while."""
    for service in SERVICES:
        server = course.pair.servers[service]
        server.stop()
        server.more_settings = {"max_connections": "24"}
        server.start()
        with course.pair.network.hosts[service].inside():
            _run(_take_all(course, service))


async def _take_all(course: Course, service: str) -> None:
    taken: list[Any] = []
    try:
        for _ in range(40):
            try:
                taken.append(await course.pair.connect(service, "app"))
            except Exception:  # noqa: BLE001 -- "remaining connection slots are reserved": all are taken
                break
        await asyncio.sleep(2.5)
    finally:
        for connection in taken:
            with contextlib.suppress(Exception):
                await connection.close()


def small_pool(course: Course) -> None:
    """Give each process one connection."""
    for name in PROCESSES:
        course.pair.kill(name)
        course.pair.spawn(name, {f"{name.split('-')[0].upper()}_POOL_SIZE": "1"})
    course.pair.wait_until_ready()
    course.pause(3.0, 4.0)
    for name in PROCESSES:  # ended, so that healing starts them as they were
        course.pair.end(name)


def held_locks(course: Course) -> None:
    """Hold the tables of the exchange for longer than a statement waits for a lock."""
    for service, table in (("local", "outbound_messages"), ("panel", "inbound_messages"), ("local", "cases")):
        with course.pair.network.hosts[service].inside():
            _run(_hold(course, service, table))


async def _hold(course: Course, service: str, table: str) -> None:
    connection = await course.pair.connect(service)
    try:
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
            await asyncio.sleep(3.6)
    finally:
        await connection.close()


def serialization_storm(course: Course) -> None:
    """Let every transaction be serializable for a while: a great many of them fail and are done again."""
    for isolation in ("serializable", "read committed"):
        for service in SERVICES:
            course.pair.rows(
                service, f"ALTER DATABASE {service} SET default_transaction_isolation = '{isolation}'"
            )
            course.pair.rows(service, END_BACKENDS)
        if isolation == "serializable":
            course.pause(4.0, 5.0)


def end_and_freeze(course: Course) -> None:
    """F12: each process is asked to end under load; a worker is stopped until its leases are over, and goes on."""
    pair = course.pair

    def end_each() -> None:
        for name in course.rng.sample(PROCESSES, 4):
            code = pair.end(name)
            if code != 0:
                course.result.broken.setdefault("I9", []).append(f"{name} ended with {code} when asked to")
            pair.spawn(name)
            pair.wait_until_ready()

    def freeze(service: str) -> Callable[[], None]:
        def act() -> None:
            other = "panel" if service == "local" else "local"
            pair.gateways[other].set(Mode.SLOW)
            course.wait_for_requests(other, 1)
            worker = pair.processes[f"{service}-worker"]
            worker.send_signal(signal.SIGSTOP)
            try:
                pair.gateways[other].set(Mode.PASS)
                started = time.monotonic()
                _second_worker(course, service)
                wanted = 30.0 if course.options.soak else 7.0  # a lease is five seconds here
                time.sleep(max(0.0, wanted - (time.monotonic() - started)))
            finally:
                worker.send_signal(signal.SIGCONT)
            course.pause(1.0, 2.0)

        return act

    for _ in range(1 if not course.options.soak else 3):
        course.cycle(4, end_each)
        for service in SERVICES:
            course.cycle(3, freeze(service))


def _second_worker(course: Course, service: str) -> None:
    """Start another worker while the first is frozen, which answers no question whether it is ready."""
    pair = course.pair
    pair.spawn(pair.add_second_worker(service))
    pair.wait_until_ready(skip=frozenset({f"{service}-worker"}))


def two_workers(course: Course) -> None:
    """F17: two workers a side; and leases shorter than what they hold, so that both send the same."""
    pair = course.pair

    def side_by_side() -> None:
        for service in SERVICES:
            pair.start_second_worker(service)
        course.pause(2.0, 3.0)
        for service in SERVICES:
            pair.kill(f"{service}-worker")
        course.pause(0.5, 1.0)

    def short_leases() -> None:
        for service in SERVICES:
            pair.gateways[service].set(Mode.SLOW)  # two seconds each, and a lease of one
            pair.kill(f"{service}-worker")
            short = {f"{service.upper()}_LEASE_SECONDS": "1", f"{service.upper()}_ATTEMPT_SECONDS": "3"}
            pair.spawn(f"{service}-worker", short)
            name = pair.add_second_worker(service)
            pair.spawn(name, short)
        pair.wait_until_ready()
        course.pause(5.0, 6.0)
        for service in SERVICES:
            pair.end(f"{service}-worker")

    for _ in range(course.cycles):
        course.cycle(4, side_by_side)
        if not course.options.smoke:
            course.cycle(3, short_leases)
