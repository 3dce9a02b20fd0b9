"""A partnership whose network lets nothing in: the whole way of a case, with the Panel's part collected."""

from service_kit.administration import owner_session
from service_kit.exchange.collecting.collector import Collector
from service_kit.exchange.collecting.models import set_collecting
from service_kit.exchange.key_administration import rotate_own_key
from tests.pair.test_journey import decide, reviewed
from tests.pair.wires import Pair


async def collect(pair: Pair) -> int:
    local = pair.local.service
    await pair.local.change("UPDATE exchange_collections SET next_at = now()")
    return await Collector(
        local.worker, local.settings, pair.local.client, local.app.state.receiving
    ).collect_due()


async def test_a_decision_is_collected_and_the_answers_are_pushed(pair: Pair) -> None:
    [link] = await pair.local.rows("SELECT organisation_id, id FROM exchange_links")
    await pair.panel.change("UPDATE exchange_links SET delivery_mode = 'collect'")
    async with owner_session(pair.local.service.settings) as session:
        await set_collecting(session, link.organisation_id, link.id, wanted=True)
    path = await reviewed(pair)
    # On a slow machine the first request may have taken longer than an attempt: what waits goes now.
    await pair.local.make_due()
    await pair.drain()
    at_panel = await pair.at_panel(path)
    await decide(pair, at_panel)
    asked = len(pair.panel.wire.requests)
    assert (await pair.east.office.get(f"{path}/panel-decisions")).json() == []
    assert await collect(pair) >= 1
    [decision] = (await pair.east.office.get(f"{path}/panel-decisions")).json()
    assert decision["stands"] is True
    async with owner_session(pair.panel.service.settings) as session:
        await rotate_own_key(session, pair.panel.service.settings, "panel")
    await decide(pair, at_panel, outcome="thematic_candidate")
    assert await collect(pair) >= 2
    decisions = (await pair.east.office.get(f"{path}/panel-decisions")).json()
    assert [one["stands"] for one in decisions] == [False, True]
    assert (await pair.east.commission(path)).status_code == 201
    await pair.drain()
    assert len(pair.panel.wire.requests) == asked  # the Panel itself has called nobody
    waiting = "SELECT type FROM outbound_messages WHERE state <> 'delivered'"
    assert (await pair.local.rows(waiting), await pair.panel.rows(waiting)) == ([], [])
