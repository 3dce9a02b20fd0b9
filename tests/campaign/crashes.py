"""F2: one journey, crashed at every boundary; begun again it must end as if nothing had happened."""

import asyncio
import dataclasses
import json
import logging
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import structlog
from rich.progress import Progress

from local_service.roles import ROLE_SCOPES as LOCAL_ROLES
from panel_service.roles import ROLE_SCOPES as PANEL_ROLES
from service_kit.migrating import migrate
from standalone.roles import SERVICES, ensure_roles_and_databases
from standalone.seed import PANEL, make_organisation
from standalone.services import CHECKOUT
from tests.campaign.boundaries import Boundaries
from tests.campaign.course import Options, Result
from tests.campaign.crash_sides import CANARY, PARTNERSHIP, connect, make_sides, prepare
from tests.campaign.hosts import Host
from tests.campaign.servers import Server
from tests.support.databases import _renamed, settings_for

F2 = "F2"
TITLE = "a crash at every SQL and HTTP boundary"
SLOTS = 2
IN_SMOKE = 24
ROLES = {"local": LOCAL_ROLES, "panel": PANEL_ROLES}
ORGANISATIONS = {"local": PARTNERSHIP, "panel": PANEL}


def crash_everywhere(folder: Path, options: Options, progress: Progress) -> Result:
    """Crash at each boundary, or in the smoke at some that the seed chooses."""
    result = Result(F2, TITLE)
    began = time.monotonic()
    server = Server(folder, Host("local", "127.0.0.1"))
    try:
        server.start()
        work = asyncio.run(_prepare(server))
        log = folder.with_name("crashed.log")
        _crash_all(result, work, log, options, progress)
        logs = [log, *(folder / "logs").iterdir()]
        texts = [path for path in logs if CANARY.encode() in path.read_bytes()]
        if texts:
            result.broken["I11"] = [f"{path.name} holds a canary" for path in texts]
    except Exception as error:  # noqa: BLE001 -- the other faults are still worth running
        result.broken["campaign"] = [f"{type(error).__name__}: {error}"]
    finally:
        server.remove()
    result.seconds = time.monotonic() - began
    return result


async def _prepare(server: Server) -> dict[str, Any]:
    """Make the databases that every crash begins from."""
    # What the services log here is of no use to the person at the terminal.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    urls = await ensure_roles_and_databases(server)
    keys: dict[str, str] = {}
    cards = {}
    for service in SERVICES:
        settings = settings_for(service, urls[service], public_url=f"https://{service}.example")
        await migrate(service, settings)
        cards[service], made = await make_organisation(settings, ORGANISATIONS[service], ROLES[service], {})
        keys |= {f"{service}/{role}": key for role, key in made.items()}
    sides = make_sides(urls, Boundaries())
    await connect(sides, cards)
    prepared = await prepare(sides, keys)
    for side in sides.values():
        await side.app.state.database.close()
    return {
        "superuser": _plain(server.superuser_url()),
        "of": {service: _plain(server.superuser_url(service)) for service in SERVICES},
        "roles": {service: dataclasses.asdict(urls[service]) for service in SERVICES},
        "prepared": dataclasses.asdict(prepared),
    }


def _crash_all(result: Result, work: dict[str, Any], log: Path, options: Options, progress: Progress) -> None:
    [first] = _run_slot(_slot_work(work, 0, [0], {}), log, lambda _: None)
    if "names" not in first:
        result.broken["campaign"] = first["broken"]
        return
    names, wanted = first["names"], first["wanted"]
    boundaries = list(range(1, len(names) + 1))
    if options.smoke:
        step = max(1, len(boundaries) // IN_SMOKE)
        boundaries = boundaries[random.Random(options.seed).randrange(step) :: step]  # noqa: S311 -- replayable
    task = progress.add_task(f"F2 {len(boundaries)} crashes", total=len(boundaries))
    told: list[dict[str, Any]] = []

    def take(one: dict[str, Any]) -> None:
        told.append(one)
        progress.advance(task)

    threads = [
        threading.Thread(
            target=_run_slot,
            args=(_slot_work(work, slot, boundaries[slot::SLOTS], wanted), log, take),
        )
        for slot in range(SLOTS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    progress.remove_task(task)
    result.cycles = len(told)
    result.acknowledged = 4 * len(told)  # its commands: authorise, complete, record, release
    _add_up(result, told, names)
    if len(told) < len(boundaries):
        result.broken.setdefault("campaign", []).append(
            f"{len(boundaries) - len(told)} crashes were not tried"
        )
    kinds = Counter(name.split(": ")[1].split()[1] for name in names)
    parts = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(6))
    result.notes.append(f"{len(names)} boundaries ({parts}); {len(told)} crashed at")


def _add_up(result: Result, told: list[dict[str, Any]], names: list[str]) -> None:
    for one in told:
        result.lost += one.get("lost", 0)
        result.twice += one.get("twice", 0)
        result.phantom += one.get("phantom", 0)
        for what in one["broken"]:
            where = f"boundary {one['at']} ({names[one['at'] - 1]}): {what}"
            result.broken.setdefault(what.partition(":")[0] if what[0] == "I" else "campaign", []).append(
                where
            )


def _slot_work(
    work: dict[str, Any], slot: int, boundaries: list[int], wanted: dict[str, Any]
) -> dict[str, Any]:
    databases = {service: f"{service}_{slot}" for service in SERVICES}
    return {
        "superuser": work["superuser"],
        "databases": databases,
        "seen": {service: _renamed(work["of"][service], databases[service]) for service in SERVICES},
        "urls": {
            service: {role: _renamed(url, databases[service]) for role, url in work["roles"][service].items()}
            for service in SERVICES
        },
        "prepared": work["prepared"],
        "boundaries": boundaries,
        "wanted": wanted,
    }


def _run_slot(work: dict[str, Any], log: Path, take: Any) -> list[dict[str, Any]]:
    told = []
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.campaign.crash_slot"],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(work))
        process.stdin.close()
        for line in process.stdout:
            told.append(json.loads(line))
            take(told[-1])
    finally:
        process.kill()
        process.wait(10)
    return told


def _plain(url: str) -> str:
    return url.replace("postgresql+asyncpg", "postgresql", 1)
