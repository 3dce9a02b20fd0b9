from typing import Any
from uuid import uuid4

import pytest

from tests.support.services import Caller, Service

ENTRY: dict[str, Any] = {
    "kind": "local",
    "form": "report",
    "title": "Child X",
    "publisher": "Eastshire Safeguarding Children Partnership",
    "address": "https://partnership.example/reviews/child-x",
    "published_on": "2026-05-18",
}


@pytest.fixture
async def secretariat(fresh_panel: Service) -> Caller:
    return await fresh_panel.caller("secretariat", organisation="panel")


async def enter(secretariat: Caller, **changes: Any) -> Any:
    return await secretariat.post("/v1/register-entries", ENTRY | {"source_id": str(uuid4())} | changes)


@pytest.mark.parametrize(
    ("kind", "until", "rule"),
    [("local", "2027-05-18", "SI 2018/789 reg 17"), ("national", "2029-05-18", "SI 2018/789 reg 10")],
)
async def test_what_is_entered_stays_for_its_years(
    secretariat: Caller, fresh_panel: Service, kind: str, until: str, rule: str
) -> None:
    entered = await enter(secretariat, kind=kind)
    assert (entered.status_code, entered.json()["available_until_at_least"]) == (201, until)
    (shown,) = (await fresh_panel.client.get("/v1/public/reviews", params={"kind": kind})).json()["items"]
    assert shown["title"] == "Child X"
    assert "source_id" not in shown
    path = f"/v1/register-entries/{shown['id']}/taking-down"
    early = {"reasons": "It is old.", "by_order_of_a_court": False}
    refused = await secretariat.post(path, early)
    assert (refused.status_code, refused.json()["rule"]) == (409, rule)
    ordered = await secretariat.post(path, {"reasons": "An order was made.", "by_order_of_a_court": True})
    assert ordered.status_code == 200
    assert (await fresh_panel.client.get("/v1/public/reviews")).json()["items"] == []


async def test_a_time_that_is_over_lets_it_go(secretariat: Caller) -> None:
    entered = await enter(secretariat, published_on="2021-05-18")
    path = f"/v1/register-entries/{entered.json()['id']}/taking-down"
    over = {"reasons": "The year is over.", "by_order_of_a_court": False}
    assert (await secretariat.post(path, over)).status_code == 200
    assert (await secretariat.post(path, over)).status_code == 409


async def test_bad_entries_are_refused(secretariat: Caller) -> None:
    assert (await enter(secretariat, published_on="2999-01-01")).status_code == 422
    assert (await enter(secretariat, address="javascript:alert(1)")).status_code == 422
    source = str(uuid4())
    assert (await enter(secretariat, source_id=source)).status_code == 201
    assert (await enter(secretariat, source_id=source)).status_code == 409


async def test_others_enter_nothing(fresh_panel: Service) -> None:
    member = await fresh_panel.caller("member", organisation="panel")
    assert (await enter(member)).status_code == 403


async def test_the_code_lists_are_for_anybody(panel: Service) -> None:
    names = (await panel.client.get("/v1/public/code-lists")).json()
    assert "setting" in names
    listed = await panel.client.get("/v1/public/code-lists/setting")
    assert listed.json()["codes"]
    assert (await panel.client.get("/v1/public/code-lists/nothing")).status_code == 404


async def test_the_pool_is_for_anybody(secretariat: Caller, fresh_panel: Service) -> None:
    assert (await fresh_panel.client.get("/v1/public/reviewer-pool")).json() == []
    member = {
        "name": "I. Reviewer",
        "experience": "Twenty years of reviews.",
        "availability": {"available": True},
        "joined_on": "2026-01-05",
    }
    assert (await secretariat.post("/v1/reviewers", member)).status_code == 201
    (shown,) = (await fresh_panel.client.get("/v1/public/reviewer-pool")).json()
    assert (shown["name"], shown["available_now"]) == ("I. Reviewer", True)
