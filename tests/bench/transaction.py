"""The SQL of one request, taken from the running application, as a script for pgbench."""

import logging
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import event

from tests.support.databases import settings_for
from tests.support.services import Caller, running

PARAMETER = re.compile(r"\$(\d+)")
# Ordered as the service's own ids are (UUIDv7), and different in each transaction of a run.
FRESH_ID = "('00000000-0000-7000-8000-' || lpad(to_hex(:n::bigint * 16 + {place}), 12, '0'))"


@dataclass(frozen=True)
class Statement:
    """A statement as it went to the driver."""

    sql: str
    values: Sequence[Any]


@dataclass(frozen=True)
class Script:
    """pgbench's script and its variables: the values travel as parameters, as they do in the service."""

    text: str
    variables: Mapping[str, str]
    statements: int


async def record_script(urls: Any, incident: dict[str, Any]) -> Script:
    """Send the same request twice to the application; what differs between the two is made anew each time."""
    recorded: list[Statement] = []
    async with _office(urls, recorded) as office:
        runs: list[list[Statement]] = []
        for _ in range(3):  # the first one also loads what later ones find loaded
            recorded.clear()
            answer = await office.post("/v1/cases", {"incident": incident})
            assert answer.status_code == 201, answer.status_code
            runs.append(list(recorded))
    return make_script(runs[-2], runs[-1])


def make_script(former: Sequence[Statement], latter: Sequence[Statement]) -> Script:
    """Write the script of ``latter``; an id or key that stood otherwise in ``former`` is a fresh one each time."""
    fresh: dict[str, int] = {}
    variables: dict[str, str] = {}
    lines = [r"\set counter :counter + 1", r"\set n (:base + :counter) * 64 + :client_id", "BEGIN;"]
    for number, (before, now) in enumerate(zip(former, latter, strict=True)):

        def put(match: re.Match[str], number: int = number, before: Any = before, now: Any = now) -> str:
            place = int(match[1]) - 1
            value = now.values[place]
            if value is None:
                return "NULL"
            if value != before.values[place] and _is_id(value):
                return FRESH_ID.format(place=fresh.setdefault(str(value), len(fresh)))
            name = f"p{number}_{place}"
            variables[name] = _text(value)
            return f":{name}"

        lines.append(PARAMETER.sub(put, now.sql.strip()) + ";")
    return Script("\n".join([*lines, "COMMIT;"]) + "\n", variables, len(latter))


@asynccontextmanager
async def _office(urls: Any, recorded: list[Statement]) -> AsyncIterator[Caller]:
    # The application's log lines would stand among the tables.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    async with running("local", urls, settings_for("local", urls)) as service:
        engine = service.app.state.database.engine.sync_engine

        @event.listens_for(engine, "before_cursor_execute")
        def record(
            _connection: Any, _cursor: Any, sql: str, values: Any, _context: Any, executemany: bool
        ) -> None:
            rows = values if executemany else [values]
            recorded.extend(Statement(sql, tuple(row)) for row in rows)

        yield await service.caller("partnership_office", organisation=f"bench-{uuid4().hex[:8]}")


def _is_id(value: Any) -> bool:
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return value.isoformat() if isinstance(value, date) else str(value)
