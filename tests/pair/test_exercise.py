from typing import Any

from shared_schemas.messages.exercise import ADDENDUM_EXAMPLE, LEARNING_EXAMPLE
from tests.pair.wires import Pair
from tests.support.offices import etag_of


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


async def test_learning_crosses_with_whom_it_was_shared_and_names_no_child(pair: Pair) -> None:
    path = await reviewed(pair)
    recorded = await pair.east.office.post(f"{path}/learning", LEARNING_EXAMPLE)
    item = recorded.headers["Location"]
    sharing = {"shared_on": "2026-01-05", "shared_by": "A. Sharer", "how": "Bulletin"}
    shared = await pair.east.office.post(
        f"{item}/shares", {"audience": "GP practices", "sharing": sharing}, headers=etag_of(recorded)
    )
    sent = await pair.east.office.post(f"{item}/onward", headers=etag_of(shared))
    assert sent.status_code == 200, sent.text
    await pair.drain()
    (learning,) = (await pair.secretariat.get(f"{await pair.at_panel(path)}/learning")).json()
    assert learning["body"]["learning"] == LEARNING_EXAMPLE["learning"]
    assert learning["body"]["themes"] == LEARNING_EXAMPLE["themes"]
    assert learning["body"]["shares"][0]["shared_by"] == "A. Sharer"
    told = pair.local.wire.requests[-1].content
    for identifying in ("LA100234", "9434765919", "2025-08-01"):
        assert identifying.encode() not in told


async def test_a_partners_dissent_crosses_with_the_rapid_review(pair: Pair) -> None:
    path = await pair.east.notified()
    await pair.east.start_review(path)
    chief = await pair.local.service.caller("delegated_partner", organisation="east")
    view = {
        "partner": "police",
        "organisation": "Sussex Police",
        "view": "dissent",
        "reasons": "It repeats an earlier review.",
        "on": "2025-12-30",
    }
    read = {"If-Match": (await chief.get(f"{path}/rapid-review")).headers["ETag"]}
    assert (await chief.post(f"{path}/rapid-review/views", view, headers=read)).status_code == 201
    assert (await pair.east.complete_review(path)).status_code == 200
    await pair.drain()
    case = (await pair.secretariat.get(await pair.at_panel(path))).json()
    (told,) = case["rapid_review"]["body"]["sections"]["partner_views"]
    assert (told["partner"], told["dissents"], told["view"]) == ("police", True, view["reasons"])
