"""A service notices that its database is another one, or an older one, and then sends nothing."""

import asyncio
from uuid import uuid4

import pytest

from service_kit.administration import owner_session, register_organisation
from service_kit.app import worker_database
from service_kit.exchange.links import add_link
from service_kit.exchange.restoring.history import (
    History,
    check_history,
    check_history_first,
    compare_histories,
    watch_history,
)
from service_kit.exchange.restoring.models import SuspicionReason
from service_kit.exchange.restoring.restorer import Restorer
from service_kit.exchange.restoring.suspecting import suspect
from standalone.roles import RoleUrls
from tests.kit.exchange.sides import Pair
from tests.support.databases import settings_for

NOW = History("7", 3)


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (None, None),
        (NOW, None),
        (History("6", 3), SuspicionReason.SYSTEM_IDENTIFIER),
        (History("6", 2), SuspicionReason.SYSTEM_IDENTIFIER),
        (History("7", 2), SuspicionReason.TIMELINE),
        (History("7", 4), SuspicionReason.TIMELINE),
    ],
)
def test_another_cluster_or_timeline_is_another_history(
    stored: History | None, reason: SuspicionReason | None
) -> None:
    assert compare_histories(stored, NOW) == reason


async def test_the_first_time_it_is_stored_and_nothing_is_held(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    assert await check_history(a.worker) is None
    [row] = await a.rows("SELECT system_identifier, timeline FROM service_state")
    [real] = await a.rows("SELECT system_identifier::text AS it FROM pg_control_system()")
    assert (row.system_identifier, row.timeline) == (real.it, 1)
    assert await check_history(a.worker) is None
    assert await a.rows("SELECT 1 FROM exchange_restores") == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE service_state SET timeline = 0", "timeline"),
        ("UPDATE service_state SET system_identifier = '1'", "system_identifier"),
    ],
)
async def test_another_history_holds_what_is_sent_and_still_receives(
    exchange_pair: Pair, change: str, reason: str
) -> None:
    a, b, subject = exchange_pair.a, exchange_pair.b, str(uuid4())
    await check_history(a.worker)
    await a.change(change)
    assert await check_history(a.worker) == reason
    assert await check_history(a.worker) is None  # told once
    waiting = await a.send(subject, "waits")
    await a.drain()
    await b.send(subject, "comes in")
    await b.drain()
    assert await a.state_of(waiting) == "pending"
    assert a.words == ["comes in"]
    [link] = await a.rows("SELECT sending_held_at, sending_held_reason FROM exchange_links")
    assert link.sending_held_at is not None
    assert link.sending_held_reason == "restore_suspected"
    [alert] = await a.rows("SELECT kind, detail FROM exchange_alerts")
    assert (alert.kind, alert.detail["reason"]) == ("restore_suspected", reason)
    assert "exchange.restore_suspected" in await a.actions()


async def test_a_message_held_that_is_unknown_here_holds_the_link(exchange_pair: Pair) -> None:
    a, subject = exchange_pair.a, str(uuid4())
    await a.send(subject, "forgotten")
    await a.drain()
    await a.change("DELETE FROM delivery_attempts")
    await a.change("DELETE FROM outbound_messages")
    await a.change("UPDATE outbound_streams SET last_number = 0")
    waiting = await a.send(subject, "waits")
    other = await a.send(str(uuid4()), "waits as well")
    await a.drain()
    await a.make_due()
    await a.drain()
    assert await a.state_of(waiting) == "pending"
    assert await a.state_of(other) in {"pending", "delivered"}  # it may have been under way
    third = await a.send(str(uuid4()), "third")
    await a.drain()
    assert await a.state_of(third) == "pending"
    [restore] = await a.rows("SELECT reason, detail FROM exchange_restores WHERE settled_at IS NULL")
    assert restore.reason == "held_unknown"
    assert restore.detail["message_id"] == str(waiting)


async def test_a_suspicion_is_open_once_a_link(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    async with a.worker.transaction(a.party) as session:
        assert await suspect(session, a.party, a.link, SuspicionReason.RECEIVED_COUNT, {"theirs": 3}) == 1
        assert await suspect(session, a.party, None, SuspicionReason.PERSON) == 0
    assert len(await a.rows("SELECT 1 FROM exchange_restores")) == 1
    assert len(await a.rows("SELECT 1 FROM exchange_alerts")) == 1


async def test_the_database_concerns_every_organisation_and_a_counterparts_word_its_own_link(
    exchange_pair: Pair,
) -> None:
    a = exchange_pair.a
    async with owner_session(a.settings) as session:
        other = await register_organisation(session, a.settings, code="other", name="other")
    async with owner_session(a.settings) as session:
        for party in (uuid4(), uuid4()):
            await add_link(
                session,
                a.settings.key_bytes(),
                organisation_id=other.organisation,
                link_id=uuid4(),
                counterpart_party=party,
                counterpart_name="c",
                counterpart_url="https://c.example",
            )
    links = await a.rows("SELECT id, organisation_id FROM exchange_links")
    one = next(link.id for link in links if link.organisation_id == other.organisation)
    async with a.worker.transaction(other.organisation) as session:
        await suspect(session, other.organisation, one, SuspicionReason.RECEIVED_COUNT, {"theirs": 3})
    held = "SELECT id FROM exchange_links WHERE sending_held_at IS NOT NULL"
    assert [row.id for row in await a.rows(held)] == [one]
    await check_history(a.worker)
    await a.change("UPDATE service_state SET timeline = 0")
    await check_history(a.worker)
    assert {row.id for row in await a.rows(held)} == {link.id for link in links}
    reasons = {
        row.link_id: row.reason for row in await a.rows("SELECT link_id, reason FROM exchange_restores")
    }
    assert reasons.pop(one) == "received_count"
    assert set(reasons.values()) == {"timeline"}


async def test_nothing_is_sent_before_the_database_was_looked_at(exchange_pair: Pair) -> None:
    a, stop = exchange_pair.a, asyncio.Event()
    nowhere = settings_for("panel", RoleUrls(*["postgresql+asyncpg://nobody@127.0.0.1:9/none"] * 3))
    away = worker_database(nowhere)
    waiting = asyncio.create_task(check_history_first(away, stop))
    _, still = await asyncio.wait([waiting], timeout=0.5)
    assert still == {waiting}
    stop.set()
    await waiting
    await away.close()
    await check_history_first(a.worker, asyncio.Event())
    [row] = await a.rows("SELECT timeline FROM service_state")
    assert row.timeline == 1


async def test_the_worker_settles_what_is_suspected(exchange_pair: Pair) -> None:
    a, stop = exchange_pair.a, asyncio.Event()
    await check_history(a.worker)
    await a.change("UPDATE service_state SET timeline = 0")
    watching = asyncio.create_task(watch_history(a.worker, stop))
    restoring = asyncio.create_task(Restorer(a.worker, a.settings, a.client).run(stop))
    async with asyncio.timeout(60):
        while not await a.rows("SELECT 1 FROM exchange_restores WHERE settled_at IS NOT NULL"):  # noqa: ASYNC110 -- it is waited for in a database
            await asyncio.sleep(0.2)
    stop.set()
    await asyncio.gather(watching, restoring)
    [link] = await a.rows("SELECT sending_held_at FROM exchange_links")
    assert link.sending_held_at is None
