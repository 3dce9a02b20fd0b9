"""F2: one journey, crashed at every boundary; begun again it must end as if nothing had happened."""

import asyncio
import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from rich.progress import Progress

from service_kit.migrating import migrate
from standalone.roles import ensure_roles_and_databases
from standalone.services import CHECKOUT
from tests.campaign.course import Options, Result
from tests.campaign.crash_sides import CANARY
from tests.campaign.hosts import Host
from tests.campaign.servers import Server
from tests.support.databases import settings_for

F2 = "F2"
TITLE = "a crash at every SQL and HTTP boundary"
COMMANDS = 4  # of the journey: authorise, complete, record, release
IN_SMOKE = 8


def crash_everywhere(folder: Path, options: Options, progress: Progress) -> Result:
    """Crash at each boundary, or in the smoke at some that the seed chooses."""
    result = Result(F2, TITLE)
    began = time.monotonic()
    server = Server(folder, Host("local", "127.0.0.1"))
    log = folder.with_name("crashed.log")
    try:
        server.start()
        _run(result, asyncio.run(_prepare(server)) | _choice(options), log, progress)
        texts = [path for path in (log, *(folder / "logs").iterdir()) if CANARY.encode() in path.read_bytes()]
        if texts:
            result.broken["I11"] = [f"{path.name} holds a canary" for path in texts]
    except Exception as error:  # noqa: BLE001 -- the other faults are still worth running
        result.broken["campaign"] = [f"{type(error).__name__}: {error}"]
    finally:
        server.remove()
    result.seconds = time.monotonic() - began
    return result


def _choice(options: Options) -> dict[str, Any]:
    return {"seed": options.seed, "at_most": IN_SMOKE if options.smoke else 0}


async def _prepare(server: Server) -> dict[str, Any]:
    """Make both databases, migrated."""
    urls = await ensure_roles_and_databases(server)
    for service in urls:
        await migrate(service, settings_for(service, urls[service]))
    return {
        "superusers": {service: _plain(server.superuser_url(service)) for service in urls},
        "urls": {service: dataclasses.asdict(urls[service]) for service in urls},
    }


def _run(result: Result, work: dict[str, Any], log: Path, progress: Progress) -> None:
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.campaign.crash_slot"],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(work))
        process.stdin.close()
        first = json.loads(process.stdout.readline() or "{}")
        if not first:
            last = log.read_text(errors="replace").splitlines()[-1:]
            raise RuntimeError(f"the journey without a crash did not come to its end: {last}")
        names, chosen = first["names"], first["chosen"]
        told = []
        task = progress.add_task(f"F2 {len(chosen)} crashes", total=len(chosen))
        for line in process.stdout:
            told.append(json.loads(line))
            progress.advance(task)
        progress.remove_task(task)
    finally:
        _end(process)
    result.cycles = len(told)
    result.acknowledged = COMMANDS * len(told)
    _add_up(result, told, names)
    if len(told) < len(chosen):
        result.broken.setdefault("campaign", []).append(f"{len(chosen) - len(told)} crashes were not tried")
    kinds = Counter(name.split(": ")[1].split()[1] for name in names)
    parts = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(6))
    result.notes.append(f"{len(names)} boundaries ({parts}); crashed at {len(told)} that differ")


def _end(process: "subprocess.Popen[str]") -> None:
    """End it with what it forked: they are a session of their own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def _add_up(result: Result, told: list[dict[str, Any]], names: list[str]) -> None:
    for one in told:
        result.lost += one.get("lost", 0)
        result.twice += one.get("twice", 0)
        result.phantom += one.get("phantom", 0)
        for what in one["broken"]:
            where = f"boundary {one['at']} ({names[one['at'] - 1]}): {what}"
            invariant = what.partition(":")[0] if what.startswith("I") else "campaign"
            result.broken.setdefault(invariant, []).append(where)


def _plain(url: str) -> str:
    return url.replace("postgresql+asyncpg", "postgresql", 1)
