"""As much of an S3-compatible store as documents ask of one, on this machine; it checks no signature."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

UPLOAD = "one-upload"


@dataclass
class ObjectStore:
    """Its address and what it holds."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    pieces: dict[str, dict[int, bytes]] = field(default_factory=dict)
    fails: bool = False
    authorised: list[str] = field(default_factory=list)


@contextmanager
def object_store() -> Iterator[ObjectStore]:
    """Run one for a while."""
    held = ObjectStore()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"held": held}))
    held.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    held: ObjectStore
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        content = self._body()
        if self.held.fails:
            self._answer(503)
        elif "partNumber" in self._query():
            self.held.pieces.setdefault(self._key(), {})[int(self._query()["partNumber"][0])] = content
            self._answer(200, headers={"ETag": '"piece"'})
        else:
            self.held.objects[self._key()] = content
            self._answer(200, headers={"ETag": '"whole"'})

    def do_POST(self) -> None:
        self._body()
        key = self._key()
        if self.held.fails:
            self._answer(503)
        elif "uploads" in urlsplit(self.path).query.partition("=")[0]:
            bucket = key.partition("/")[0]
            self._answer(200, _xml("InitiateMultipartUploadResult", Bucket=bucket, Key=key, UploadId=UPLOAD))
        else:
            pieces = self.held.pieces.pop(key)
            self.held.objects[key] = b"".join(pieces[number] for number in sorted(pieces))
            self._answer(200, _xml("CompleteMultipartUploadResult", Key=key, ETag='"whole"'))

    def do_GET(self) -> None:
        content = self.held.objects.get(self._key())
        if self.held.fails or content is None:
            self._answer(503 if self.held.fails else 404)
            return
        first, last = (int(part) for part in self.headers["Range"].removeprefix("bytes=").split("-"))
        part = content[first : last + 1]
        place = f"bytes {first}-{first + len(part) - 1}/{len(content)}"
        self._answer(206, part, {"Content-Range": place, "ETag": '"whole"', "Last-Modified": NOW})

    def _key(self) -> str:
        self.held.authorised.append(self.headers.get("Authorization", ""))
        return urlsplit(self.path).path.lstrip("/")

    def _query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.path).query)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Write nothing."""


NOW = "Mon, 23 Nov 2026 12:00:00 GMT"


def _xml(name: str, **members: str) -> bytes:
    inner = "".join(f"<{key}>{value}</{key}>" for key, value in members.items())
    return f'<?xml version="1.0" encoding="UTF-8"?><{name}>{inner}</{name}>'.encode()
