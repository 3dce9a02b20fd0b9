"""What stands between a service and its counterpart: it hands on, or does what networks and strangers do."""

import contextlib
import http.client
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.campaign.hosts import Host

LOOPBACK = "127.0.0.1"
HANG_SECONDS = 6.0  # past an attempt's time, which the campaign sets to three seconds
SLOW_SECONDS = 2.0  # just within it
LATE_SECONDS = 4.0  # just past it: the answer comes when nobody waits
PEER_SECONDS = 10.0
KEPT = 400
HTML = b"<html><body>Sign in to this network</body></html>"


class Mode(Enum):
    """What it does with each request."""

    PASS = "pass"
    REFUSE = "refuse"
    RESET = "reset"
    HANG = "hang"
    CUT = "cut mid-answer"
    GARBAGE = "garbage"
    PAGE = "200 with a page"
    REDIRECT = "redirect"
    DRIP = "drip"
    SLOW = "slow"
    LATE = "late"
    LOSE_ANSWER = "lost reply"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    SAY_503 = "503 + Retry-After"
    SAY_500 = "500"
    SAY_401 = "401"
    SAY_404 = "404"
    SAY_409 = "409"
    SAY_410 = "410"
    SAY_413 = "413"
    SAY_422 = "422"
    SAY_429 = "429"


# These stand for a proxy or a captive portal: none is the counterpart's own word.
SAID = {
    Mode.GARBAGE: b"\x00\xffSSH-2.0-nope\r\n\r\n",
    Mode.PAGE: b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + HTML,
    Mode.REDIRECT: b"HTTP/1.1 307 x\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
    Mode.SAY_503: b"HTTP/1.1 503 x\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
    Mode.SAY_429: b"HTTP/1.1 429 x\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
    **{
        mode: f"HTTP/1.1 {mode.value} x\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n".encode() + HTML
        for mode in (
            Mode.SAY_500, Mode.SAY_401, Mode.SAY_404, Mode.SAY_409, Mode.SAY_410, Mode.SAY_413, Mode.SAY_422,
        )
    },
}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """One that came by, as it was."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What the peer answered to it."""

    status: int
    body: bytes


class Gateway:
    """Listens on its host's loopback and stands before one service, which is on another host."""

    def __init__(self, host: Host, port: int, peer_address: str, peer_port: int) -> None:
        self.host = host
        self.port = port
        self.peer = (peer_address, peer_port)
        self.url = f"http://{LOOPBACK}:{port}"
        self.mode = Mode.PASS
        self.requests: deque[Request] = deque(maxlen=KEPT)
        self.replies: deque[tuple[str, Reply]] = deque(maxlen=KEPT)  # message id and reply
        self.came = 0
        self.before_answer: Callable[[], None] | None = None  # called once, when the request was sent on
        self._turn = threading.Lock()
        self._held = threading.Event()
        self._overtaken = threading.Event()
        self._server: _Server | None = None
        self.open()

    def set(self, mode: Mode) -> None:
        """Do this from now on."""
        self.mode = mode
        if mode is Mode.REFUSE:
            self.close()
        else:
            self.open()

    def heal(self) -> None:
        """Hand on again."""
        self.before_answer = None
        self._overtaken.set()
        self.set(Mode.PASS)

    def open(self) -> None:
        """Listen."""
        if self._server is None:
            with self.host.inside():
                self._server = _Server(self.port, self)
                threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Listen no longer."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def ask_peer(self, request: Request) -> tuple[Reply, bytes]:
        """Hand a request on; give the reply, and its bytes as they go back."""
        with self.host.inside():
            peer = http.client.HTTPConnection(*self.peer, timeout=PEER_SECONDS)
            peer.connect()
        try:
            peer.request("POST", request.path, request.body, request.headers)
            hook, self.before_answer = self.before_answer, None
            if hook is not None:
                hook()
            response = peer.getresponse()
            content = response.read()
        finally:
            peer.close()
        reply = Reply(response.status, content)
        self.replies.append((request.headers.get("webhook-id", ""), reply))
        lines = [f"HTTP/1.1 {response.status} {response.reason}"]
        lines += [f"{name}: {value}" for name, value in response.getheaders() if name.lower() != "connection"]
        return reply, "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + content

    def wait_for_another(self) -> None:
        """Hold a request until another has overtaken it; every second one goes at once."""
        with self._turn:
            first = not self._held.is_set()
            if first:
                self._overtaken.clear()
                self._held.set()
            else:
                self._held.clear()
        if first:
            self._overtaken.wait(SLOW_SECONDS)
            self._held.clear()

    def overtake(self) -> None:
        """Let go of the one that is held."""
        self._overtaken.set()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, port: int, gateway: Gateway) -> None:
        self.gateway = gateway
        super().__init__((LOOPBACK, port), _Handler)

    def handle_error(self, _request: object, _client_address: object) -> None:
        """Say nothing: connections break here on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    gateway: Gateway
    timeout = 20

    def setup(self) -> None:
        super().setup()
        assert isinstance(self.server, _Server)
        self.gateway = self.server.gateway

    def do_POST(self) -> None:
        self.close_connection = True
        self.gateway.came += 1
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        request = Request(self.path, dict(self.headers.items()), body)
        self.gateway.requests.append(request)
        with contextlib.suppress(OSError, http.client.HTTPException):
            # One of the two has gone: the connection is closed, as a real network would.
            self._treat(request, self.gateway.mode)

    def _treat(self, request: Request, mode: Mode) -> None:
        if mode in SAID:
            self.wfile.write(SAID[mode])
        elif mode is Mode.RESET or mode is Mode.REFUSE:
            self._reset()
        elif mode is Mode.HANG:
            time.sleep(HANG_SECONDS)
        elif mode is Mode.LATE:
            time.sleep(LATE_SECONDS)
            self.wfile.write(self.gateway.ask_peer(request)[1])
        else:
            self._hand_on(request, mode)

    def _hand_on(self, request: Request, mode: Mode) -> None:
        if mode is Mode.SLOW:
            time.sleep(SLOW_SECONDS)
        if mode is Mode.REORDER:
            self.gateway.wait_for_another()
        if mode is Mode.DUPLICATE:
            self.gateway.ask_peer(request)
        _, answer = self.gateway.ask_peer(request)
        self.gateway.overtake()
        if mode is Mode.LOSE_ANSWER:
            self._reset()
        elif mode is Mode.CUT:
            self.wfile.write(answer[: len(answer) // 2])
        elif mode is Mode.DRIP:
            self._drip(answer)
        else:
            self.wfile.write(answer)

    def _drip(self, answer: bytes) -> None:
        until = time.monotonic() + HANG_SECONDS
        for at in range(len(answer)):
            if time.monotonic() > until:
                return
            self.wfile.write(answer[at : at + 1])
            self.wfile.flush()
            time.sleep(0.05)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the standard library's name
        """Say nothing."""
