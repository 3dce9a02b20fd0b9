import json
from datetime import UTC, datetime
from typing import Any

from panel_service.decisions.schemas import EXAMPLE
from tests.pair.wires import Pair
from tests.support.offices import JUDGEMENT


def decision(**changes: Any) -> dict[str, Any]:
    return {**EXAMPLE, "decided_on": datetime.now(UTC).date().isoformat(), **changes}


async def decide(pair: Pair, at_panel: str, **changes: Any) -> None:
    etag = (await pair.secretariat.get(at_panel)).headers["ETag"]
    answer = await pair.secretariat.post(
        f"{at_panel}/decisions", decision(**changes), headers={"If-Match": etag}
    )
    assert answer.status_code == 201, answer.text
    version = answer.json()["decision_version"]
    released = await pair.chair.post(
        f"{at_panel}/decisions/{version}/release", headers={"If-Match": answer.headers["ETag"]}
    )
    assert released.status_code == 200, released.text
    await pair.drain()


async def reviewed(pair: Pair) -> str:
    path = await pair.east.notified()
    await pair.east.start_review(path)
    assert (await pair.east.complete_review(path)).status_code == 200
    await pair.drain()
    return path


async def test_a_case_goes_to_the_panel_and_its_decision_comes_back(pair: Pair) -> None:
    path = await reviewed(pair)
    at_panel = await pair.at_panel(path)
    case = (await pair.secretariat.get(at_panel)).json()
    assert case["partnership_case_id"] == path.rsplit("/", 1)[1]
    assert case["rapid_review"]["body"]["sections"]["in_principle_view"]["view"] == "appropriate"
    await decide(pair, at_panel)
    (came_back,) = (await pair.east.office.get(f"{path}/panel-decisions")).json()
    assert (came_back["outcome"], came_back["stands"]) == ("local_review_more_appropriate", True)
    assert came_back["asks_to_reconsider_local_review"] is True
    assert came_back["released_at"] is not None
    assert (await pair.east.commission(path)).status_code == 201
    await pair.east.write_report(path)
    assert (await pair.east.complete_local_review(path)).status_code == 200
    await pair.drain()
    report = (await pair.secretariat.get(at_panel)).json()["local_review"]["body"]["report"]
    assert report["improvements_summary"]
    read = await pair.east.read(path)
    assert read["stage"] == "local_review_complete"
    assert read["panel_decisions"][0]["asks_to_reconsider_local_review"] is False
    assert [message["state"] for message in read["messages"]] == ["delivered"] * 5 + ["applied"]


async def test_a_later_decision_supersedes_the_first_on_both_sides(pair: Pair) -> None:
    path = await reviewed(pair)
    at_panel = await pair.at_panel(path)
    await decide(pair, at_panel)
    await decide(pair, at_panel, outcome="thematic_candidate")
    decisions = (await pair.east.office.get(f"{path}/panel-decisions")).json()
    assert [(one["decision_version"], one["outcome"], one["stands"]) for one in decisions] == [
        (1, "local_review_more_appropriate", False),
        (2, "thematic_candidate", True),
    ]
    types = [
        message["type"]
        for message in (await pair.east.read(path))["messages"]
        if message["direction"] == "received"
    ]
    assert types == ["panel.decision.recorded.v1", "panel.decision.superseded.v1"]


async def test_both_sides_hold_one_receipt_of_each_message(pair: Pair) -> None:
    path = await reviewed(pair)
    sent = await pair.local.rows(
        "SELECT id, hash, body, receipt_reference, receipt_stored_at FROM outbound_messages ORDER BY id"
    )
    held = await pair.panel.rows(
        "SELECT id, hash, body, reference, stored_at FROM inbound_messages ORDER BY id"
    )
    assert len(sent) == 2
    assert [tuple(row) for row in sent] == [tuple(row) for row in held]
    given = [json.loads(content)["receipt"] for _, content in pair.local.wire.answers]
    kept = [row.receipt for row in await pair.local.rows("SELECT receipt FROM outbound_messages ORDER BY id")]
    assert kept == given
    at_panel = (await pair.secretariat.get(await pair.at_panel(path))).json()
    shown = [message["receipt_reference"] for message in (await pair.east.read(path))["messages"]]
    assert at_panel["rapid_review"]["receipt_reference"] == shown[1]


async def test_every_message_is_signed_by_both_schemes(pair: Pair) -> None:
    await pair.east.notified()
    await pair.drain()
    (request,) = pair.local.wire.requests
    schemes = [part.split(",")[0] for part in request.headers["webhook-signature"].split(" ")]
    assert sorted(schemes) == ["v1", "v1a"]


async def test_what_concerns_nobody_else_does_not_cross(pair: Pair) -> None:
    path = await pair.east.notified()
    await pair.drain()
    (request,) = pair.local.wire.requests
    child = (await pair.east.read(path))["incident"]["children"][0]["id"]
    assert child.encode() not in request.content
    assert JUDGEMENT["reasons"].encode() not in request.content
