"""Running the two processes of a service: its API, and its worker, which answers health questions alone."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import NoReturn

import structlog
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp
from uvicorn.config import STARTUP_FAILURE

from service_kit import health
from service_kit.db import Database
from service_kit.logs import configure_logging, where_raised

log = structlog.get_logger(__name__)

Schedule = Callable[[asyncio.Event], Awaitable[None]]
GRACE_SECONDS = 25


def serve(app: ASGIApp, *, service: str, process: str, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT: stop taking requests, finish those in flight, exit."""
    configure_logging(service, process)
    # What start-up made lives as long as the process: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    listening = _listen(host, port)
    # uvicorn raises the signal once more when all is finished; by default that would end the process as if killed.
    signal.signal(signal.SIGTERM, _exit_in_order)
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=GRACE_SECONDS,
        lifespan="on",
        h11_max_incomplete_event_size=16_384,
    )
    server = uvicorn.Server(config)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listening])
    if not server.started:
        raise SystemExit(STARTUP_FAILURE)


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        message = f"Cannot listen on {host}, port {port}: {reason}. Name a free one with --host and --port."
        raise SystemExit(message) from error


def _exit_in_order(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(0)


def make_worker_app(database: Database, expected_revision: str, schedules: Sequence[Schedule]) -> FastAPI:
    """Make the worker: its schedules run while it lives; two workers at once are safe, every schedule claims by lease."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        stop = asyncio.Event()
        tasks = [asyncio.create_task(_keep_running(schedule, stop)) for schedule in schedules]
        yield
        app.state.draining = True
        stop.set()
        await asyncio.wait(tasks, timeout=GRACE_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await database.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    app.state.database = database
    app.state.expected_revision = expected_revision
    app.state.draining = False
    app.include_router(health.router)
    return app


async def _keep_running(schedule: Schedule, stop: asyncio.Event) -> None:
    # A schedule ends only when asked to. Whatever else ends it (the database away) is logged, and it begins again.
    while not stop.is_set():
        try:
            await schedule(stop)
        except Exception as error:  # noqa: BLE001 -- nothing may end the worker but being asked to
            name = getattr(schedule, "__qualname__", type(schedule).__name__)
            log.error("schedule_failed", schedule=name, error=type(error).__name__, where=where_raised(error))
            await _sleep(1, stop)


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
