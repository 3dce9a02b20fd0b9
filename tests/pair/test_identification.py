"""What follows a notification, across: corrections beside the first version, and its withdrawal."""

from tests.pair.test_journey import decision
from tests.pair.wires import Pair
from tests.panel.test_decisions import release
from tests.support.offices import child

WITHDRAWAL = {
    "reason": "notified_twice",
    "reasons": "The same incident was notified under another reference.",
}


async def withdraw(pair: Pair, path: str) -> None:
    east = pair.east
    drafted = await east.notifier.post(f"{path}/withdrawal", WITHDRAWAL, headers=await east.if_match(path))
    assert drafted.status_code == 201, drafted.text
    sent = await east.authoriser.post(f"{path}/withdrawal/authorisation", headers=await east.if_match(path))
    assert sent.status_code == 200, sent.text
    await pair.drain()


async def test_an_outcome_change_stands_beside_the_first_version(pair: Pair) -> None:
    path = await pair.east.notified()
    died = child(outcome="died", date_of_death="2026-01-10")
    headers = await pair.east.if_match(path)
    await pair.east.office.patch(
        path, {"incident": {"children": [died], "nature": "child_death"}}, headers["If-Match"]
    )
    await pair.east.draft(path)
    assert (await pair.east.authorise(path)).status_code == 200
    await pair.drain()
    at_panel = await pair.at_panel(path)
    case = (await pair.secretariat.get(at_panel)).json()
    assert case["nature"] == "child_death"
    first, second = (entry["body"] for entry in case["notifications"])
    assert (first["incident"]["nature"], first["reason_for_version"]) == ("serious_harm", None)
    assert second["reason_for_version"] == "outcome_change"
    changes = (await pair.secretariat.get(f"{at_panel}/notifications/2/changes")).json()
    assert [change["pointer"] for change in changes["changes"]] == second["changed"]


async def test_a_withdrawal_ends_the_case_at_the_panel(pair: Pair) -> None:
    path = await pair.east.notified()
    await pair.drain()
    at_panel = await pair.at_panel(path)
    await withdraw(pair, path)
    answer = await pair.secretariat.get(at_panel)
    case = answer.json()
    assert (case["state"], case["withdrawal"]["body"]["reason"]) == ("withdrawn", "notified_twice")
    duties = {duty["code"]: duty for duty in case["timeliness"]["duties"]}
    assert duties["rapid_review_completion"]["status"] == "lifted"
    (action,) = [one for one in case["allowed_actions"] if one["action"] == "record_decision"]
    assert (action["allowed"], action["rule"]) == (False, "Children Act 2004 s16C(1)")
    refused = await pair.secretariat.post(
        f"{at_panel}/decisions", decision(), headers={"If-Match": answer.headers["ETag"]}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "move-not-allowed")
    assert refused.json()["rule"] == "Children Act 2004 s16C(1)"
    messages = (await pair.east.read(path))["messages"]
    assert [message["state"] for message in messages] == ["delivered", "delivered"]


async def test_a_decision_that_crosses_the_withdrawal_is_kept_and_the_case_ends(pair: Pair) -> None:
    path = await pair.east.notified()
    await pair.drain()
    at_panel = await pair.at_panel(path)
    etag = (await pair.secretariat.get(at_panel)).headers["ETag"]
    body = decision(decided_without_rapid_review_reasons="The issue is urgent.")
    decided = await pair.secretariat.post(f"{at_panel}/decisions", body, headers={"If-Match": etag})
    assert decided.status_code == 201, decided.text
    released = await release(pair.chair, decided)
    assert released.status_code == 200, released.text
    await withdraw(pair, path)
    case = (await pair.secretariat.get(at_panel)).json()
    assert (case["state"], len(case["decisions"])) == ("withdrawn", 1)
    there = await pair.east.read(path)
    assert (there["status"], len(there["panel_decisions"])) == ("withdrawn", 1)
    assert {message["state"] for message in there["messages"]} == {"delivered", "applied"}


async def test_before_it_was_delivered_it_may_be_withdrawn_and_both_cross_in_order(pair: Pair) -> None:
    path = await pair.east.notified()
    await withdraw(pair, path)
    case = (await pair.secretariat.get(await pair.at_panel(path))).json()
    assert [message["type"] for message in case["messages"]] == [
        "local.notification.v1",
        "local.notification_withdrawn.v1",
    ]
    assert case["state"] == "withdrawn"
