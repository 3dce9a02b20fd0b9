from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from service_kit.administration import owner_session
from shared_schemas.messages.local import LOCAL_REVIEW, NOTIFICATION, RAPID_REVIEW
from tests.panel.received import Sender, connect, incident
from tests.panel.test_decisions import path_of, record, release, reviewed
from tests.support.services import Caller, Service


async def board(panel: Service) -> tuple[Sender, Caller, Caller]:
    """A Panel of its own, so that its queue holds this test's cases alone."""
    code = f"panel-{uuid4()}"
    sender = await connect(panel, code)
    return (
        sender,
        await panel.caller("secretariat", organisation=code),
        await panel.caller("chair", organisation=code),
    )


async def queue(caller: Caller, **params: Any) -> list[dict[str, Any]]:
    answer = await caller.get("/v1/triage", params=params)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def codes(item: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in item["reasons"]]


def fresh() -> dict[str, Any]:
    """An incident of today, so that nothing is overdue."""
    now = datetime.now(UTC)
    received = (now - timedelta(hours=1)).isoformat()
    return incident(
        occurred_on=f"{now.date() - timedelta(days=1)}",
        authority_became_aware_at=received,
        information_received=[{"partner": "police", "received_at": received}],
    )


async def seen(caller: Caller, path: str) -> Any:
    etag = (await caller.get(path)).headers["ETag"]
    return await caller.post(f"{path}/seen", headers={"If-Match": etag})


async def test_a_rapid_review_waits_for_the_decision_and_then_for_its_release(panel: Service) -> None:
    sender, secretariat, chair = await board(panel)
    _, path = await reviewed(sender, secretariat)
    (item,) = await queue(secretariat)
    assert codes(item) == ["rapid_review_undecided", "notification_received"]
    assert (item["lane"], path) == ("waiting", f"/v1/cases/{item['case_id']}")
    assert "first_name" not in str(item)
    recorded = await record(secretariat, path)
    assert codes((await queue(secretariat))[0])[0] == "decision_awaiting_release"
    assert (await release(chair, recorded)).status_code == 200
    assert await queue(secretariat) == []


async def test_what_comes_after_the_decision_brings_the_case_back_until_it_is_seen(panel: Service) -> None:
    sender, secretariat, chair = await board(panel)
    subject, path = await reviewed(sender, secretariat)
    await release(chair, await record(secretariat, path))
    await sender.send(NOTIFICATION, subject, version=2)
    (item,) = await queue(secretariat)
    assert codes(item) == ["received_after_decision", "notification_corrected"]
    assert await queue(secretariat, reason="notification_corrected") == [item]
    assert await queue(secretariat, reason="learning_received") == []
    assert await queue(secretariat, reason="query_overdue") == []
    marked = await seen(secretariat, path)
    assert (marked.status_code, marked.json()["reasons"]) == (200, [])
    assert await queue(secretariat) == []
    await sender.send(LOCAL_REVIEW, subject)
    assert codes((await queue(secretariat))[0]) == ["received_after_decision", "local_review_received"]


async def test_seeing_a_case_settles_no_undecided_rapid_review(panel: Service) -> None:
    sender, secretariat, _ = await board(panel)
    subject, path = await reviewed(sender, secretariat)
    etag = (await secretariat.get(path)).headers["ETag"]
    await sender.send(NOTIFICATION, subject, version=2)
    stale = await secretariat.post(f"{path}/seen", headers={"If-Match": etag})
    assert stale.status_code == 412
    assert codes((await seen(secretariat, path)).json()) == ["rapid_review_undecided"]


async def test_overdue_is_judged_by_the_messages_own_rule_set_and_comes_first(panel: Service) -> None:
    sender, secretariat, _ = await board(panel)
    await reviewed(sender, secretariat)
    late = incident(
        occurred_on="2025-12-21",
        authority_became_aware_at="2025-12-22T11:00:00Z",
        information_received=[{"partner": "police", "received_at": "2025-12-22T10:00:00Z"}],
    )
    overdue = await path_of(secretariat, await sender.notify(incident=late))
    longer = await path_of(
        secretariat,
        await sender.notify(
            incident=late
            | {"information_received": [{"partner": "police", "received_at": "2025-12-15T10:00:00Z"}]}
        ),
    )
    in_time = await path_of(secretariat, await sender.notify(incident=fresh()))
    no_time = await path_of(secretariat, await sender.notify(incident=late, rule_set="covid-2020"))
    unknown = await path_of(secretariat, await sender.notify(incident=late, rule_set="of-a-later-release"))
    items = await queue(secretariat)
    assert [f"/v1/cases/{item['case_id']}" for item in items[:2]] == [longer, overdue]
    assert [item["lane"] for item in items] == ["overdue"] * 2 + ["waiting"] * 4
    reason = items[1]["reasons"][0]
    assert (reason["code"], reason["due_on"]) == ("rapid_review_overdue", "2025-12-31")
    others = {f"/v1/cases/{item['case_id']}" for item in items[2:]}
    assert {in_time, no_time, unknown} < others
    only = await queue(secretariat, reason="rapid_review_overdue")
    assert [item["case_id"] for item in only] == [item["case_id"] for item in items[:2]]


async def test_pages_go_through_every_lane_without_a_gap_or_a_double(panel: Service) -> None:
    sender, secretariat, _ = await board(panel)
    for _ in range(3):
        await sender.notify()
        await reviewed(sender, secretariat)
        await sender.notify(incident=fresh())
    whole = [item["case_id"] for item in await queue(secretariat)]
    assert len(whole) == 9
    paged, cursor = [], None
    while True:
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await secretariat.get("/v1/triage", params=params)).json()
        paged += [item["case_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert paged == whole
    for place in (
        b"none",
        b'{"lane":"waiting","id":"00000000-0000-0000-0000-000000000001"}',
        b'{"lane":"x"}',
        b'{"lane":"waiting","id":"00000000-0000-0000-0000-000000000001","weight":1e30,"since":"2026-01-01T00:00:00Z"}',
        b'{"lane":"waiting","id":"00000000-0000-0000-0000-000000000001","weight":9,"since":"2026-01-01T00:00:00"}',
        b'{"lane":"waiting","id":"00000000-0000-0000-0000-000000000001","weight":9,"since":"0001-01-01T00:00:00+14:00"}',
    ):
        cursor = urlsafe_b64encode(place).decode().rstrip("=")
        refused = await secretariat.get("/v1/triage", params={"cursor": cursor})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/query/cursor")
    assert (await secretariat.get("/v1/triage", params={"reason": "none"})).status_code == 422


async def test_a_case_is_assigned_to_a_person_of_the_panel(panel: Service) -> None:
    sender, secretariat, chair = await board(panel)
    _, path = await reviewed(sender, secretariat)
    body = {"assigned_to": str(chair.principal_id)}
    answer = await secretariat.post(f"{path}/assignment", body)
    assert (answer.status_code, answer.json()["assigned_to"]) == (200, body["assigned_to"])
    assert len(await queue(secretariat, assigned_to=str(chair.principal_id))) == 1
    assert await queue(secretariat, unassigned=True) == []
    stranger = await panel.caller("secretariat", organisation=f"other-{uuid4()}")
    refused = await secretariat.post(f"{path}/assignment", {"assigned_to": str(stranger.principal_id)})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/assigned_to")
    assert (await stranger.post(f"{path}/assignment", body)).status_code == 404
    assert await queue(stranger) == []
    auditor = await panel.caller("auditor")
    assert (await auditor.get("/v1/triage")).status_code == 403
    member = await panel.caller("member")
    assert (await member.post(f"{path}/assignment", body)).status_code == 403


async def test_a_lane_is_read_in_the_order_of_its_index(panel: Service) -> None:
    async with owner_session(panel.settings) as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        await session.execute(text("SET LOCAL enable_sort = off"))
        plan = await session.execute(
            text(
                "EXPLAIN SELECT * FROM cases WHERE organisation_id = :id AND attention_weight > 0"
                " ORDER BY attention_weight DESC, attention_since, id LIMIT 51"
            ),
            {"id": UUID(int=0)},
        )
        lines = " ".join(row[0] for row in plan)
    assert "ix_cases_attention" in lines
    assert "Sort" not in lines


async def test_a_rapid_review_that_came_is_overdue_no_more(panel: Service) -> None:
    sender, secretariat, _ = await board(panel)
    subject = await sender.notify(
        incident=incident(information_received=[{"partner": "police", "received_at": "2025-12-22T10:00:00Z"}])
    )
    assert codes((await queue(secretariat))[0])[0] == "rapid_review_overdue"
    await sender.send(RAPID_REVIEW, subject)
    assert "rapid_review_overdue" not in codes((await queue(secretariat))[0])
