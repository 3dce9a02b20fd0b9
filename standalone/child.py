"""Start a child process that does not outlive the runner, even when the runner is killed outright.

On Linux the kernel sends the child a signal when its parent's *thread* dies, so children must be
started from a thread that lives as long as the runner: the main one. Elsewhere a small watcher
(`python -m standalone.child SIGNAL -- COMMAND...`) stands between, and asks whose child it is.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from standalone.server_user import ServerUser

PR_SET_PDEATHSIG = 1
HAS_PDEATHSIG = sys.platform == "linux"
WATCHER_POLL_SECONDS = 0.25


def start_child(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    log: IO[bytes],
    when_orphaned: signal.Signals,
    user: ServerUser | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in its own session, so that Ctrl-C reaches the runner alone, which then stops all in order.

    `when_orphaned` is the signal the child gets when the runner dies. `user` drops the child's rights first.
    """
    watched = list(command) if HAS_PDEATHSIG else _watcher(command, when_orphaned)
    return subprocess.Popen(
        watched,
        env=dict(environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        umask=0o077,
        # It runs after the change of user, which would clear it. It makes two system calls and takes no lock.
        preexec_fn=_die_with_parent(when_orphaned) if HAS_PDEATHSIG else None,  # noqa: PLW1509 - reason above
        user=None if user is None else user.uid,
        group=None if user is None else user.gid,
        extra_groups=None if user is None else [],
    )


def _die_with_parent(when_orphaned: signal.Signals) -> Callable[[], None]:
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, int(when_orphaned), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)  # the runner died before the request was made

    return ask_the_kernel


def _watcher(command: Sequence[str], when_orphaned: signal.Signals) -> list[str]:
    return [sys.executable, "-m", "standalone.child", when_orphaned.name, "--", *command]


def watch(command: Sequence[str], when_orphaned: signal.Signals) -> int:
    """Run `command`, hand on the signals that ask it to stop, and send `when_orphaned` once the parent is gone."""
    parent = os.getppid()
    process = subprocess.Popen(command)
    for handed_on in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(handed_on, lambda number, _frame: process.send_signal(number))
    while process.poll() is None:
        if os.getppid() != parent:
            process.send_signal(when_orphaned)
            return process.wait()
        time.sleep(WATCHER_POLL_SECONDS)
    return process.returncode


if __name__ == "__main__":
    raise SystemExit(watch(sys.argv[3:], signal.Signals[sys.argv[1]]))
