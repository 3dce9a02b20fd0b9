"""What the files of a PostgreSQL data folder and the process table say about its postmaster."""

import os
import signal
import subprocess
import time
from pathlib import Path

from standalone.errors import ClusterFailed

PID_LINE, STATUS_LINE = 0, 7


def lock_file_mark(data: Path) -> tuple[int, int] | None:
    """What tells one `postmaster.pid` from the next, whatever pid stands in it; None when there is none."""
    try:
        found = (data / "postmaster.pid").stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def says_ready(data: Path) -> bool:
    """Whether `postmaster.pid` says that connections are taken."""
    lines = _lock_file(data)
    return len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"


def end_former(data: Path, seconds: float = 20) -> None:
    """See to it that no postmaster of a killed run is left on `data`, and wait until it has gone.

    The caller holds the state folder's lock, so nobody else has a right to this data: a server still
    running on it is asked for a fast, clean shutdown.

    A lock file that names a killed process which nobody has collected, or a pid that another program
    has taken since, would stop PostgreSQL: it is removed. Backends that are left over still count, as
    PostgreSQL finds their shared memory by the data folder's inode.
    """
    lines = _lock_file(data)
    if not lines or not lines[PID_LINE].strip().isdigit():
        return
    pid = int(lines[PID_LINE])
    until = time.monotonic() + seconds
    if _serves(pid, data):
        os.kill(pid, signal.SIGINT)
    while _serves(pid, data):
        if time.monotonic() > until:
            message = (
                f"A PostgreSQL of an earlier run (process {pid}) does not end: stop it, then start again."
            )
            raise ClusterFailed(message)
        time.sleep(0.05)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    return is_alive(pid) and str(data) in _command_line(pid)


def is_alive(pid: int) -> bool:
    """Whether a process that still does something has this pid: a killed one that nobody collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        after_name = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
        )
    except OSError:
        return True  # a system without /proc
    return after_name.split()[0] != "Z"


def _lock_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _command_line(pid: int) -> str:
    """How the process was started; empty when it has gone."""
    if Path("/proc/self/cmdline").exists():
        try:
            return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes())
        except OSError:
            return ""
    listed = subprocess.run(
        ["/bin/ps", "-o", "args=", "-p", str(pid)], check=False, capture_output=True, text=True
    )
    return listed.stdout
