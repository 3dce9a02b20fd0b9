"""A notification that cannot be delivered: the case says so, the office is told the same day, and how to tell the Panel."""

from typing import Any

import httpx

from local_service.delivery_alerts.schedule import DeliveryWatch
from service_kit.identity import PrincipalKind
from tests.pair.test_trouble import unavailable, unsupported
from tests.pair.wires import Pair

TOLD = {"route": "form", "told_at": "2025-12-23T15:20:00Z", "told_by": "A. Notifier", "reference": "SI-4711"}


async def watch(pair: Pair) -> int:
    return await DeliveryWatch(pair.local.service.worker).look()


async def refused(pair: Pair) -> str:
    """A case whose notification the Panel refuses for good."""
    pair.local.wire.instead = unsupported
    path = await pair.east.notified()
    await pair.drain()
    pair.local.wire.instead = None
    return path


async def undelivered(pair: Pair, query: str = "") -> list[dict[str, Any]]:
    answer = await pair.east.office.get(f"/v1/undelivered{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def events(pair: Pair, path: str) -> list[str]:
    items = (await pair.east.office.get(f"{path}/timeline")).json()["items"]
    return [item["code"] for item in items if item["kind"] == "event"]


def actions(case: dict[str, Any]) -> dict[str, bool]:
    return {one["action"]: one["allowed"] for one in case["allowed_actions"]}


async def dispose(pair: Pair, path: str, body: dict[str, Any]) -> httpx.Response:
    """Propose by the office, confirm by the authoriser; give the last answer."""
    message = (await pair.east.read(path))["exchange"]["message_id"]
    at = f"/v1/exchange/dead-letters/{message}/disposals"
    proposal = await pair.east.office.post(at, body)
    assert proposal.status_code == 201, proposal.text
    seen = {"If-Match": proposal.headers["ETag"]}
    confirmation = f"{at}/{proposal.json()['id']}/confirmation"
    # Neither the office's other people nor whoever runs the service stands in for the authority.
    for role in ("partnership_office", "administrator", "notifier"):
        other = await pair.local.service.caller(role, organisation="east")
        assert (await other.post(confirmation, headers=seen)).status_code == 403
    return await pair.east.authoriser.post(confirmation, headers=seen)


async def test_a_refused_notification_is_on_the_case_and_in_the_offices_list(pair: Pair) -> None:
    other = await pair.east.notified()
    await pair.drain()
    path = await refused(pair)
    assert await watch(pair) == 1
    assert await watch(pair) == 0
    case = await pair.east.read(path)
    assert (case["exchange"]["parked"], case["exchange"]["attention"]) == (True, True)
    assert case["exchange"]["problem"] == "unsupported-type"
    shown = case["undelivered_notification"]
    assert (shown["why"], shown["problem"], shown["told_by_hand_at"]) == ("refused", "unsupported-type", None)
    assert [route["route"] for route in shown["manual_routes"]] == ["form", "email", "telephone"]
    assert "s16C(1)" in shown["duty_note"]
    assert [item["case_id"] for item in await undelivered(pair)] == [case["id"]]
    found = (await pair.east.office.get("/v1/cases?parked=true")).json()["items"]
    assert [item["id"] for item in found] == [case["id"]]
    fine = await pair.east.read(other)
    assert (fine["exchange"]["attention"], fine["undelivered_notification"]) == (False, None)
    assert "record_telling_by_hand" not in actions(fine)
    rest = (await pair.east.office.get("/v1/cases?parked=false")).json()["items"]
    assert [item["id"] for item in rest] == [fine["id"]]
    assert (await events(pair, path)).count("notification.undeliverable") == 1
    may = actions(case)
    assert may["record_telling_by_hand"]
    assert may["propose_replacing_or_discarding"]
    assert not may["redrive_message"]


async def test_one_that_has_waited_for_an_hour_is_told_of_and_over_when_it_arrives(pair: Pair) -> None:
    pair.local.wire.instead = unavailable
    path = await pair.east.notified()
    await pair.drain()
    assert await watch(pair) == 0
    await pair.local.change("UPDATE notifications SET sent_at = sent_at - interval '61 minutes'")
    assert await watch(pair) == 1
    [item] = await undelivered(pair)
    assert item["why"] == "not_arrived"
    # Refused in the end: the same alert says so now.
    pair.local.wire.instead = unsupported
    await pair.local.make_due()
    await pair.drain()
    assert await watch(pair) == 0
    [item] = await undelivered(pair)
    assert (item["why"], item["problem"]) == ("refused", "unsupported-type")
    pair.local.wire.instead = None
    administrator = await pair.local.service.caller("administrator", organisation="east")
    ids = {"ids": [(await pair.east.read(path))["exchange"]["message_id"]]}
    assert (await administrator.post("/v1/exchange/dead-letters/redrives", ids)).json()["redriven"] == 1
    await pair.drain()
    assert (await pair.east.read(path))["undelivered_notification"] is None
    assert await watch(pair) == 1
    assert await undelivered(pair) == []
    assert "notification.arrived" in await events(pair, path)


async def test_telling_by_hand_is_recorded_and_the_alert_stays_until_it_is_delivered(pair: Pair) -> None:
    path = await refused(pair)
    await watch(pair)
    office = pair.east.office
    assert (await undelivered(pair, "?told_by_hand=true")) == []
    answer = await office.post(f"{path}/manual-notification", TOLD)
    assert (answer.status_code, answer.json()["told_by"]) == (201, "A. Notifier")
    assert answer.json()["recorded_by"] == str(office.principal_id)
    [item] = await undelivered(pair, "?told_by_hand=true")
    assert item["told_by_hand_at"] == TOLD["told_at"]
    assert await watch(pair) == 0
    [read] = (await office.get(f"{path}/manual-notification")).json()
    assert read["reference"] == "SI-4711"
    assert "notification.told_by_hand" in await events(pair, path)
    # Both dates are kept: the computed duty goes by the sending alone.
    case = await pair.east.read(path)
    assert case["notifications"][0]["sent_at"]
    assert case["notifications"][0]["state"] == "sent"


async def test_what_cannot_be_recorded_as_told_by_hand(pair: Pair) -> None:
    path, at = await refused(pair), "manual-notification"
    system = await pair.local.service.caller(
        "partnership_office", organisation="east", kind=PrincipalKind.SYSTEM
    )
    integrator = await pair.local.service.caller("integrator", organisation="east")
    stranger = await pair.local.service.caller("partnership_office", organisation="west")
    for who, status in ((system, 403), (integrator, 403), (stranger, 404)):
        assert (await who.post(f"{path}/{at}", TOLD)).status_code == status
    assert (await stranger.get("/v1/undelivered")).json()["items"] == []
    for wrong in (
        {**TOLD, "told_at": "2099-01-01T00:00:00Z"},
        {**TOLD, "told_at": "2025-12-22T10:59:00Z"},
        {**TOLD, "route": "pigeon"},
    ):
        assert (await pair.east.office.post(f"{path}/{at}", wrong)).status_code == 422
    unsent = await pair.east.record()
    arrived = await pair.east.notified()
    await pair.drain()
    for other in (unsent, arrived):
        answer = await pair.east.office.post(f"{other}/{at}", TOLD)
        assert (answer.status_code, answer.json()["code"]) == (409, "move-not-allowed")
    assert await pair.local.rows("SELECT id FROM manual_notifications") == []


async def test_a_corrected_notification_reaches_the_panel_under_the_same_number(pair: Pair) -> None:
    path = await refused(pair)
    await watch(pair)
    case = await pair.east.read(path)
    content = f"/v1/exchange/messages/{case['exchange']['message_id']}/content"
    administrator = await pair.local.service.caller("administrator", organisation="east")
    integrator = await pair.local.service.caller("integrator", organisation="east")
    assert [(await who.get(content)).status_code for who in (administrator, integrator)] == [403, 403]
    data = (await pair.east.authoriser.get(content)).json()["data"]
    data["incident"]["summary"] = "An infant was brought to hospital; put right."
    # It stays the notification of this case and of this version.
    at = f"/v1/exchange/dead-letters/{case['exchange']['message_id']}/disposals"
    other = {"kind": "replace", "reason": "wrong_content", "data": {**data, "version": 2}}
    answer = await pair.east.office.post(at, other)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/data/version")
    answer = await dispose(pair, path, {"kind": "replace", "reason": "wrong_content", "data": data})
    assert answer.status_code == 200, answer.text
    await pair.drain()
    at_panel = (await pair.secretariat.get(await pair.at_panel(path))).json()
    assert at_panel["notifications"][0]["body"]["incident"]["summary"].endswith("put right.")
    case = await pair.east.read(path)
    assert [(one["state"], one["replaced_by"]) for one in case["messages"]] == [
        ("replaced", answer.json()["successor_id"]),
        ("delivered", None),
    ]
    assert case["notifications"][0]["state"] == "receipted"
    await watch(pair)
    assert await undelivered(pair) == []
    assert "case.message_replaced" in await events(pair, path)
    assert "put right" not in str(await pair.local.rows("SELECT data, words FROM exchange_disposals"))


async def test_a_discarded_notification_stays_in_the_offices_list(pair: Pair) -> None:
    path = await refused(pair)
    answer = await dispose(pair, path, {"kind": "discard", "reason": "told_otherwise"})
    assert answer.status_code == 200, answer.text
    await pair.drain()
    case = await pair.east.read(path)
    assert [one["state"] for one in case["messages"]] == ["replaced", "delivered"]
    assert (case["exchange"]["parked"], case["notifications"][0]["state"]) == (False, "sent")
    assert case["undelivered_notification"]["why"] == "discarded"
    assert await watch(pair) == 0
    [item] = await undelivered(pair)
    assert item["why"] == "discarded"
    assert {"case.message_discarded", "notification.undeliverable"} <= set(await events(pair, path))
    told = await pair.panel.rows("SELECT detail FROM audit_entries WHERE action = 'exchange.discarded_told'")
    assert [row.detail["reason"] for row in told] == ["told_otherwise"]
    # Told by hand, it is in the list still, and says so; the Panel records the incident by hand.
    assert (await pair.east.office.post(f"{path}/manual-notification", TOLD)).status_code == 201
    [item] = await undelivered(pair)
    assert item["told_by_hand_at"] == TOLD["told_at"]


async def test_the_panels_case_says_that_its_own_message_is_stuck(pair: Pair) -> None:
    from tests.pair.test_journey import decide, reviewed

    path = await reviewed(pair)
    at_panel = await pair.at_panel(path)
    pair.panel.wire.instead = unsupported
    await decide(pair, at_panel)
    await pair.drain()
    case = (await pair.secretariat.get(at_panel)).json()
    assert (case["exchange"]["parked"], case["exchange"]["type"]) == (True, "panel.decision.recorded.v1")
    found = (await pair.secretariat.get("/v1/cases?parked=true")).json()["items"]
    assert [item["id"] for item in found] == [case["id"]]
    assert (await pair.secretariat.get("/v1/cases?parked=false")).json()["items"] == []
    # Two of the secretariat, of whom the second may release decisions, put it right.
    message = case["exchange"]["message_id"]
    data = (await pair.secretariat.get(f"/v1/exchange/messages/{message}/content")).json()["data"]
    body = {"kind": "replace", "reason": "wrong_content", "data": data}
    at = f"/v1/exchange/dead-letters/{message}/disposals"
    proposal = await pair.secretariat.post(at, body)
    assert proposal.status_code == 201, proposal.text
    second = await pair.panel.service.caller("secretariat", organisation="panel")
    pair.panel.wire.instead = None
    answer = await second.post(
        f"{at}/{proposal.json()['id']}/confirmation", headers={"If-Match": proposal.headers["ETag"]}
    )
    assert answer.status_code == 200, answer.text
    await pair.drain()
    assert len((await pair.east.office.get(f"{path}/panel-decisions")).json()) == 1
    case = (await pair.secretariat.get(at_panel)).json()
    assert (case["exchange"]["parked"], case["exchange"]["undelivered"]) == (False, 0)
