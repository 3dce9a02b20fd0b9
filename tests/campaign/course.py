"""One cycle of the campaign: load, a fault in the middle of it, heal, drain, check."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from rich.console import Console

from tests.campaign.calls import History
from tests.campaign.invariants import Findings, check
from tests.campaign.load import Caller, Case, Load
from tests.campaign.pair import DEAD, PEER, CampaignPair

DRAIN_SECONDS = 60.0  # I9: by then all that waited has arrived and taken effect
FINISH_SECONDS = 150.0
WAITING = (
    "SELECT count(*) FROM outbound_messages WHERE state IN ('pending', 'leased') AND link_id <> $1",
    "SELECT count(*) FROM inbound_messages WHERE state = 'held' AND link_id <> $1",
)
NO_LINK = UUID(int=0)


@dataclass(frozen=True)
class Options:
    """What was asked for."""

    seed: int
    soak: bool = False
    smoke: bool = False
    only: frozenset[str] = frozenset()
    namespaces: bool = True


@dataclass
class Result:
    """A line of the table."""

    fault: str
    title: str
    cycles: int = 0
    acknowledged: int = 0
    lost: int = 0
    twice: int = 0
    phantom: int = 0
    broken: dict[str, list[str]] = field(default_factory=dict)
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    skipped: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not (self.broken or self.lost or self.twice or self.phantom)

    def add(self, findings: Findings) -> None:
        """Take in what a check found."""
        self.lost += findings.lost
        self.twice += findings.twice
        self.phantom += findings.phantom
        for invariant, found in findings.broken.items():
            self.broken.setdefault(invariant, []).extend(found)


class Skipped(Exception):
    """This machine does not allow the fault."""


class NotRun(Exception):
    """The services have not what the fault tries: that is no machine's fault, and no invariant is shown."""


@dataclass
class Course:
    """What every fault is given: the pair, the load, and chance from the seed."""

    pair: CampaignPair
    options: Options
    console: Console
    history: History
    rng: random.Random
    result: Result = field(default_factory=lambda: Result("", ""))
    dead_is_back: bool = False
    excused: set[UUID] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.caller = Caller(self.history)
        self.load = Load(self.pair, self.caller, random.Random(self.options.seed))  # noqa: S311 -- replayable

    @property
    def cycles(self) -> int:
        """How often a fault that is quick is done: once in the smoke, a few times, or many in the soak."""
        if self.options.smoke:
            return 1
        return 12 if self.options.soak else 3

    def cycle(self, cases: int, act: Callable[[], None]) -> None:
        """Do something to the pair in the middle of a load of so many cases; then everything must hold."""
        before = self.caller.acknowledged
        made = self.load.begin(cases)
        time.sleep(self.rng.uniform(0.1, 1.0))
        try:
            act()
        finally:
            self.pair.heal()
        self.finish_load()
        self.settle(made)
        self.result.cycles += 1
        self.result.acknowledged += self.caller.acknowledged - before

    def finish_load(self) -> None:
        """Wait until the callers are through; what waits for another try is made due meanwhile."""
        until = time.monotonic() + FINISH_SECONDS
        while not self.load.finish(1.0):
            self.pair.make_due()
            if time.monotonic() > until:
                self.caller.stop.set()
                raise RuntimeError("the callers did not come to an end")

    def settle(self, cases: list[Case]) -> None:
        """Drain and check."""
        try:
            self.drain()
        except TimeoutError as late:
            self.result.broken.setdefault("I9", []).append(str(late))
        findings = check(
            self.pair,
            self.caller,
            cases,
            self.rng,
            dead_is_back=self.dead_is_back,
            excused=frozenset(self.excused),
        )
        self.result.add(findings)

    def drain(self, seconds: float = DRAIN_SECONDS) -> None:
        """Wait until nothing waits but what is meant for the one that is dead. Raises TimeoutError."""
        apart = NO_LINK if self.dead_is_back else self.pair.partnerships[DEAD].link
        self.pair.wait_for(
            lambda: not any(self.pair.rows(service, ask, apart)[0][0] for service in PEER for ask in WAITING),
            "everything delivered and in effect",
            seconds,
        )

    def pause(self, least: float, most: float) -> None:
        """Wait a while that the seed chooses."""
        time.sleep(self.rng.uniform(least, most))

    def wait_for_requests(self, service: str, count: int, seconds: float = 8.0) -> bool:
        """Wait until so many more requests came by on the way to a service; whether they did."""
        gateway = self.pair.gateways[service]
        wanted = gateway.came + count
        try:
            self.pair.wait_for(lambda: gateway.came >= wanted, "requests", seconds)
        except TimeoutError:
            return False
        return True
