"""The worker compares each link daily and when wanted, asks for what gaps lack, and clears up behind itself."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from service_kit.exchange.reconciling.models import RunReason
from service_kit.exchange.reconciling.plans import claim_due_links, finish, want_comparison
from service_kit.exchange.reconciling.worker import Reconciler
from tests.kit.exchange.reconciling.comparing import alerts, compare, delivered, unhurried
from tests.kit.exchange.sides import Pair, Side, respond
from tests.kit.exchange.test_operating import ask as ask_api
from tests.kit.exchange.test_operating import get


def reconciler(side: Side) -> Reconciler:
    return Reconciler(side.worker, side.settings, side.client)


async def plan(side: Side) -> Any:
    [row] = await side.rows("SELECT *, now() AS now FROM reconciliation_plans")
    return row


async def test_a_link_is_compared_once_a_day(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    assert await reconciler(a).compare_due() == 1
    assert await reconciler(a).compare_due() == 0
    planned = await plan(a)
    assert timedelta(hours=23) < planned.due_at - planned.now <= timedelta(days=1)
    await a.change("UPDATE reconciliation_plans SET due_at = now()")
    assert await reconciler(a).compare_due() == 1
    assert [row.reason for row in await a.rows("SELECT reason FROM reconciliations")] == ["daily", "daily"]


async def test_two_workers_compare_a_link_once(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    assert sum(await asyncio.gather(*(reconciler(a).compare_due() for _ in range(4)))) == 1
    assert len(await a.rows("SELECT 1 FROM reconciliations")) == 1


async def test_a_difference_is_looked_at_again_soon(exchange_pair: Pair) -> None:
    unhurried(exchange_pair)
    a, b = exchange_pair.a, exchange_pair.b
    [lost] = await delivered(a)
    await b.change("DELETE FROM inbound_messages")
    await b.change("UPDATE inbound_streams SET last_applied = 0")
    await reconciler(a).compare_due()
    planned = await plan(a)
    assert planned.due_at - planned.now <= timedelta(minutes=2)
    await a.drain()
    assert await a.state_of(lost) == "delivered"
    await a.change("UPDATE reconciliation_plans SET due_at = now()")
    await reconciler(a).compare_due()
    planned = await plan(a)
    assert (planned.tries, planned.due_at - planned.now > timedelta(hours=23)) == (0, True)


async def test_what_is_wanted_while_it_runs_is_done_afterwards(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    await reconciler(a).compare_due()
    await a.change("UPDATE reconciliation_plans SET due_at = now()")
    async with a.worker.transaction() as session:
        [due] = await claim_due_links(session, room=1)
    async with a.worker.transaction() as session:
        await want_comparison(session, a.party, a.link, RunReason.ASKED, all_days=True)
    async with a.worker.transaction() as session:
        assert await claim_due_links(session, room=1) == []  # it is leased
    async with a.worker.transaction() as session:
        await finish(session, due, equal=True)
    async with a.worker.transaction() as session:
        [again] = await claim_due_links(session, room=1)
    assert (again.reason, again.all_days) == ("asked", True)


async def test_a_counterpart_that_is_away_is_tried_again(exchange_pair: Pair) -> None:
    a = exchange_pair.a

    async def away(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away")

    a.wire.instead = away
    await a.change(
        "INSERT INTO reconciliation_plans (organisation_id, id, link_id, all_days, reason) "
        "SELECT organisation_id, gen_random_uuid(), id, true, 'epoch' FROM exchange_links"
    )
    assert await reconciler(a).compare_due() == 0
    planned = await plan(a)
    assert (planned.problem, planned.tries, planned.all_days) == ("no_connection", 1, True)
    assert planned.due_at - planned.now <= timedelta(minutes=2)
    a.wire.instead = None
    await a.change("UPDATE reconciliation_plans SET due_at = now()")
    assert await reconciler(a).compare_due() == 1
    assert ((await plan(a)).problem, (await plan(a)).all_days) == (None, False)
    [row] = await a.rows("SELECT reason, first_day FROM reconciliations")
    assert (row.reason, row.first_day) == ("epoch", None)


async def test_a_link_whose_keys_cannot_be_read_stops_no_other(exchange_pair: Pair) -> None:
    a = exchange_pair.a
    await a.change(
        "INSERT INTO organisations (id, code, name, created_at) VALUES (:id, 'other', 'other', now())",
        id=(other := uuid4()),
    )
    await a.change(
        "INSERT INTO exchange_links (organisation_id, id, counterpart_party, counterpart_name, counterpart_url, "
        "schemes) VALUES (:o, gen_random_uuid(), gen_random_uuid(), 'x', 'https://x.example', '{v1a}')",
        o=other,
    )
    assert await reconciler(a).compare_due() == 1
    rows = await a.rows("SELECT problem FROM reconciliation_plans ORDER BY problem NULLS LAST")
    assert [row.problem for row in rows] == ["link_unusable", None]


async def test_both_sides_hear_of_a_link_not_equal_for_26_hours(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    for side in (a, b):
        await reconciler(side).do_chores()
        assert await alerts(side) == []
        await side.change("UPDATE exchange_links SET created_at = now() - interval '27 hours'")
        await reconciler(side).do_chores()
        await reconciler(side).do_chores()
        assert await alerts(side) == ["not_equal"]
    await compare(a)
    assert (await alerts(a), await alerts(b)) == ([], ["not_equal"])
    await compare(b)
    assert await alerts(b) == []
    await reconciler(b).do_chores()
    assert await alerts(b) == []
    await b.change("UPDATE reconciliations SET at = at - interval '27 hours'")
    await reconciler(b).do_chores()
    assert await alerts(b) == ["not_equal"]


async def gap(pair: Pair, minutes: int) -> tuple[str, UUID, UUID]:
    """`b` holds the second message of a subject and lacks the first, which `a` has its receipt for."""
    a, b = pair.a, pair.b
    subject = str(uuid4())
    first, second = await a.send(subject), await a.send(subject)
    await a.drain()
    await b.change("DELETE FROM inbound_messages WHERE id = :id", id=first)
    await b.change("UPDATE inbound_streams SET last_applied = 0")
    await b.change(
        "UPDATE inbound_messages SET state = 'held', applied_at = NULL, stored_at = now() - make_interval(mins => :m)",
        m=minutes,
    )
    b.handled.clear()
    await b.change(
        "INSERT INTO reconciliation_plans (organisation_id, id, link_id, due_at) "
        "SELECT organisation_id, gen_random_uuid(), id, now() + interval '1 day' FROM exchange_links"
    )
    return subject, first, second


async def test_what_a_gap_lacks_is_asked_for_after_a_quarter_of_an_hour(exchange_pair: Pair) -> None:
    unhurried(exchange_pair)
    a, b = exchange_pair.a, exchange_pair.b
    _, first, second = await gap(exchange_pair, minutes=16)
    await reconciler(b).do_chores()
    assert await alerts(b) == ["gap"]
    assert await a.state_of(first) == "pending"
    assert await a.state_of(second) == "delivered"
    await a.drain()
    await b.make_due()
    await b.applier().apply_due()
    assert [message.id for message in b.handled] == [first, second]
    await reconciler(b).do_chores()
    assert await alerts(b) == []


async def test_a_gap_is_left_alone_at_first_and_asked_for_once_a_quarter(exchange_pair: Pair) -> None:
    unhurried(exchange_pair)
    b = exchange_pair.b
    await gap(exchange_pair, minutes=14)
    await reconciler(b).do_chores()
    assert (await alerts(b), b.wire.bodies) == ([], [])
    await b.change("UPDATE inbound_messages SET stored_at = now() - interval '16 minutes'")
    await asyncio.gather(*(reconciler(b).do_chores() for _ in range(3)))
    assert len(b.wire.bodies) == 1
    await reconciler(b).do_chores()
    assert len(b.wire.bodies) == 1
    await b.change("UPDATE reconciliation_plans SET gaps_asked_at = now() - interval '16 minutes'")
    await reconciler(b).do_chores()
    assert len(b.wire.bodies) == 2


async def test_a_number_nobody_has_is_filled(exchange_pair: Pair) -> None:
    unhurried(exchange_pair)
    a, b = exchange_pair.a, exchange_pair.b
    subject, first, second = await gap(exchange_pair, minutes=16)
    await a.change("UPDATE outbound_messages SET state = 'void' WHERE id = :id", id=first)
    await reconciler(b).do_chores()
    await a.drain()
    rows = await b.rows(
        "SELECT number, type FROM inbound_messages WHERE subject = :s ORDER BY number", s=subject
    )
    assert [(row.number, row.type) for row in rows] == [(1, "exchange.discarded.v1"), (2, "test.note.v1")]
    await b.make_due()
    await b.applier().apply_due()
    assert [message.id for message in b.handled] == [second]


async def test_a_counterpart_that_refuses_leaves_the_gap_told(exchange_pair: Pair) -> None:
    b = exchange_pair.b
    await gap(exchange_pair, minutes=16)

    async def refuse(_request: httpx.Request) -> httpx.Response:
        return respond(500)

    b.wire.instead = refuse
    await reconciler(b).do_chores()
    assert await alerts(b) == ["gap"]


async def test_questions_are_forgotten_after_ten_minutes(exchange_pair: Pair) -> None:
    a, b = exchange_pair.a, exchange_pair.b
    await compare(a)
    asked = len(await b.rows("SELECT 1 FROM asked_questions"))
    assert asked == 3
    await reconciler(b).do_chores()
    assert len(await b.rows("SELECT 1 FROM asked_questions")) == asked
    await b.change("UPDATE asked_questions SET at = now() - interval '11 minutes'")
    await reconciler(b).do_chores()
    assert await b.rows("SELECT 1 FROM asked_questions") == []


async def test_operators_see_comparisons_and_ask_for_one(exchange_pair: Pair) -> None:
    unhurried(exchange_pair)
    a, b = exchange_pair.a, exchange_pair.b
    [lost] = await delivered(a)
    await b.change("DELETE FROM inbound_messages")
    await compare(a)
    await compare(b)
    for side, direction in ((a, "sent"), (b, "received")):
        [shown] = (await get(side, "/reconciliations"))["items"]
        assert (shown["reason"], shown["finding_count"]) == ("daily", 1)
        [finding] = shown["findings"]
        assert finding["message_id"] == str(lost)
        assert (finding["kind"], finding["direction"]) == ("receiver_lacks", direction)
    assert (await get(a, f"/reconciliations?link_id={uuid4()}"))["items"] == []
    await reconciler(a).compare_due()
    key = {"Idempotency-Key": str(uuid4())}
    answer = await ask_json(a, f"/links/{a.link}/reconciliation", {"all_days": True}, **key)
    assert (answer.status_code, answer.json()["reason"]) == (202, "asked")
    assert await reconciler(a).compare_due() == 1
    [latest, *_] = (await get(a, "/reconciliations"))["items"]
    assert (latest["reason"], latest["first_day"]) == ("asked", None)
    refused = await ask_json(a, f"/links/{uuid4()}/reconciliation", {}, **{"Idempotency-Key": str(uuid4())})
    assert refused.status_code == 404
    for method, path in (("GET", "/reconciliations"), ("POST", f"/links/{a.link}/reconciliation")):
        assert (await ask_api(a, method, path, role="nobody")).status_code == 403


@pytest.mark.parametrize("change", ["state = 'closed'", "delivery_mode = 'collect'"])
async def test_a_link_that_cannot_be_asked_is_not_compared(exchange_pair: Pair, change: str) -> None:
    a = exchange_pair.a
    await a.change(f"UPDATE exchange_links SET {change}")  # noqa: S608
    assert await reconciler(a).compare_due() == 0
    answer = await ask_json(a, f"/links/{a.link}/reconciliation", {}, **{"Idempotency-Key": str(uuid4())})
    assert answer.status_code == 409


async def ask_json(side: Side, path: str, content: Any, **headers: str) -> httpx.Response:
    from service_kit.administration import issue_key, owner_session
    from service_kit.app import framed
    from service_kit.identity import PrincipalKind
    from tests.kit.exchange.sides import ROLES

    async with owner_session(side.settings) as session:
        made = await issue_key(
            session,
            organisation_code=side.name,
            principal_name="Operator",
            kind=PrincipalKind.PERSON,
            roles=["operator"],
            known_roles=list(ROLES),
            purpose="test",
        )
    transport = httpx.ASGITransport(app=framed(side.app))
    async with httpx.AsyncClient(transport=transport, base_url="https://side.example") as client:
        return await client.post(
            f"/v1/exchange{path}", json=content, headers={"Authorization": f"Bearer {made.key}", **headers}
        )
