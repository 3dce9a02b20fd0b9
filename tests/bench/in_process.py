"""What one request costs the service's own process, without a server or a client beside it, and where it goes."""

import asyncio
import cProfile
import json
import logging
import pstats
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import structlog
import typer
from starlette.types import ASGIApp, Message

from service_kit.app import framed
from standalone.incident import serious_incident
from standalone.postgres import EmbeddedCluster
from tests.support.databases import TestServer, settings_for
from tests.support.services import running

REQUESTS, WARM_UP = 300, 30
Request = Callable[[], Awaitable[None]]


def main(
    *,
    rounds: Annotated[int, typer.Option(min=1, max=50)] = 3,
    profile: Annotated[bool, typer.Option("--profile", help="Then show where the time goes.")] = False,
) -> None:
    """Record cases one after the other, straight through the application; print CPU microseconds a request."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory(prefix="practice-review-bench-") as folder:
        cluster = EmbeddedCluster(Path(folder))
        try:
            cluster.start(fsync=False)
            asyncio.run(_measure(cluster, rounds, profile=profile))
        finally:
            cluster.remove()


async def _measure(cluster: EmbeddedCluster, rounds: int, *, profile: bool) -> None:
    server = TestServer(cluster)
    await server.prepare()
    urls = server.urls["local"]
    async with running("local", urls, settings_for("local", urls)) as service:
        office = await service.caller("partnership_office")
        request = _creating(framed(service.app), office.key)
        await _repeat(request, WARM_UP)
        costs = [await _cpu_us(request) for _ in range(rounds)]
        typer.echo(f"{statistics.median(costs):,.0f} (rounds: {', '.join(f'{cost:,.0f}' for cost in costs)})")
        if profile:
            with cProfile.Profile() as profiler:
                await _repeat(request, REQUESTS)
            pstats.Stats(profiler).sort_stats("cumulative").print_stats(80)


def _creating(app: ASGIApp, key: str) -> Request:
    body = json.dumps({"incident": serious_incident(datetime.now(UTC))}).encode()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def request() -> None:
        answers: list[Message] = []

        async def send(message: Message) -> None:
            answers.append(message)

        headers = {
            "authorization": f"Bearer {key}",
            "content-type": "application/json",
            "content-length": str(len(body)),
            "idempotency-key": str(uuid4()),
        }
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/v1/cases",
            "raw_path": b"/v1/cases",
            "root_path": "",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        await app(scope, receive, send)
        assert answers[0]["status"] == 201, answers[0]["status"]

    return request


async def _cpu_us(request: Request) -> float:
    started = time.process_time()
    await _repeat(request, REQUESTS)
    return (time.process_time() - started) / REQUESTS * 1e6


async def _repeat(request: Request, times: int) -> None:
    for _ in range(times):
        await request()


if __name__ == "__main__":
    typer.run(main)
