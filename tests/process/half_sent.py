import json
import socket
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

from standalone.callers import Person


class HalfSentRequest:
    """A POST whose second half stays back until told: the service has begun with it and waits."""

    def __init__(self, person: Person, path: str, body: Any) -> None:
        content = json.dumps(body).encode()
        half = len(content) // 2
        parts = urlsplit(person.url)
        lines = [
            f"POST {path} HTTP/1.1",
            f"Host: {parts.netloc}",
            f"Authorization: Bearer {person.key}",
            "Content-Type: application/json",
            f"Content-Length: {len(content)}",
            f"Idempotency-Key: {uuid4()}",
            "Connection: close",
        ]
        self._rest = content[half:]
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20)
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode() + content[:half])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def send_the_rest(self) -> None:
        """Send what stayed back."""
        self._socket.sendall(self._rest)

    def status(self) -> int:
        """Read the answer's status."""
        with self._socket.makefile("rb") as answer:
            return int(answer.readline().split()[1])
