import os
import signal
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from standalone.errors import ChildFailed
from standalone.ports import choose_port
from standalone.supervisor import ChildSpec, Supervisor
from tests.standalone.support import (
    ANSWERING,
    environment,
    finish,
    first_line,
    has_gone,
    start_python,
    wait_until,
)

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
SPEAKS_AND_ENDS = "import sys; print('the reason why'); sys.exit(3)"


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path, tmp_path, grace_seconds=0.5)
    yield made
    made.stop()


def spec(name: str, code: str, *arguments: str, ready_url: str | None = None) -> ChildSpec:
    return ChildSpec(name, [sys.executable, "-c", code, *arguments], environment(), ready_url)


def contains(path: Path, text: str) -> bool:
    return text in path.read_text()


def answering(name: str) -> ChildSpec:
    port = choose_port()
    return spec(name, ANSWERING, str(port), ready_url=f"http://127.0.0.1:{port}/readyz")


def test_a_group_is_started_once_it_answers_and_stopped_when_told(supervisor: Supervisor) -> None:
    supervisor.start_group([answering("one"), answering("two")])
    pids = supervisor.pids()
    supervisor.check()
    supervisor.stop()
    assert sorted(pids) == ["one", "two"]
    assert all(has_gone(pid) for pid in pids.values())


def test_a_child_that_ends_while_starting_is_named_with_its_last_lines(supervisor: Supervisor) -> None:
    with pytest.raises(ChildFailed, match=r"(?s)broken ended \(exit code 3\).*the reason why"):
        supervisor.start_group([spec("broken", SPEAKS_AND_ENDS, ready_url="http://127.0.0.1:9/readyz")])


async def test_a_child_that_is_killed_later_is_noticed(supervisor: Supervisor) -> None:
    supervisor.start_group([answering("one")])
    os.kill(supervisor.pids()["one"], signal.SIGKILL)
    with pytest.raises(ChildFailed, match=r"one ended \(signal SIGKILL\)"):
        await supervisor.watch()


def test_a_child_that_ignores_sigterm_is_killed_after_the_grace_time(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    supervisor.start_group([spec("stubborn", STUBBORN)])
    assert wait_until(partial(contains, tmp_path / "stubborn.log", "up"))
    pid = supervisor.pids()["stubborn"]
    supervisor.stop()
    assert has_gone(pid)


TELLS_ITS_END = """
import pathlib, signal, sys, time
def end(*_):
    with pathlib.Path(sys.argv[1]).open("a") as told:
        told.write(sys.argv[2])
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
time.sleep(60)
"""


def test_the_last_group_is_stopped_first(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, tmp_path)
    for name in ("api", "worker"):
        log = tmp_path / f"{name}.log"
        supervisor.start_group([spec(name, TELLS_ITS_END, str(tmp_path / "ended"), f"{name} ")])
        assert wait_until(partial(contains, log, "up"))
    supervisor.stop()
    assert (tmp_path / "ended").read_text() == "worker api "


STARTS_A_CHILD = """
import os, sys, time
from pathlib import Path
from standalone.supervisor import ChildSpec, Supervisor
here = Path(sys.argv[1])
supervisor = Supervisor(here, here)
supervisor.start_group([ChildSpec("child", [sys.executable, "-c", "import time; time.sleep(60)"], dict(os.environ))])
print(supervisor.pids()["child"], flush=True)
time.sleep(60)
"""


def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    parent = start_python(STARTS_A_CHILD, str(tmp_path))
    child = int(first_line(parent))
    finish(parent)
    assert wait_until(lambda: has_gone(child))


STARTS_THE_WATCHER = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-m", "standalone.child", "SIGTERM", "--", sys.executable, "-c",
                  "import os, time; print(os.getpid(), flush=True); time.sleep(60)"])
time.sleep(60)
"""


def test_the_watcher_does_the_same_where_the_kernel_does_not(tmp_path: Path) -> None:
    parent = start_python(STARTS_THE_WATCHER)
    child = int(first_line(parent))
    finish(parent)
    assert wait_until(lambda: has_gone(child))
