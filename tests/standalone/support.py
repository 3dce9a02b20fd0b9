import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg

from standalone.postmaster import is_alive

# A server of the standard library: 200 on every path, and a line of output for each request.
ANSWERING = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def wait_until(condition: Callable[[], bool], seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def has_gone(pid: int) -> bool:
    return not is_alive(pid)


def start_python(code: str, *arguments: str) -> subprocess.Popen[str]:
    """A Python process of ours that writes to a pipe."""
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def environment() -> dict[str, str]:
    return dict(os.environ)


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def connect(url: str) -> asyncpg.Connection:
    """Connect by a SQLAlchemy URL."""
    return await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql", 1), ssl=False)
