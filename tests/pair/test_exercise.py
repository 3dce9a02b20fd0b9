from typing import Any

from shared_schemas.messages.exercise import ADDENDUM_EXAMPLE
from tests.pair.wires import Pair


async def reviewed(pair: Pair) -> str:
    path = await pair.east.notified()
    await pair.east.start_review(path)
    assert (await pair.east.complete_review(path)).status_code == 200
    return path


async def test_addenda_cross_in_their_order_and_the_review_stays(pair: Pair) -> None:
    path = await reviewed(pair)
    for what in ("First.", "Second."):
        added = await pair.east.office.post(
            f"{path}/rapid-review/addenda", ADDENDUM_EXAMPLE | {"what_is_new": what}
        )
        assert added.status_code == 201, added.text
    await pair.drain()
    at_panel = await pair.at_panel(path)
    addenda = (await pair.secretariat.get(f"{at_panel}/addenda")).json()
    assert [(one["version"], one["body"]["what_is_new"]) for one in addenda] == [
        (1, "First."),
        (2, "Second."),
    ]
    case: dict[str, Any] = (await pair.secretariat.get(at_panel)).json()
    assert case["state"] == "awaiting_decision"
    assert "First." not in str(case["rapid_review"])
    assert [one["state"] for one in (await pair.east.read(path))["messages"]] == ["delivered"] * 4
    analyst = await pair.panel.service.caller("analyst", organisation="panel")
    assert (await analyst.get(f"{at_panel}/addenda")).status_code == 403
