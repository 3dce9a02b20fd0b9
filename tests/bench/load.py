"""The load: a plain HTTP/1.1 keep-alive client in a process of its own, so that it is not what is measured.

It reads one ``Load`` as JSON from standard input and writes one ``Drawn`` as JSON to standard output.
"""

import asyncio
import dataclasses
import itertools
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

LONGEST_SECONDS = 120.0
END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True)
class Load:
    """``count`` equal requests over ``connections``, spread evenly over ``ports``; each answer must be ``status``."""

    ports: Sequence[int]
    method: str
    path: str
    count: int
    connections: int
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    key_prefix: str | None = None  # each request gets an Idempotency-Key of its own that begins so

    def request(self, number: int) -> bytes:
        """Give the bytes of one request."""
        headers = {
            "Host": "127.0.0.1",
            "Content-Length": str(len(self.body.encode())),
            **self.headers,
            **({"Idempotency-Key": f"{self.key_prefix}{number:012d}"} if self.key_prefix else {}),
        }
        head = "\r\n".join(
            [f"{self.method} {self.path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
        )
        return f"{head}\r\n\r\n{self.body}".encode()


@dataclass(frozen=True)
class Drawn:
    """How long all of it took, and each answer, in seconds."""

    seconds: float
    latencies: list[float]


class UnexpectedAnswer(Exception):
    """An answer had another status than the load asks for."""


class _Connection(asyncio.Protocol):
    def __init__(self, load: Load, numbers: "itertools.count[int]", latencies: list[float]) -> None:
        self._load, self._numbers, self._latencies = load, numbers, latencies
        self._buffer = bytearray()
        self._started = 0.0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A TCP transport, whatever its class: uvloop's is not registered as one.
        self._transport = cast("asyncio.Transport", transport)
        self._send_next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head_ends = self._buffer.find(END_OF_HEAD)
        if head_ends < 0:
            return
        head = bytes(self._buffer[:head_ends]).lower()
        length = int(head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
        if len(self._buffer) < head_ends + len(END_OF_HEAD) + length:
            return
        self._latencies.append(time.perf_counter() - self._started)
        status = int(head.split(b" ", 2)[1])
        if status != self._load.status:
            self._end(UnexpectedAnswer(f"{status} {bytes(self._buffer[head_ends:]).decode().strip()}"))
            return
        self._buffer.clear()
        self._send_next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or ConnectionError("The connection was closed in the middle of the load."))

    def _send_next(self) -> None:
        number = next(self._numbers)
        if number >= self._load.count:
            self._end(None)
            return
        self._started = time.perf_counter()
        self._transport.write(self._load.request(number))

    def _end(self, error: Exception | None) -> None:
        if self.ended.done():
            return
        if error is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(error)
        self._transport.close()


async def draw(load: Load) -> Drawn:
    """Send the load and check each answer. Raises ``UnexpectedAnswer``, ``OSError`` or ``TimeoutError``."""
    loop = asyncio.get_running_loop()
    numbers, latencies = itertools.count(), list[float]()
    ports = itertools.cycle(load.ports)
    started = time.perf_counter()
    async with asyncio.timeout(LONGEST_SECONDS):
        connections = [
            (
                await loop.create_connection(
                    lambda: _Connection(load, numbers, latencies), "127.0.0.1", next(ports)
                )
            )[1]
            for _ in range(load.connections)
        ]
        await asyncio.gather(*(connection.ended for connection in connections))
    return Drawn(time.perf_counter() - started, latencies)


def main() -> None:
    """Draw the load that standard input describes."""
    import uvloop

    load = Load(**json.load(sys.stdin))
    drawn = uvloop.run(draw(load))
    json.dump(dataclasses.asdict(drawn), sys.stdout)


if __name__ == "__main__":
    main()
