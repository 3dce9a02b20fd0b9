import secrets
import socket
import time
from collections.abc import Collection

from standalone.errors import StandaloneError

# Below 32768, where operating systems begin to hand out ports of their own accord to outgoing connections.
LOWEST, HIGHEST = 15432, 29999
LOOPBACK = "127.0.0.1"


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


def choose_port(preferred: int | None = None, *, avoid: Collection[int] = (), patience: float = 0) -> int:
    """Return `preferred` when it is free, else any free port between 15432 and 29999.

    `patience`, in seconds, is how long to wait for `preferred`: after a killed run its processes
    take a moment to go, and addresses should stay the same.
    """
    until = time.monotonic() + patience
    while preferred is not None and preferred not in avoid:
        if is_free(preferred):
            return preferred
        if time.monotonic() >= until:
            break
        time.sleep(0.05)
    for _ in range(500):
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST + 1)
        if port not in avoid and is_free(port):
            return port
    message = f"No free port was found on {LOOPBACK} between {LOWEST} and {HIGHEST}."
    raise StandaloneError(message)
