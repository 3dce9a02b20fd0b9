"""One plain ASGI middleware: ids, limits, headers every answer carries, one log line, and the second try."""

import re
import time
from collections.abc import Mapping
from uuid import UUID

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service_kit.db import is_retryable
from service_kit.exchange.message_ids import read_message_id
from service_kit.ids import new_id
from service_kit.logs import where_raised
from service_kit.problems import ApiProblem, unavailable

log = structlog.get_logger(__name__)

TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
TRIES = 3
# Probes come every few seconds and say nothing.
UNLOGGED_PATHS = frozenset({"/livez", "/readyz"})
# Every answer may hold data about a child, the refusals included: nothing may keep one.
SAFETY_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]


class RequestFrame:
    """Stand around the whole application; costs one object a request."""

    def __init__(
        self, app: ASGIApp, *, body_limit: int, streamed: Mapping[tuple[str, str], int] | None = None
    ) -> None:
        """``streamed`` names operations by method and path that read a larger body as it comes, each with its limit."""
        self.app = app
        self.body_limit = body_limit
        self.streamed = streamed or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await _Exchange(self, scope, receive, send).serve()


class _Exchange:
    def __init__(self, frame: RequestFrame, scope: Scope, receive: Receive, send: Send) -> None:
        self.frame, self.scope, self._receive, self._send = frame, scope, receive, send
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        self.request_id = _uuid_or_new(headers.get(b"x-request-id"))
        self.correlation_id = _uuid_or_new(headers.get(b"x-correlation-id"), self.request_id)
        traceparent = headers.get(b"traceparent", "")
        self.state = {
            "request_id": self.request_id,
            "correlation_id": self.correlation_id,
            "traceparent": traceparent if TRACEPARENT.fullmatch(traceparent) else None,
        }
        self.headers = headers
        self.status = 0
        self.body = bytearray()
        self.body_read = False
        self.inner_scope = scope
        streamed = frame.streamed.get((scope["method"], scope["path"]))
        self.is_streamed = streamed is not None
        self.body_limit = frame.body_limit if streamed is None else streamed

    async def serve(self) -> None:
        started = time.perf_counter()
        try:
            refusal = self._refuse_early()
            if refusal is None:
                await self._try_again()
            else:
                await self._answer(refusal)
        finally:
            self._log(started)

    def _refuse_early(self) -> ApiProblem | None:
        if self.headers.get(b"content-encoding"):
            return self._refusal("unsupported-media-type")
        length = self.headers.get(b"content-length", "0")
        if not length.isdecimal() or int(length) > self.body_limit:
            return self._refusal("body-too-large")
        return None

    def _refusal(self, name: str) -> ApiProblem:
        # On a link only a problem that repeats the message's id is about the message.
        return ApiProblem(name, message_id=read_message_id(self.headers.get(b"webhook-id")))

    async def _try_again(self) -> None:
        # A deadlock or a connection found dead undoes the whole request, so the whole request is done again.
        for attempt in range(1, TRIES + 1):
            # Routing writes into the scope, so each try gets a copy of its own.
            scope = {**self.scope, "state": {**self.scope.get("state", {}), **self.state}}
            self.inner_scope = scope
            self._replayed = False
            try:
                await self.frame.app(scope, self._receive_body, self._send_framed)
            except Exception as error:
                if self.status:
                    raise
                if is_retryable(error) and attempt < TRIES and not self.is_streamed:
                    continue
                await self._answer(self._unexpected(error))
            return

    def _unexpected(self, error: Exception) -> ApiProblem:
        if is_retryable(error):
            return unavailable()
        # The words of an exception may hold data about people: its class and place find it in the source.
        log.error(
            "unexpected_error",
            request_id=self.request_id,
            error=type(error).__name__,
            where=where_raised(error),
        )
        return ApiProblem("internal-error")

    async def _receive_body(self) -> Message:
        if self.is_streamed:
            # Nothing of it is kept, so the request is not done a second time; the route holds it to its limit.
            return await self._receive()
        if self.body_read:
            if self._replayed:
                return await self._receive()
            self._replayed = True
            return {"type": "http.request", "body": bytes(self.body), "more_body": False}
        message = await self._receive()
        if message["type"] == "http.request":
            self.body += message.get("body", b"")
            if len(self.body) > self.body_limit:
                # Of this class, because the framework takes any other for a body it cannot parse.
                raise self._refusal("body-too-large")
            if not message.get("more_body", False):
                self.body_read = True
                self._replayed = True
        return message

    async def _send_framed(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [
                *(pair for pair in message.get("headers", []) if pair[0] != b"cache-control"),
                *SAFETY_HEADERS,
                (b"x-request-id", self.request_id.encode()),
                (b"x-correlation-id", self.correlation_id.encode()),
            ]
        await self._send(message)

    async def _answer(self, problem: ApiProblem) -> None:
        await problem.response(self.request_id)(self.scope, self._receive, self._send_framed)

    def _log(self, started: float) -> None:
        if self.scope["path"] in UNLOGGED_PATHS:
            return
        log.info(
            "request",
            request_id=self.request_id,
            correlation_id=self.correlation_id,
            method=self.scope["method"],
            route=route_template(self.inner_scope),
            status=self.status,
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
        )


def route_template(scope: Scope) -> str | None:
    """Give the matched path with its parameters' names, so that no value of a path is written down.

    ``None`` where nothing matched: such a path may hold anything.
    """
    if "endpoint" not in scope:
        return None
    names = {str(value): name for name, value in scope.get("path_params", {}).items()}
    # Segment by segment: a value may also be a part of another value, or of the path's own words.
    segments: list[str] = scope["path"].split("/")
    return "/".join(f"{{{names[segment]}}}" if segment in names else segment for segment in segments)


def _uuid_or_new(value: str | None, otherwise: str | None = None) -> str:
    # An id that is no UUID could carry anything, so it is replaced.
    try:
        return str(UUID(value)) if value else otherwise or str(new_id())
    except ValueError:
        return otherwise or str(new_id())
