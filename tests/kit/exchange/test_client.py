"""The client against real sockets of this machine: slow, broken, endless and cunning servers."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from service_kit.exchange.addresses import LOOPBACK
from service_kit.exchange.answers import Answer
from service_kit.exchange.client import ExchangeClient, NoAnswer, is_allowed
from shared_schemas.exchange.limits import ANSWER_READ_MAX_BYTES

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[str]:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await serve(reader, writer)
        except (ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()


def answering(head: str, body: bytes = b"") -> Serve:
    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        await writer.drain()

    return serve


@asynccontextmanager
async def client(seconds: float = 2) -> AsyncIterator[ExchangeClient]:
    made = ExchangeClient(attempt_seconds=seconds)
    yield made
    await made.close()


async def post(made: ExchangeClient, url: str, *networks: str) -> Answer:
    return await made.post(
        url, "/messages", b"{}", {"webhook-id": "x"}, allowed_networks=networks or LOOPBACK
    )


async def failure(serve: Serve, seconds: float = 2) -> str:
    async with serving(serve) as url, client(seconds) as made:
        with pytest.raises(NoAnswer) as fault:
            await post(made, url)
        return fault.value.kind


async def test_an_answer_comes_with_its_headers_in_lower_case() -> None:
    serve = answering("HTTP/1.1 503 Busy\nRetry-After: 7\nContent-Length: 2", b"no")
    async with serving(serve) as url, client() as made:
        answer = await post(made, url)
    assert (answer.status, answer.headers["retry-after"], answer.body) == (503, "7", b"no")


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    serve = answering("HTTP/1.1 307 Elsewhere\nLocation: http://127.0.0.1:9/\nContent-Length: 0")
    async with serving(serve) as url, client() as made:
        assert (await post(made, url)).status == 307


async def test_an_endless_answer_is_read_to_the_bound_and_judged_by_its_status() -> None:
    async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    async with serving(endless) as url, client() as made:
        answer = await post(made, url)
    assert (answer.status, len(answer.body)) == (200, ANSWER_READ_MAX_BYTES)


async def test_a_dripping_answer_ends_with_the_attempts_time() -> None:
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    assert await failure(drip, 0.4) == "timeout"


async def test_silence_ends_with_the_attempts_time() -> None:
    async def silence(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1)

    assert await failure(silence, 0.3) == "timeout"


async def test_what_is_no_http_is_no_answer() -> None:
    assert await failure(answering("SSH-2.0-x")) == "connection_broken"


async def test_nobody_listening_is_no_answer() -> None:
    async with serving(answering("HTTP/1.1 200 OK")) as url:
        pass
    async with client() as made:
        with pytest.raises(NoAnswer) as fault:
            await post(made, url)
    assert fault.value.kind == "no_connection"


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    serve = answering("HTTP/1.1 200 OK\nContent-Length: 0")
    async with serving(serve) as url, client() as made:
        assert (await post(made, url)).status == 200


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://panel.example/v1", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("http://localhost:8000", True),
        ("http://panel.example", False),
        ("http://10.0.0.1", False),
        ("http://127.0.0.1.example", False),
        ("http://localhost.example", False),
        ("ftp://127.0.0.1", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("", False),
        ("http://[", False),
    ],
)
async def test_only_https_or_this_machine(url: str, allowed: bool) -> None:
    assert is_allowed(url) is allowed
    if not allowed:
        async with client() as made:
            with pytest.raises(NoAnswer, match="address_refused"):
                await post(made, url)


class Looked:
    """Notes which modules are looked for on the disk, and finds none."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(self, name: str, *_: object) -> None:
        self.names.append(name)


async def test_no_request_looks_for_a_module_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Looked()
    async with serving(answering("HTTP/1.1 201 Created\nContent-Length: 2", b"{}")) as url, client() as made:
        await post(made, url)
        monkeypatch.setattr(sys, "meta_path", [looked, *sys.meta_path])
        await post(made, url)
    assert looked.names == []
