"""Calling the two services as their users do: over HTTP, each with a key of its own."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

TIMEOUT_SECONDS = 30
# No proxy of the environment stands between the demonstration and its own loopback addresses.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Answer:
    status: int
    etag: str | None
    body: Any


class CallRefused(Exception):
    """A service answered otherwise than the demonstration expects; the message holds its problem document."""

    def __init__(self, method: str, path: str, answer: Answer) -> None:
        super().__init__(f"{method} {path} was answered {answer.status}: {json.dumps(answer.body)}")
        self.answer = answer


@dataclass(frozen=True)
class Person:
    """Somebody of an organisation, with the role whose key is used."""

    url: str
    role: str
    key: str

    def get(self, path: str) -> Answer:
        """Read; the answer must be 200."""
        return self.call("GET", path)

    def post(self, path: str, body: Any = None, *, etag: str | None = None) -> Answer:
        """Create or send, once."""
        headers = {"Idempotency-Key": str(uuid4()), **({"If-Match": etag} if etag else {})}
        return self.call("POST", path, body if body is not None else {}, headers)

    def put(self, path: str, body: Any, *, etag: str | None = None) -> Answer:
        """Record as a whole."""
        return self.call("PUT", path, body, {"If-Match": etag} if etag else {})

    def patch(self, path: str, body: Any, *, etag: str) -> Answer:
        """Change a part."""
        return self.call("PATCH", path, body, {"If-Match": etag})

    def upload(self, path: str, content: bytes, media_type: str) -> Answer:
        """Send bytes as they are."""
        headers = {"Idempotency-Key": str(uuid4()), "Content-Type": media_type}
        return self._send("POST", path, content, headers)

    def call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Call and give the answer. Raises ``CallRefused`` for anything but 2xx."""
        content = None if body is None else json.dumps(body).encode()
        return self._send(method, path, content, {"Content-Type": "application/json", **(headers or {})})

    def _send(self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> Answer:
        request = urllib.request.Request(  # noqa: S310 -- the address is the runner's own
            self.url + path,
            data=content,
            method=method,
            headers={
                "Authorization": f"Bearer {self.key}",
                "Access-Purpose": "demonstration",
                **headers,
            },
        )
        try:
            with OPENER.open(request, timeout=TIMEOUT_SECONDS) as response:
                return _answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            raise CallRefused(method, path, _answer(error.code, error.headers, error.read())) from None


def _answer(status: int, headers: Any, content: bytes) -> Answer:
    return Answer(status, headers.get("ETag"), json.loads(content) if content else None)
