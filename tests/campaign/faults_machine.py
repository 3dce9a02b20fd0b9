"""F8, F9, F10, F15: what a machine does: its clock is wrong, its disk is full or dying, it is gone for good."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from standalone.roles import SERVICES
from tests.campaign.course import Course, Skipped
from tests.campaign.faults_network import MESSAGES
from tests.campaign.faults_processes import PROCESSES
from tests.campaign.shims import compile_shim

MINUTES = 60
DAYS = 86_400
SKEWS = (10 * MINUTES, -10 * MINUTES, 3 * DAYS, -3 * DAYS)
# A clock that was ahead has left times in what it wrote; as much time passes as that.
TIME_PASSES = (
    "UPDATE outbound_messages SET leased_until = least(leased_until, now()), next_attempt_at = least(next_attempt_at, now())"
    " WHERE state IN ('pending', 'leased')",
    "UPDATE asked_questions SET at = least(at, now())",
)


class Clock:
    """A file that says by how much the clock of those who read it is wrong."""

    def __init__(self, course: Course) -> None:
        self.path = course.pair.folder / "clock"
        self.set(0)
        shim = compile_shim("clock", course.pair.folder)
        self.environment = {"LD_PRELOAD": str(shim), "CLOCK_FILE": str(self.path)}

    def set(self, seconds: int) -> None:
        """Move the clock."""
        self.path.write_text(f"{seconds}     \n")
        self.path.chmod(0o644)


def move_clocks(course: Course) -> None:
    """F8: the services' hosts have wrong clocks that also step back, which no one may notice; then a database's."""
    clock = Clock(course)
    skews = SKEWS if course.options.soak else course.rng.sample(SKEWS, 2)

    def hosts(skew: int) -> Callable[[], None]:
        def act() -> None:
            clock.set(skew)
            of = course.rng.choice(SERVICES)
            wrong = [name for name in PROCESSES if name.startswith(of)]
            for name in wrong:
                course.pair.kill(name)
                course.pair.spawn(name, clock.environment)
            course.pair.wait_until_ready()
            course.pause(2.0, 3.0)
            clock.set(skew - 30 * MINUTES)  # a step back while it runs
            course.pause(2.0, 3.0)
            for name in wrong:
                course.pair.end(name)

        return act

    for skew in skews:
        course.cycle(4, hosts(skew))
    course.cycle(3, lambda: _move_database(course, clock))


def _move_database(course: Course, clock: Clock) -> None:
    """Ten minutes ahead at one side: signatures are refused, old deliveries too; put right, all goes on."""
    pair = course.pair
    service = "panel"
    server = pair.servers[service]
    gateway = pair.gateways[service]
    server.stop()
    clock.set(10 * MINUTES)
    server.more_environment = clock.environment
    server.start()
    pair.wait_until_ready()
    course.wait_for_requests(service, 1)
    answered = {id_ for id_, reply in gateway.replies if reply.status in {200, 201}}
    old = [
        request
        for request in gateway.requests
        if request.path.endswith(MESSAGES) and request.headers.get("webhook-id") in answered
    ]
    for request in old[:3]:
        reply, _ = gateway.ask_peer(request)
        if reply.status != 401:
            said = f"a delivery of more than five minutes ago was answered {reply.status}"
            course.result.broken.setdefault("I5", []).append(said)
    course.result.notes.append(f"{len(old[:3])} old deliveries were refused past the tolerance")
    course.pause(1.0, 2.0)
    server.stop()
    server.more_environment = {}
    server.start()
    for each in SERVICES:
        for statement in TIME_PASSES:
            pair.rows(each, statement)


def fill_disk(course: Course) -> None:
    """F9: the volume of a database is full, data and WAL alike; then there is room again."""
    if not all(server.has_own_volume for server in course.pair.servers.values()):
        raise Skipped("the databases have no volume of their own (tmpfs needs root)")

    def act(service: str) -> Callable[[], None]:
        def fill() -> None:
            server = course.pair.servers[service]
            server.fill_disk()
            course.pause(3.0, 4.0)
            server.fill_disk(leave=0)
            course.pause(1.0, 2.0)

        return fill

    for service in SERVICES:
        course.cycle(4, act(service))


def fail_sync(course: Course) -> None:
    """F10: fsync fails with EIO at random: PostgreSQL stops rather than lie, and what it acknowledged is there."""
    shim = compile_shim("sync", course.pair.folder)

    def act() -> None:
        server = course.pair.servers[course.rng.choice(SERVICES)]
        server.stop()
        server.more_environment = {"LD_PRELOAD": str(shim), "SYNC_EIO_P": "0.02"}
        began = time.monotonic()
        panics = 0
        while time.monotonic() - began < 6:
            try:
                server.start(fsync=True)
            except Exception:  # noqa: BLE001 -- it fails while starting, too
                panics += 1
            time.sleep(0.3)
        panics += _panics(server.log.path)
        course.result.notes.append(f"{panics} PANICs")
        server.stop()

    for _ in range(course.cycles):
        course.cycle(4, act)


def _panics(log: Path) -> int:
    return sum(path.read_text(errors="replace").count("PANIC:") for path in log.parent.glob("postgres*.log"))


def fail_over(course: Course) -> None:
    """F15: a synchronous standby takes over from a database whose machine is gone."""
    from tests.campaign.standby import Standby

    for service in SERVICES:
        standby = Standby(course.pair.servers[service])

        def act(standby: Standby = standby, service: str = service) -> None:
            asyncio.run(standby.follow())
            course.pause(1.0, 2.0)
            course.pair.servers[service].kill()
            standby.take_over()

        try:
            course.cycle(4, act)
        finally:
            standby.stop()
