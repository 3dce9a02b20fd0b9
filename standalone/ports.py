import fcntl
import secrets
import socket
import tempfile
import time
from collections.abc import Collection
from pathlib import Path
from typing import IO

from standalone.errors import StandaloneError

# Below 32768, where operating systems begin to hand out ports of their own accord to outgoing connections.
LOWEST, HIGHEST = 15432, 29999
LOOPBACK = "127.0.0.1"

# Between choosing a port and listening on it lie seconds of migrations: a second run beginning in that time
# must choose another. A lock on a file is given back by the system when its holder ends, however it ends.
_RESERVED: dict[int, IO[str]] = {}


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now (bind-tested as a server would bind it)."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((LOOPBACK, port))
            tried.listen(1)
        except OSError:
            return False
    return True


def reserve(port: int) -> bool:
    """Whether the port is this process's until it ends: another run on this machine will choose another."""
    if port in _RESERVED:
        return True
    folder = Path(tempfile.gettempdir(), "practice-review-exchange-ports")
    folder.mkdir(mode=0o1777, exist_ok=True)
    try:
        held = (folder / str(port)).open("w")
    except PermissionError:  # another user's run has used it
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        return False
    _RESERVED[port] = held
    return True


def choose_port(preferred: int | None = None, *, avoid: Collection[int] = (), patience: float = 0) -> int:
    """Return `preferred` when it is free, else any free port between 15432 and 29999.

    `patience`, in seconds, is how long to wait for `preferred`: after a killed run its processes
    take a moment to go, and addresses should stay the same.
    """
    until = time.monotonic() + patience
    while preferred is not None and preferred not in avoid:
        if is_free(preferred) and reserve(preferred):
            return preferred
        if time.monotonic() >= until:
            break
        time.sleep(0.05)
    for _ in range(500):
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST + 1)
        if port not in avoid and is_free(port) and reserve(port):
            return port
    message = f"No free port was found on {LOOPBACK} between {LOWEST} and {HIGHEST}."
    raise StandaloneError(message)
