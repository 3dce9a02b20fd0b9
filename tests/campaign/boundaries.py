"""Counting every boundary at which a process can die: each SQL statement, each commit, each HTTP send and receive."""

import os
from collections.abc import Callable
from typing import Any

import httpx
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

CRASHED = 137


class Boundaries:
    """Counts them; at the one that was asked for the process is gone at once, as after kill -9."""

    def __init__(self) -> None:
        self.count = 0
        self.crash_at: int | None = None
        self.names: list[str] | None = None

    def begin(self, crash_at: int | None, *, name: bool = False) -> None:
        """Count from one; crash there, if anywhere."""
        self.count, self.crash_at, self.names = 0, crash_at, [] if name else None

    def pass_one(self, name: str) -> None:
        """Pass a boundary."""
        self.count += 1
        if self.names is not None:
            self.names.append(name)
        if self.count == self.crash_at:
            os._exit(CRASHED)

    def watch(self, engine: AsyncEngine, who: str) -> None:
        """Count before and after each statement and each commit of an engine."""

        def before(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            self.pass_one(f"{who}: before {_begin(statement)}")

        def after(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            self.pass_one(f"{who}: after {_begin(statement)}")

        event.listen(engine.sync_engine, "before_cursor_execute", before)
        event.listen(engine.sync_engine, "after_cursor_execute", after)
        dialect: Any = engine.sync_engine.dialect
        commit: Callable[[Any], None] = dialect.do_commit

        def do_commit(connection: Any) -> None:
            self.pass_one(f"{who}: before COMMIT")
            commit(connection)
            self.pass_one(f"{who}: after COMMIT")

        dialect.do_commit = do_commit


def distinct(names: list[str]) -> list[int]:
    """Give the boundaries that differ for anybody but the process itself.

    Between the end of one statement and the beginning of the next on the same engine nothing leaves the process:
    to die at either is the same to the database and to the other side. Of such a pair the first is given.
    """
    given = []
    for at, name in enumerate(names, start=1):
        who, _, what = name.partition(": ")
        former_who, _, former_what = names[at - 2].partition(": ") if at > 1 else ("", "", "")
        if what.startswith("before") and who == former_who and former_what.startswith("after"):
            continue
        given.append(at)
    return given


class CountedWire(httpx.AsyncBaseTransport):
    """Carries requests to the other service in the same process; counts before each send and after each answer."""

    def __init__(self, boundaries: Boundaries, who: str, app: Any) -> None:
        self._boundaries = boundaries
        self._who = who
        self._transport = httpx.ASGITransport(app=app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one."""
        await request.aread()
        self._boundaries.pass_one(f"{self._who}: before POST {request.url.path.rsplit('/', 1)[-1]}")
        response = await self._transport.handle_async_request(request)
        content = await response.aread()
        self._boundaries.pass_one(f"{self._who}: after POST {request.url.path.rsplit('/', 1)[-1]}")
        # As from a socket: a stream, not yet read.
        return httpx.Response(
            response.status_code, headers=response.headers, stream=httpx.ByteStream(content)
        )


def _begin(statement: str) -> str:
    return " ".join(statement.split()[:5])
