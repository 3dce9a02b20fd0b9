"""Crashes in two databases of its own, one after another: each in a process forked from this prepared one.

Run as `python -m tests.campaign.crash_slot`, with its work as JSON on standard input; a line of JSON for each result.
"""

import asyncio
import gc
import json
import os
import sys
import traceback
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg

from service_kit.logs import configure_logging
from standalone.roles import RoleUrls
from tests.campaign.boundaries import CRASHED, Boundaries
from tests.campaign.crash_check import compare, pass_time, what_is_held
from tests.campaign.crash_sides import Journey, Prepared, make_sides

Work = Callable[[], Coroutine[Any, Any, dict[str, Any]]]


class Slot:
    """Two databases, and both services made ready before the fork."""

    def __init__(self, work: dict[str, Any]) -> None:
        self.superuser: str = work["superuser"]
        self.databases: dict[str, str] = work["databases"]
        self.seen: dict[str, str] = work["seen"]  # each database's URL as the superuser
        self.prepared = Prepared(**work["prepared"])
        self.boundaries = Boundaries()
        self.sides = make_sides(
            {name: RoleUrls(**urls) for name, urls in work["urls"].items()}, self.boundaries
        )
        self.wanted: dict[str, Any] = work.get("wanted", {})

    def warm_up(self) -> None:
        """Go through once before the first fork: what is compiled then is there in every child."""
        self._make_afresh()

        async def work() -> None:
            self.boundaries.begin(None)
            await Journey(self.sides, self.prepared, None).go()
            await self.close()

        asyncio.run(work())

    async def close(self) -> None:
        """Close every connection: none may be shared with a child."""
        for side in self.sides.values():
            await side.app.state.database.close()
            await side.worker.close()

    def reference(self) -> dict[str, Any]:
        """Go through once without a crash: how many boundaries there are, and what is held in the end."""
        self._make_afresh()

        async def work() -> dict[str, Any]:
            self.boundaries.begin(None, name=True)
            await Journey(self.sides, self.prepared, None).go()
            return {"names": self.boundaries.names, "wanted": await what_is_held(self.seen)}

        code, told = _in_child(work)
        return told or {"broken": [f"the journey without a crash ended with {code}"]}

    def crash(self, boundary: int) -> dict[str, Any]:
        """Crash there, begin again with the same keys, and compare."""
        self._make_afresh()

        async def until_crash() -> dict[str, Any]:
            self.boundaries.begin(boundary)
            await Journey(self.sides, self.prepared, None).go()
            return {}

        code, _ = _in_child(until_crash)
        if code != CRASHED:
            return {"at": boundary, "broken": [f"it ended with {code} before its crash"]}

        async def begin_again() -> dict[str, Any]:
            self.boundaries.begin(None)
            await Journey(self.sides, self.prepared, lambda: pass_time(self.seen)).go()
            return compare(self.wanted, await what_is_held(self.seen))

        code, told = _in_child(begin_again)
        return {"at": boundary, **(told or {"broken": [f"the journey begun again ended with {code}"]})}

    def _make_afresh(self) -> None:
        asyncio.run(_clone(self.superuser, self.databases))


async def _clone(superuser: str, databases: dict[str, str]) -> None:
    connection = await asyncpg.connect(superuser, ssl=False)
    try:
        for service, name in databases.items():
            await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE {service} OWNER {service}_owner")
    finally:
        await connection.close()


def _in_child(work: Work) -> tuple[int, dict[str, Any] | None]:
    """Do it in a process of its own; give its exit code, and what it told if it came to its end."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        code = 1
        try:
            told = asyncio.run(work())
            with os.fdopen(writer, "w") as file:
                json.dump(told, file)
            code = 0
        except BaseException:  # noqa: BLE001 -- its trace goes to the log, which is searched for canaries
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as file:
        text = file.read()
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), json.loads(text) if text else None


def main() -> None:
    """Do what standard input asks for."""
    configure_logging("campaign", "crash")
    work = json.load(sys.stdin)
    slot = Slot(work)
    slot.warm_up()
    gc.collect()
    gc.freeze()
    gc.disable()  # a child lives for a second
    for boundary in work["boundaries"]:
        result = slot.crash(boundary) if boundary else slot.reference()
        print(json.dumps(result), flush=True)  # noqa: T201 -- its answer


if __name__ == "__main__":
    main()
