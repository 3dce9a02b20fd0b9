"""Crashes one after another: each in a process forked from this one, which has gone through the journey before.

Run as `python -m tests.campaign.crash_slot`, with its work as JSON on standard input; a line of JSON for each result.
"""

import asyncio
import functools
import gc
import json
import os
import random
import sys
import traceback
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg
from sqlalchemy import event

from service_kit.logs import configure_logging
from standalone.roles import RoleUrls
from tests.campaign.boundaries import CRASHED, Boundaries, distinct
from tests.campaign.crash_check import compare, pass_time, what_is_held
from tests.campaign.crash_sides import Journey, Prepared, make_sides, prepare_databases

Work = Callable[[], Coroutine[Any, Any, dict[str, Any]]]
SLOTS = 2
STANDARD_OUTPUT = 1


class Slot:
    """Both services made ready before the fork, and two databases, which a forked slot chooses anew."""

    def __init__(self, work: dict[str, Any]) -> None:
        self.superusers: dict[str, str] = work["superusers"]  # each template's URL
        self.urls = {service: RoleUrls(**urls) for service, urls in work["urls"].items()}
        self.boundaries = Boundaries()
        self.sides = make_sides(self.urls, self.boundaries)
        self.suffix = ""
        self.prepared: Prepared | None = None
        self.wanted: dict[str, Any] = {}
        for service, side in self.sides.items():
            for engine in (side.app.state.database.engine, side.worker.engine):
                event.listen(engine.sync_engine, "do_connect", self._redirect(service))

    @property
    def seen(self) -> dict[str, str]:
        """Each database's URL, as the superuser."""
        return {service: url + self.suffix for service, url in self.superusers.items()}

    async def begin(self) -> list[str]:
        """Prepare the templates, and go through once without a crash: give every boundary's name."""
        self.prepared = await prepare_databases(self.sides)
        await self._close()
        self.suffix = "_0"
        await self._make_afresh()
        self.boundaries.begin(None, name=True)
        await Journey(self.sides, self.prepared, None).go()
        names = self.boundaries.names or []
        self.wanted = await what_is_held(self.seen)
        await self._close()
        return names

    def crash(self, boundary: int) -> dict[str, Any]:
        """Crash there, begin again with the same keys, and compare."""
        prepared = self.prepared
        assert prepared is not None

        async def until_crash() -> dict[str, Any]:
            await self._make_afresh()
            self.boundaries.begin(boundary)
            await Journey(self.sides, prepared, None).go()
            return {}

        code, _ = _in_child(until_crash)
        if code != CRASHED:
            return {"at": boundary, "broken": [f"it ended with {code} before its crash"]}

        async def begin_again() -> dict[str, Any]:
            self.boundaries.begin(None)
            await Journey(self.sides, prepared, lambda: pass_time(self.seen)).go()
            return compare(self.wanted, await what_is_held(self.seen))

        code, told = _in_child(begin_again)
        return {"at": boundary, **(told or {"broken": [f"the journey begun again ended with {code}"]})}

    def _redirect(self, service: str) -> Callable[..., None]:
        def choose(_dialect: Any, _record: Any, _args: Any, named: dict[str, Any]) -> None:
            named["database"] = service + self.suffix

        return choose

    async def _make_afresh(self) -> None:
        connection = await asyncpg.connect(self.superusers["local"].replace("/local", "/postgres"), ssl=False)
        try:
            for service in self.superusers:
                name = service + self.suffix
                await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
                await connection.execute(f"CREATE DATABASE {name} TEMPLATE {service} OWNER {service}_owner")
        finally:
            await connection.close()

    async def _close(self) -> None:
        """Close every connection: a template may have none, and none may be shared with a child."""
        for side in self.sides.values():
            await side.app.state.database.close()
            await side.worker.close()


def _in_child(work: Work) -> tuple[int, dict[str, Any] | None]:
    """Do it in a process of its own; give its exit code, and what it told if it came to its end."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _end_after(lambda: os.write(writer, json.dumps(asyncio.run(work())).encode()))
    os.close(writer)
    with os.fdopen(reader) as file:
        text = file.read()
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), json.loads(text) if text else None


def _end_after(work: Callable[[], object]) -> None:
    """Do it and end this process. What goes wrong is written to the log, which is searched for canaries."""
    code = 1
    try:
        work()
        code = 0
    except BaseException:  # noqa: BLE001 -- nothing may come back from here into the parent's code
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _tell(what: dict[str, Any]) -> None:
    # One write: lines of two processes do not mix.
    os.write(STANDARD_OUTPUT, json.dumps(what).encode() + b"\n")


def _crash_at(slot: Slot, boundaries: list[int]) -> None:
    for boundary in boundaries:
        _tell(slot.crash(boundary))


def main() -> None:
    """Do what standard input asks for."""
    configure_logging("campaign", "crash")
    work = json.load(sys.stdin)
    slot = Slot(work)
    names = asyncio.run(slot.begin())
    chosen = distinct(names)
    if work["at_most"]:
        step = max(1, len(chosen) // work["at_most"])
        chosen = chosen[random.Random(work["seed"]).randrange(step) :: step]  # noqa: S311 -- replayable
    _tell({"names": names, "chosen": chosen})
    gc.collect()
    gc.freeze()
    gc.disable()  # a child lives for a second
    children = []
    for number in range(SLOTS):
        pid = os.fork()
        if pid == 0:
            slot.suffix = f"_{number}"
            _end_after(functools.partial(_crash_at, slot, chosen[number::SLOTS]))
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
