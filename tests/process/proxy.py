"""What stands between a worker and its peer: it hands on, holds back, loses, or answers nonsense."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standalone.ports import LOOPBACK

HOLD_SECONDS = 15
PEER_SECONDS = 10
DRIP = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n" + b" " * 1000
DRIP_SECONDS = 0.1


class Between(Enum):
    """What the proxy does with a request."""

    PASS = "pass"
    HOLD_REQUEST = "hold the request"
    HOLD_ANSWER = "hold the answer"
    LOSE_ANSWER = "lose the answer"
    ANSWER_ITSELF = "answer itself"


class Proxy:
    """Listens on `port` and stands before the service on `peer_port`. What it does may be changed at any time."""

    def __init__(self, port: int, peer_port: int) -> None:
        self.url = f"http://{LOOPBACK}:{port}"
        self.peer_port = peer_port
        self.does = Between.PASS
        self.words = b""  # the whole answer of one that answers itself
        self.dripping = False
        self.held = threading.Event()
        self.let_go = threading.Event()
        self.answers: list[tuple[str, int, bytes]] = []  # message id, status and body of what the peer said
        self._server = _Server(port, self)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def reset(self) -> None:
        """Hand on again, and let go of what is held."""
        self.does = Between.PASS
        self.dripping = False
        self.let_go.set()
        self.answers = []

    @contextmanager
    def holding(self, how: Between) -> Iterator[None]:
        """Hold the next request, or its answer, back while the block runs; `held` is set once one is held."""
        self.held.clear()
        self.let_go.clear()
        self.does = how
        try:
            yield
        finally:
            self.does = Between.PASS
            self.let_go.set()

    def close(self) -> None:
        """Listen no longer."""
        self.reset()
        self._server.shutdown()
        self._server.server_close()

    def hold(self) -> None:
        """Wait until what is held may go, which takes a bounded time."""
        self.held.set()
        self.let_go.wait(HOLD_SECONDS)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, proxy: Proxy) -> None:
        self.proxy = proxy
        super().__init__((LOOPBACK, port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def setup(self) -> None:
        super().setup()
        assert isinstance(self.server, _Server)
        self.proxy = self.server.proxy

    def do_POST(self) -> None:
        self.close_connection = True
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        does = self.proxy.does
        try:
            if does is Between.ANSWER_ITSELF:
                self._say(self.proxy.words, dripping=self.proxy.dripping)
                return
            if does is Between.HOLD_REQUEST:
                self.proxy.hold()
            answer = self._ask_peer(body)
            if does is Between.HOLD_ANSWER:
                self.proxy.hold()
            if does is not Between.LOSE_ANSWER:
                self._say(answer, dripping=False)
        except (OSError, http.client.HTTPException):
            return  # one of the two has gone: the connection is closed, as a real network would

    def _ask_peer(self, body: bytes) -> bytes:
        peer = http.client.HTTPConnection(LOOPBACK, self.proxy.peer_port, timeout=PEER_SECONDS)
        try:
            peer.request("POST", self.path, body, dict(self.headers.items()))
            response = peer.getresponse()
            content = response.read()
        finally:
            peer.close()
        self.proxy.answers.append((self.headers.get("webhook-id", ""), response.status, content))
        lines = [f"HTTP/1.1 {response.status} {response.reason}"]
        lines += [f"{name}: {value}" for name, value in response.getheaders() if name.lower() != "connection"]
        return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + content

    def _say(self, words: bytes, *, dripping: bool) -> None:
        if not dripping:
            self.wfile.write(words)
            return
        for at in range(len(words)):
            if self.proxy.let_go.wait(DRIP_SECONDS if at > 100 else 0):
                return
            self.wfile.write(words[at : at + 1])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the standard library's name
        """Say nothing."""
