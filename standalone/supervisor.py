import asyncio
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from standalone.child import start_child
from standalone.errors import ChildFailed
from standalone.process_log import ProcessLog

READY_SECONDS = 60
GRACE_SECONDS = 15
POLL_SECONDS = 0.05
WATCH_SECONDS = 0.25


@dataclass(frozen=True)
class ChildSpec:
    """One process to run: it is ready when `ready_url` answers 200, or at once without one."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    ready_url: str | None = None


@dataclass(frozen=True)
class Child:
    """A started process and its log."""

    spec: ChildSpec
    process: subprocess.Popen[bytes]
    log: ProcessLog


class Supervisor:
    """Starts children in groups, watches them, and stops them group by group, the last started first.

    Nothing is restarted: a child that ends before it is told to is reported, and everything stops.
    """

    def __init__(self, logs: Path, folder: Path, *, grace_seconds: float = GRACE_SECONDS) -> None:
        self.logs = logs
        self.folder = folder
        self.grace_seconds = grace_seconds
        self._groups: list[list[Child]] = []

    def start_group(self, specs: Sequence[ChildSpec]) -> None:
        """Start these side by side (from the main thread) and return when all are ready. Raises ChildFailed."""
        group: list[Child] = []
        self._groups.append(group)
        for spec in specs:
            log = ProcessLog(self.logs / f"{spec.name}.log")
            log.keep_former()
            with log.open() as file:
                process = start_child(
                    spec.command,
                    environment=spec.environment,
                    folder=self.folder,
                    log=file,
                    when_orphaned=signal.SIGTERM,
                )
            group.append(Child(spec, process, log))
        self._wait_until_ready(group)

    def pids(self) -> dict[str, int]:
        """The pid of each running child by name."""
        return {child.spec.name: child.process.pid for group in self._groups for child in group}

    def check(self) -> None:
        """Raise ChildFailed, with the name and the log's last lines, if any child has ended."""
        for group in self._groups:
            for child in group:
                status = child.process.poll()
                if status is not None:
                    raise ChildFailed(
                        f"{child.spec.name} ended ({_describe(status)}). {child.log.last_lines()}"
                    )

    async def watch(self) -> NoReturn:
        """Look after the children until one ends: then ChildFailed."""
        while True:
            self.check()
            await asyncio.sleep(WATCH_SECONDS)

    def stop(self) -> None:
        """SIGTERM to each group in turn, the last started first; SIGKILL to what is left after the grace time."""
        while self._groups:
            group = self._groups[-1]
            for child in group:
                child.process.send_signal(signal.SIGTERM)
            until = time.monotonic() + self.grace_seconds
            for child in group:
                _end(child.process, until)
            self._groups.pop()

    def _wait_until_ready(self, group: Sequence[Child]) -> None:
        waiting = [child for child in group if child.spec.ready_url]
        until = time.monotonic() + READY_SECONDS
        while waiting:
            self.check()
            waiting = [child for child in waiting if not _answers(child.spec.ready_url or "")]
            if waiting and time.monotonic() > until:
                late = waiting[0]
                raise ChildFailed(
                    f"{late.spec.name} was not ready after {READY_SECONDS} seconds. {late.log.last_lines()}"
                )
            time.sleep(POLL_SECONDS)


def _answers(url: str) -> bool:
    # A proxy that the environment names is not asked: these are loopback addresses.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=2) as answer:
            return bool(answer.status in {200, 204})
    except (urllib.error.URLError, OSError):
        return False


def _end(process: subprocess.Popen[bytes], until: float) -> None:
    try:
        process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _describe(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit code {status}"
