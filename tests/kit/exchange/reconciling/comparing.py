"""Comparing two sides as a test does it."""

from typing import Any
from uuid import UUID, uuid4

from service_kit.exchange.rates import Rates
from service_kit.exchange.reconciling.outcomes import Outcome
from service_kit.exchange.reconciling.reconcile import reconcile_link
from tests.kit.exchange.sides import Pair, Side


async def compare(side: Side, **wanted: Any) -> Outcome:
    return await reconcile_link(side.worker, side.settings, side.client, side.party, side.link, **wanted)


def found(outcome: Outcome) -> list[tuple[str, str, UUID | None]]:
    return [(f.kind.value, f.direction.value, f.message_id) for f in outcome.findings]


def unhurried(pair: Pair) -> Pair:
    for side in (pair.a, pair.b):
        side.app.state.question_rates = Rates(per_second=1000, burst=1000)
    return pair


async def delivered(side: Side, count: int = 1) -> list[UUID]:
    """Send so many messages about as many subjects, and have them delivered."""
    ids = [await side.send(str(uuid4())) for _ in range(count)]
    await side.drain()
    return ids


async def forget_received(side: Side, message_id: UUID) -> None:
    """Lose a message that was received, as a restored database would."""
    await side.change("DELETE FROM inbound_messages WHERE id = :id", id=message_id)


async def alerts(side: Side) -> list[str]:
    rows = await side.rows("SELECT kind FROM exchange_alerts WHERE cleared_at IS NULL ORDER BY kind")
    return [row.kind for row in rows]
