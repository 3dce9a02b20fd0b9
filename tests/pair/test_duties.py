"""What is due, as each side tells it of the same case."""

from datetime import date

from tests.local.test_duty_schedule import feed_with, load, told
from tests.pair.test_journey import decide, reviewed
from tests.pair.wires import Pair


async def test_the_panels_answer_meets_its_duty_on_both_sides(pair: Pair) -> None:
    path = await reviewed(pair)
    at_panel = await pair.at_panel(path)
    params = {"case_id": path.rsplit("/", 1)[1], "code": "panel_response"}
    (listed,) = (await pair.east.office.get("/v1/duties", params=params)).json()["items"]
    assert (listed["status"], listed["responsible"]) == ("no_time_stated", "panel")
    await decide(pair, at_panel)
    (listed,) = (await pair.east.office.get("/v1/duties", params=params)).json()["items"]
    assert (listed["status"], listed["stage"]) == ("met", "panel_decided")
    theirs = {duty["code"]: duty for duty in (await pair.secretariat.get(f"{at_panel}/duties")).json()}
    assert theirs["panel_response"]["status"] == "met"
    ours = {duty["code"]: duty for duty in (await pair.east.office.get(f"{path}/duties")).json()}
    for code in ("rapid_review_completion", "notification", "findings_to_panel"):
        assert (theirs[code]["due_on"], theirs[code]["status"]) == (
            ours[code]["due_on"],
            ours[code]["status"],
        )


async def test_the_thread_tells_what_crossed(pair: Pair) -> None:
    path = await reviewed(pair)
    await decide(pair, await pair.at_panel(path))
    items = (await pair.east.office.get(f"{path}/timeline")).json()["items"]
    crossed = [
        (item["code"], item["title"].rsplit(" was ")[1]) for item in items if item["kind"] == "message"
    ]
    assert crossed[-1] == ("panel.decision.recorded.v1", "received")
    assert ("local.notification.v1", "receipted") in crossed
    assert ("local.rapid_review.v1", "receipted") in crossed
    assert "panel_decision.received" in {item["code"] for item in items}


async def test_what_the_panel_says_moves_no_date_back_to_the_bank_holidays_before(pair: Pair) -> None:
    await load(pair.local.service, feed_with(date(2025, 12, 29)))
    path = await reviewed(pair)
    await decide(pair, await pair.at_panel(path))
    params = {"case_id": path.rsplit("/", 1)[1], "code": "rapid_review_completion"}
    (listed,) = (await pair.east.office.get("/v1/duties", params=params)).json()["items"]
    (explained,) = [
        duty
        for duty in (await pair.east.office.get(f"{path}/duties")).json()
        if duty["code"] == "rapid_review_completion"
    ]
    assert listed["due_on"] == explained["due_on"]
    changed = await told(pair.local.service, "duty.changed")
    assert "rapid_review_completion" not in {one["duty"] for one in changed}
