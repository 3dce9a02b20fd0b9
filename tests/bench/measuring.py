"""What an amount of work cost: its time, and the CPU time of the processes that did it."""

import dataclasses
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import psutil

from standalone.services import CHECKOUT
from tests.bench.load import LONGEST_SECONDS, Drawn, Load

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Contender = TypeVar("Contender", bound=Hashable)


@dataclass(frozen=True)
class Cost:
    """What one operation cost in a round. Times are in seconds; CPU is user and system time together."""

    operations: int
    seconds: float
    python_cpu: float
    postgres_cpu: float
    latencies: Sequence[float]

    @property
    def rate(self) -> float:
        """Operations a second."""
        return self.operations / self.seconds

    @property
    def python_us(self) -> float:
        """CPU microseconds of our processes an operation."""
        return self.python_cpu / self.operations * 1e6

    @property
    def postgres_us(self) -> float:
        """CPU microseconds of PostgreSQL's processes an operation."""
        return self.postgres_cpu / self.operations * 1e6

    def latency_ms(self, percent: int) -> float:
        """The latency in milliseconds that so many percent of the operations kept within."""
        return percentile(self.latencies, percent) * 1000


def percentile(values: Sequence[float], percent: int) -> float:
    """The value (one of those given) that so many percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def median(costs: Sequence[Cost], value: Callable[[Cost], float]) -> float:
    """The median of one figure over the rounds."""
    return statistics.median(value(cost) for cost in costs)


def measure(work: Callable[[], Drawn], python_pids: Sequence[int], postmaster: int) -> Cost:
    """Do ``work`` and see what it cost the processes named."""
    python_before, postgres_before = _cpu(python_pids), _tree_cpu(postmaster)
    drawn = work()
    # What a backend has used is seen once it has ended or, if it lives on, at its next tick.
    time.sleep(0.05)
    return Cost(
        operations=len(drawn.latencies),
        seconds=drawn.seconds,
        python_cpu=_cpu(python_pids) - python_before,
        postgres_cpu=_tree_cpu(postmaster) - postgres_before,
        latencies=drawn.latencies,
    )


def draw_apart(load: Load) -> Drawn:
    """Draw a load from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        input=json.dumps(dataclasses.asdict(load)),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
        timeout=LONGEST_SECONDS + 30,
    )
    return Drawn(**json.loads(done.stdout))


def measure_apart(module: str, told: "DataclassInstance", postmaster: int, seconds: float = 300) -> Cost:
    """Let a process of its own do what it is told by standard input, and say what it cost."""
    postgres_before = _tree_cpu(postmaster)
    done = subprocess.run(
        [sys.executable, "-m", module],
        input=json.dumps(dataclasses.asdict(told)) + "\n",
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what it logs
        text=True,
        cwd=CHECKOUT,
        timeout=seconds,
    )
    time.sleep(0.05)
    cost = json.loads(done.stdout)
    return Cost(
        operations=cost["operations"],
        seconds=cost["seconds"],
        python_cpu=cost["cpu"],
        postgres_cpu=_tree_cpu(postmaster) - postgres_before,
        latencies=[],
    )


def run_rounds(
    contenders: Mapping[Contender, Callable[[int], Cost]], rounds: int
) -> dict[Contender, list[Cost]]:
    """Let the contenders take turns, each round in the other order, so that a slow spell meets all of them."""
    costs: dict[Contender, list[Cost]] = {name: [] for name in contenders}
    for number in range(rounds):
        for name in list(contenders)[:: 1 if number % 2 == 0 else -1]:
            costs[name].append(contenders[name](number))
    return costs


def _cpu(pids: Sequence[int]) -> float:
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return sum(time.user + time.system for time in times)


def _tree_cpu(pid: int) -> float:
    """CPU seconds of a process, of its living children, and of those that have ended."""
    parent = psutil.Process(pid)
    own = parent.cpu_times()
    living = 0.0
    for child in parent.children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        living += times.user + times.system
    return own.user + own.system + own.children_user + own.children_system + living
