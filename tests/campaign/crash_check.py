"""What both databases must hold after a crash and the journey's end: the same as without a crash."""

from typing import Any

import asyncpg

# Attempts and reads may be more after a crash, and what is repeated is audited; nothing else may differ.
MAY_DIFFER = {"audit_entries", "audit_unsealed", "delivery_attempts", "asked_questions", "alembic_version"}
READS = ("read", "listed", "repeated", "viewed")
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
AUDIT = "SELECT action, count(*) FROM audit_entries WHERE outcome = 'done' GROUP BY 1"
TIME_PASSES = (
    "UPDATE outbound_messages SET leased_until = now() - interval '1 second' WHERE state = 'leased'",
    "UPDATE outbound_messages SET next_attempt_at = now() WHERE state = 'pending' AND next_attempt_at > now()",
    "UPDATE inbound_messages SET next_apply_at = now() WHERE state = 'held' AND next_apply_at > now()",
    "UPDATE exchange_links SET paused_until = NULL, breaker_open_until = NULL",
)


async def pass_time(urls: dict[str, str]) -> None:
    """Let leases be over and what waits be due."""
    for url in urls.values():
        connection = await asyncpg.connect(url, ssl=False)
        try:
            for statement in TIME_PASSES:
                await connection.execute(statement)
        finally:
            await connection.close()


async def what_is_held(urls: dict[str, str]) -> dict[str, Any]:
    """Count every table's rows and every kind of change in the audit trail; and read both sides' messages."""
    held: dict[str, Any] = {}
    for service, url in urls.items():
        connection = await asyncpg.connect(url, ssl=False)
        try:
            for row in await connection.fetch(TABLES):
                name = row["tablename"]
                if name not in MAY_DIFFER:
                    # The names come from the catalogue.
                    count = await connection.fetchval(f"SELECT count(*) FROM {name}")  # noqa: S608
                    held[f"{service}.{name}"] = count
            for action, count in await connection.fetch(AUDIT):
                if not action.endswith(READS):
                    held[f"{service} audit {action}"] = count
            for way, table in (("sent", "outbound_messages"), ("received", "inbound_messages")):
                rows = await connection.fetch(f"SELECT id, hash, state FROM {table} ORDER BY id")  # noqa: S608
                held[f"{service} {way}"] = [(str(row["id"]), row["hash"], row["state"]) for row in rows]
        finally:
            await connection.close()
    return held


def compare(wanted: dict[str, Any], held: dict[str, Any]) -> dict[str, Any]:
    """Compare with the journey that no crash cut: what was lost, done twice, or made from nothing."""
    result: dict[str, Any] = {"lost": 0, "twice": 0, "phantom": 0, "broken": []}
    for sender, receiver in (("local", "panel"), ("panel", "local")):
        sent = {id_: (hash_, state) for id_, hash_, state in held[f"{sender} sent"]}
        there = {id_: (hash_, state) for id_, hash_, state in held[f"{receiver} received"]}
        result["lost"] += len(sent.keys() - there.keys())
        result["phantom"] += len(there.keys() - sent.keys())
        for id_ in sent.keys() & there.keys():
            if sent[id_] != (there[id_][0], "delivered") or there[id_][1] != "applied":
                result["broken"].append(f"I3: {sender}'s message is {sent[id_][1]}, {there[id_][1]}")
    for name in sorted(wanted.keys() | held.keys()):
        if name.endswith((" sent", " received")):
            continue
        difference = held.get(name, 0) - wanted.get(name, 0)
        if difference:
            result["lost" if difference < 0 else "twice"] += 1
            result["broken"].append(f"I2: {name} is {held.get(name, 0)}, not {wanted.get(name, 0)}")
    return result
