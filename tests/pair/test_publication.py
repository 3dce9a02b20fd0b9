from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from httpx import Response

from shared_schemas.local_reviews import LocalReviewReport, hash_of_report
from tests.pair.test_journey import decide, reviewed
from tests.pair.wires import Pair
from tests.support.offices import REPORT


def today(ahead: int = 0) -> date:
    return datetime.now(UTC).astimezone(ZoneInfo("Europe/London")).date() + timedelta(days=ahead)


async def move_clocks(pair: Pair, days: int) -> None:
    for side in (pair.local, pair.panel):
        await side.change("UPDATE service_state SET clock_offset = make_interval(days => :days)", days=days)


async def completed(pair: Pair) -> str:
    path = await reviewed(pair)
    await pair.east.commission(path)
    await pair.east.write_report(path)
    assert (await pair.east.complete_local_review(path)).status_code == 200
    await pair.drain()
    return path


async def step(pair: Pair, path: str, name: str, **body: Any) -> Response:
    answer = await pair.east.course_step(path, name, body)
    await pair.drain()
    return answer


async def taken(pair: Pair, path: str, name: str, **body: Any) -> dict[str, Any]:
    answer = await step(pair, path, name, **body)
    assert answer.status_code == 201, answer.text
    read: dict[str, Any] = answer.json()
    return read


async def refused(pair: Pair, path: str, name: str, **body: Any) -> tuple[int, str]:
    answer = await step(pair, path, name, **body)
    return answer.status_code, answer.json().get("rule")


async def planned(pair: Pair, path: str, version: int = 1) -> None:
    await taken(pair, path, "publication-plan", form="published", version=version, planned_on=f"{today(9)}")
    await taken(pair, path, "copies", recipient="secretary_of_state", version=version, sent_on=f"{today()}")


async def at_panel(pair: Pair, path: str) -> dict[str, Any]:
    answer = await pair.secretariat.get(f"{await pair.at_panel(path)}/local-review-course")
    assert answer.status_code == 200, answer.text
    course: dict[str, Any] = answer.json()
    return course


async def test_it_is_published_seven_days_after_the_later_copy(pair: Pair) -> None:
    path = await completed(pair)
    await planned(pair, path)
    course = (await pair.east.office.get(f"{path}/local-review/course")).json()
    assert course["state"] == "pre_publication"
    assert course["earliest_publication"]["lawful_from"] == f"{today(7)}"
    body = {"version": 1, "where": "https://eastshire.example/reviews/one"}
    assert await refused(pair, path, "publication", on=f"{today()}", **body) == (409, "SI 2018/789 reg 16(1)")
    await move_clocks(pair, 8)
    moved = (await pair.east.office.get(f"{path}/local-review/course")).json()
    assert moved["earliest_publication"] == course["earliest_publication"]
    status, rule = await refused(pair, path, "publication", on=f"{today(8)}", **body)
    assert (status, rule) == (
        409,
        "Working Together to Safeguard Children, chapter 4: seven working days (guidance)",
    )
    await move_clocks(pair, 15)
    future = await step(pair, path, "publication", on=f"{today(17)}", **body)
    assert (future.status_code, future.json()["errors"][0]["code"]) == (422, "date_in_the_future")
    read = await taken(pair, path, "publication", on=f"{today(15)}", **body)
    assert read["state"] == "published"
    until = date.fromisoformat(read["publications"][0]["available_until_min"])
    assert (until - today(15)).days in {365, 366}
    gone = {"on": f"{today(15)}", "reason": "time_has_passed"}
    assert await refused(pair, path, "unpublication", **gone) == (409, "SI 2018/789 reg 17")
    removal = f"reviewers/{read['reviewers'][0]['id']}/removal"
    assert await refused(pair, path, removal, reasons="Ill.", on=f"{today()}") == (409, "SI 2018/789 reg 13")
    ordered = await taken(
        pair, path, "unpublication", on=f"{today(15)}", reason="court_order", order="Order ref. 4"
    )
    assert ordered["state"] == "no_longer_available"
    assert [one["body"]["stage"] for one in (await at_panel(pair, path))["notices"]] == [
        "planned",
        "published",
        "no_longer_available",
    ]


async def test_a_revised_version_reaches_the_panel_and_is_copied_anew(pair: Pair) -> None:
    path = await completed(pair)
    await planned(pair, path)
    report = {**REPORT, "improvements_summary": "One route for bruising in babies, in every area."}
    read = await taken(pair, path, "versions", report=report, reasons="An area was left out.")
    assert (read["state"], [one["version"] for one in read["versions"]]) == ("complete", [1, 2])
    old = await refused(pair, path, "publication-plan", form="published", version=1, planned_on=f"{today(9)}")
    assert old == (409, "SI 2018/789 reg 16(1)")
    await taken(pair, path, "publication-plan", form="published", version=2, planned_on=f"{today(9)}")
    await move_clocks(pair, 20)
    body = {"version": 2, "where": "On the web", "on": f"{today(20)}"}
    assert await refused(pair, path, "publication", **body) == (409, "SI 2018/789 reg 16(1)")
    revised = (await at_panel(pair, path))["notices"][1]["body"]
    assert (revised["stage"], revised["report_version"]) == ("revised", 2)
    assert revised["report"]["improvements_summary"] == report["improvements_summary"]
    assert revised["report_hash"] == hash_of_report(LocalReviewReport.model_validate(revised["report"]))
    assert revised["report_hash"] == read["versions"][1]["report_hash"] != read["versions"][0]["report_hash"]


async def test_improvements_only_and_nothing_at_all_need_reasons_and_are_told(pair: Pair) -> None:
    path = await completed(pair)
    bare = await step(pair, path, "publication-plan", form="withheld", version=1)
    assert (bare.status_code, bare.json()["rule"]) == (422, "Children Act 2004 s16F(5)")
    withheld = await taken(
        pair, path, "publication-plan", form="withheld", version=1, reasons="A child would be found."
    )
    assert withheld["state"] == "withheld"
    facts = {"form": "improvements_only", "version": 1, "planned_on": f"{today(9)}"}
    told = {"improvements_information": "One route for bruising.", "reasons": "A child would be found."}
    await taken(pair, path, "publication-plan", **facts, **told)
    sent = {"recipient": "secretary_of_state", "sent_on": f"{today()}"}
    await taken(pair, path, "copies", **sent, version=1)
    await move_clocks(pair, 20)
    body = {"version": 1, "where": "On the web", "on": f"{today(20)}"}
    assert await refused(pair, path, "publication", **body) == (409, "SI 2018/789 reg 16(2)")
    await taken(
        pair, path, "copies", **sent | {"sent_on": f"{today(20)}"}, version=2, item="improvements_information"
    )
    assert await refused(pair, path, "publication", **body) == (409, "SI 2018/789 reg 16(2)")
    await move_clocks(pair, 40)
    read = await taken(pair, path, "publication", **body | {"on": f"{today(40)}"})
    assert (read["state"], read["publications"][0]["form"]) == ("improvements_only", "improvements_only")
    notices = [one["body"] for one in (await at_panel(pair, path))["notices"]]
    assert [one["stage"] for one in notices] == ["withheld", "planned", "published"]
    assert notices[1]["improvements_information"] == told["improvements_information"]


async def test_a_hold_stops_publication_until_a_person_lifts_it(pair: Pair) -> None:
    path = await completed(pair)
    await planned(pair, path)
    hold = {"process": "criminal_investigation", "reason": "A trial.", "asked_by": "The police"}
    await taken(pair, path, "holds", **hold)
    await move_clocks(pair, 20)
    body = {"version": 1, "where": "On the web", "on": f"{today(20)}"}
    status, rule = await refused(pair, path, "publication", **body)
    assert (status, "parallel" in rule) == (409, True)
    lifted = await taken(pair, path, "holds/1/lifting", reason="The trial has ended.")
    assert lifted["holds"][0]["lifting"]["recorded_by"] == str(pair.east.office.principal_id)
    assert (await refused(pair, path, "holds/1/lifting", reason="Again."))[0] == 409
    assert (await refused(pair, path, "holds/2/lifting", reason="None."))[0] == 404
    assert (await taken(pair, path, "publication", **body))["state"] == "published"


async def test_the_panel_comments_and_regard_is_had(pair: Pair) -> None:
    path = await completed(pair)
    comments = f"{await pair.at_panel(path)}/publication-comments"
    comment = {"report_version": 1, "comment": "Please consider another day."}

    async def post(**changes: Any) -> Response:
        etag = (await pair.secretariat.get(await pair.at_panel(path))).headers["ETag"]
        answer = await pair.secretariat.post(comments, {**comment, **changes}, headers={"If-Match": etag})
        await pair.drain()
        return answer

    assert (await post()).status_code == 409
    await planned(pair, path)
    assert (await post(report_version=2)).status_code == 422
    stale = await pair.secretariat.post(comments, comment, headers={"If-Match": '"v1"'})
    assert stale.status_code == 412
    assert (await post()).status_code == 201
    course = (await pair.east.office.get(f"{path}/local-review/course")).json()
    assert [one["comment"] for one in course["comments"]] == [comment["comment"]]
    await move_clocks(pair, 20)
    body = {"version": 1, "where": "On the web", "on": f"{today(20)}"}
    status, rule = await refused(pair, path, "publication", **body)
    assert (status, "comments" in rule) == (409, True)
    await taken(pair, path, "publication", **body, regard_had="The day was changed.")
    assert (await post()).status_code == 409
    assert len((await at_panel(pair, path))["comments"]) == 1


async def test_reviewers_delays_and_replies_are_told_to_the_panel(pair: Pair) -> None:
    path = await reviewed(pair)
    await decide(pair, await pair.at_panel(path))
    answer = await pair.east.commission(
        path,
        criteria=[{"criterion": "reg_11_c", "answer": "yes", "reasons": "Transfers."}],
        circumstances=["several_areas"],
    )
    assert answer.json()["criterion_d"] == {"met": True, "panel_decision_version": 1}
    reply = {"reply": "change", "reasons": "A review is commissioned now."}
    decisions = f"{path}/panel-decisions"
    headers = await pair.east.if_match(path)
    replied = await pair.east.office.post(f"{decisions}/1/reply", reply, headers=headers)
    assert replied.status_code == 201, replied.text
    stale = await pair.east.office.post(f"{decisions}/1/reply", reply, headers=headers)
    assert stale.status_code == 412
    now = await pair.east.if_match(path)
    assert (await pair.east.office.post(f"{decisions}/2/reply", reply, headers=now)).status_code == 404
    assert [one["reply"] for one in (await pair.east.office.get(f"{decisions}/1/replies")).json()] == [
        "change"
    ]
    appointed = (await pair.east.appoint(path)).json()["reviewers"][0]["id"]
    await taken(pair, path, f"reviewers/{appointed}/removal", reasons="No longer available.", on=f"{today()}")
    await taken(
        pair, path, "delays", reason="inquest", narrative="It is not over.", expected_on=f"{today(90)}"
    )
    course = await at_panel(pair, path)
    assert [one["body"]["change"] for one in course["reviewers"]] == ["appointed", "removed"]
    assert course["delays"][0]["body"]["reason"] == "inquest"
    replies = (await pair.secretariat.get(f"{await pair.at_panel(path)}/decision-replies")).json()
    assert [(one["body"]["decision_version"], one["body"]["reply"]) for one in replies] == [(1, "change")]
    told = (await pair.secretariat.get(await pair.at_panel(path))).json()["local_review_decisions"][0]["body"]
    assert told["criteria"][0]["criterion"] == "reg_11_c"
    assert {one["state"] for one in (await pair.east.read(path))["messages"]} == {"delivered", "applied"}


async def test_the_panels_receipt_meets_the_listed_duty_of_the_copies(pair: Pair) -> None:
    path = await completed(pair)
    plan = {
        "form": "improvements_only",
        "version": 1,
        "planned_on": f"{today(9)}",
        "improvements_information": "One route for bruising.",
        "reasons": "A child would be found.",
    }
    copy = {"recipient": "secretary_of_state", "sent_on": f"{today()}", "version": 1}
    for name, body in (
        ("publication-plan", plan),
        ("copies", copy),
        ("copies", copy | {"item": "improvements_information"}),
    ):
        assert (await pair.east.course_step(path, name, body)).status_code == 201
    params = {"case_id": path.rsplit("/", 1)[1], "code": "publication_copy"}
    (listed,) = (await pair.east.office.get("/v1/duties", params=params)).json()["items"]
    assert listed["status"] in {"open", "due_soon"}
    await pair.drain()
    (listed,) = (await pair.east.office.get("/v1/duties", params=params)).json()["items"]
    assert (listed["status"], listed["met_on"]) == ("met", f"{today()}")
