"""An integrator's endpoint: a real HTTP server on a socket of this machine, which answers what a test wants."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook

Answer = Callable[["Post"], Awaitable[bytes]]


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass(frozen=True)
class Post:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> dict[str, Any]:
        """Read it as an integrator does, with the official library."""
        event: dict[str, Any] = Webhook(secret).verify(self.body, self.headers)
        return event


@dataclass
class Endpoint:
    """What came, and what is answered: `status` always, unless `respond` says otherwise."""

    url: str = ""
    status: int = 204
    respond: Answer | None = None
    posts: list[Post] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    answering: set[asyncio.Task[Any]] = field(default_factory=set)

    async def until(self, count: int) -> None:
        """Wait until so many have come."""
        async with asyncio.timeout(60):
            while len(self.posts) < count:
                self.came.clear()
                await self.came.wait()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.answering.add(task)
        try:
            post = await _read(reader)
            self.posts.append(post)
            self.came.set()
            writer.write(await self.respond(post) if self.respond else answer(self.status))
            await writer.drain()
        except (ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self.answering.discard(task)

    @property
    def types(self) -> list[str]:
        return [post.body.split(b'"type":"', 1)[1].split(b'"', 1)[0].decode() for post in self.posts]

    @property
    def ids(self) -> list[str]:
        return [post.headers["webhook-id"] for post in self.posts]


async def _read(reader: asyncio.StreamReader) -> Post:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers["content-length"]))
    return Post(head[0].split(" ")[1], headers, body)


@asynccontextmanager
async def listening(host: str = "127.0.0.1") -> AsyncIterator[Endpoint]:
    """Open an endpoint."""
    endpoint = Endpoint()
    server = await asyncio.start_server(endpoint.handle, host, 0)
    endpoint.url = f"http://{host}:{server.sockets[0].getsockname()[1]}/events"
    try:
        yield endpoint
    finally:
        server.close()
        for task in list(endpoint.answering):
            task.cancel()
        await asyncio.gather(*endpoint.answering)
