"""Calling a service as a user does, from its own host, with a bounded wait; and the history of every call."""

import http.client
import itertools
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.campaign.hosts import Host

CALL_SECONDS = 6.0


@dataclass(frozen=True)
class Answer:
    """What came back; ``body`` is JSON, or None."""

    status: int
    headers: Mapping[str, str]
    body: Any
    raw: bytes

    @property
    def etag(self) -> str:
        """Its ETag, which it must have."""
        return self.headers["etag"]

    @property
    def code(self) -> str:
        """The problem's name, if it is one."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""


@dataclass(frozen=True)
class Person:
    """Somebody with a key of a service."""

    host: Host
    port: int
    name: str
    key: str = field(repr=False)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Call once. Raises OSError or http.client.HTTPException where no answer came: the outcome is unknown."""
        content = None if body is None else json.dumps(body).encode()
        sent = {
            "Authorization": f"Bearer {self.key}",
            "Access-Purpose": "campaign",
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=CALL_SECONDS)
        with self.host.inside():
            connection.connect()
        try:
            connection.request(method, path, content, sent)
            response = connection.getresponse()
            raw = response.read()
        finally:
            connection.close()
        names = {name.lower(): value for name, value in response.getheaders()}
        is_json = "json" in names.get("content-type", "")
        return Answer(response.status, names, json.loads(raw) if raw and is_json else None, raw)


class History:
    """What was asked and what came of it, a line each, only ever added to: invoke, ok, fail, info (unknown)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self.counts = {"invoke": 0, "ok": 0, "fail": 0, "info": 0}
        self.open: set[int] = set()  # invoked, and neither answered nor settled yet
        self.problems: list[
            bytes
        ] = []  # every refusal's words, which are searched for what must not be there

    def invoke(self, what: str, who: str) -> int:
        """Write that something is asked; give its number."""
        number = next(self._numbers)
        self.open.add(number)
        self._write(number, "invoke", what=what, who=who)
        return number

    def ok(self, number: int, status: int) -> None:
        """Write that it was acknowledged."""
        self.open.discard(number)
        self._write(number, "ok", status=status)

    def fail(self, number: int, status: int, code: str) -> None:
        """Write that it was refused: it has no effect."""
        self.open.discard(number)
        self._write(number, "fail", status=status, code=code)

    def info(self, number: int, why: str) -> None:
        """Write that nobody knows whether it took effect."""
        self._write(number, "info", why=why)

    def close(self) -> None:
        """Write no more."""
        self._file.close()

    def _write(self, number: int, kind: str, **more: Any) -> None:
        with self._lock:
            self.counts[kind] += 1
            line = {"n": number, "at": round(time.time(), 3), "is": kind, **more}
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
