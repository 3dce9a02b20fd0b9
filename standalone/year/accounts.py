"""Every message accounted for on both sides: read from both databases by their owner, as an auditor would."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from standalone.context import StandaloneContext

SENT = """
    SELECT link_id, subject, number, id, encode(sha256(body), 'hex') AS hash, state, receipt IS NOT NULL AS receipted
    FROM outbound_messages
"""
HELD = """
    SELECT link_id, subject, number, id, encode(sha256(body), 'hex') AS hash, state FROM inbound_messages
"""
UNDELIVERED = "SELECT count(*) FROM outbound_messages WHERE state <> 'delivered'"
COUNTED = "SELECT count(*) FROM counted_notifications"
UNAPPLIED = "SELECT count(*) FROM inbound_messages WHERE state = 'held'"


@dataclass(frozen=True)
class Account:
    """One direction: what was sent, what is held, and every message of which the two do not agree."""

    direction: str
    sent: int
    held: int
    faults: list[str]


async def account_for(context: StandaloneContext) -> list[Account]:
    """Compare both directions message by message: number, id, hash, receipt, applied once."""
    rows = {service: await _rows(context, service) for service in ("local", "panel")}
    return [
        _compare("partnerships to Panel", rows["local"]["sent"], rows["panel"]["held"]),
        _compare("Panel to partnerships", rows["panel"]["sent"], rows["local"]["held"]),
    ]


async def in_flight(context: StandaloneContext) -> int:
    """Count what is not delivered or not applied yet, on both sides."""
    total = 0
    for service in ("local", "panel"):
        connection = await _connect(context, service)
        try:
            total += await connection.fetchval(UNDELIVERED) + await connection.fetchval(UNAPPLIED)
        finally:
            await connection.close()
    return total


async def count_counted(context: StandaloneContext) -> int:
    """Count what the Panel's statistics count, before small numbers are hidden."""
    connection = await _connect(context, "panel")
    try:
        return int(await connection.fetchval(COUNTED))
    finally:
        await connection.close()


async def move_clocks(context: StandaloneContext, days: float) -> None:
    """Set both services' demonstration clocks so many days from the database's own; statutory times go by it."""
    for service in ("local", "panel"):
        connection = await _connect(context, service)
        try:
            await connection.execute(
                "UPDATE service_state SET clock_offset = make_interval(secs => $1)", days * 86400
            )
        finally:
            await connection.close()


def _compare(direction: str, sent: list[Any], held: list[Any]) -> Account:
    there = {(row["link_id"], row["subject"], row["number"]): row for row in held}
    faults: list[str] = []
    numbers: dict[tuple[Any, Any], list[int]] = {}
    for row in sent:
        numbers.setdefault((row["link_id"], row["subject"]), []).append(row["number"])
        faults += _faults(row, there.pop((row["link_id"], row["subject"], row["number"]), None))
    faults += [f"{row['id']} is held and unknown to its sender" for row in there.values()]
    faults += [
        f"the stream of {subject} has not the numbers 1 to {len(found)}"
        for (_, subject), found in numbers.items()
        if sorted(found) != list(range(1, len(found) + 1))
    ]
    return Account(direction, len(sent), len(held), faults)


def _faults(row: Any, other: Mapping[str, Any] | None) -> list[str]:
    if row["state"] != "delivered" or not row["receipted"]:
        return [f"{row['id']} is not delivered with a receipt"]
    if other is None:
        return [f"{row['id']} has a receipt and is not held"]
    if (row["id"], row["hash"]) != (other["id"], other["hash"]):
        return [f"{row['id']} is held otherwise than it was sent"]
    return [] if other["state"] == "applied" else [f"{row['id']} was not applied: {other['state']}"]


async def _rows(context: StandaloneContext, service: str) -> dict[str, list[Any]]:
    connection = await _connect(context, service)
    try:
        return {"sent": await connection.fetch(SENT), "held": await connection.fetch(HELD)}
    finally:
        await connection.close()


async def _connect(context: StandaloneContext, service: str) -> Any:
    url = context.database_urls[service].owner.replace("postgresql+asyncpg", "postgresql", 1)
    return await asyncpg.connect(url, ssl=False)
