"""A national review from proposal to publication, and what stops it on the way."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from panel_service.national_reviews.schemas import PublishedReview
from panel_service.national_reviews.service import published_reviews
from panel_service.public_register.models import RegisterEntry
from service_kit.exchange.message_types import SetAside
from shared_schemas.messages.national_reviews import PROPOSAL
from tests.panel.national import DECIDED, PUBLISHED, REPORT, Course, considered, propose, proposed
from tests.panel.received import connect
from tests.panel.test_by_hand import opened, record
from tests.panel.test_decisions import decision, release, reviewed, sent_about
from tests.support.services import Caller, Service


@pytest.fixture
async def course(panel: Service) -> Course:
    """A proposed national review of one case."""
    return await proposed(await connect(panel), await panel.caller("secretariat"))


def allowed(read: dict[str, Any]) -> set[str]:
    return {step["action"] for step in read["allowed_actions"] if step["allowed"]}


async def public(panel: Service, course: Course) -> PublishedReview | None:
    """Give what anybody may read of a review."""
    organisation = await panel.organisation("first")
    async with panel.worker.transaction(organisation) as session:
        shown = await published_reviews(session, organisation)
    return next((one for one in shown if str(one.id) in course.path), None)


async def stranger_to(panel: Service) -> Caller:
    return await panel.caller("secretariat", organisation="other")


async def test_it_goes_from_proposal_to_publication_and_is_closed(course: Course, panel: Service) -> None:
    assert ((await course.read())["state"], allowed(await course.read())) == ("proposed", {"decide", "close"})
    seen = []
    for step in (course.decided, course.select, course.confirm):
        await step()
        seen.append((await course.read())["state"])
    assert seen == ["scoping", "reviewers_selected", "confirmed"]
    await course.done("/start", {"on": "2025-02-02", "first_check_on": "2025-03-02"})
    written = await course.done("/reports", {"report": REPORT})
    assert (written["state"], written["reports"][0]["missing"]) == ("draft", [])
    await course.done("/quality-assurance", {"on": "2025-05-01", "note": "Sources checked."})
    await course.done("/finalisation", {"on": "2025-05-04"})
    copied = await course.done("/copies", {"on": "2025-05-05", "reference": "SoS-3"})
    assert copied["state"] == "copied_to_secretary_of_state"
    assert copied["notice"]["report_not_before"] == "2025-05-12"
    assert copied["copies"][0]["report_sha256"] == written["reports"][0]["sha256"]
    published = await course.done("/publication", PUBLISHED)
    assert (published["state"], published["available_until_min"]) == ("published", "2028-05-20")
    shown = await public(panel, course)
    assert shown is not None
    assert (shown.sha256, shown.summary) == (written["reports"][0]["sha256"], "Seven.")
    closed = await course.done("/closure", {"on": "2025-06-01", "reasons": "Done."})
    assert closed["state"] == "closed"


async def test_proposals_are_kept_with_unknown_criteria_shown_as_they_came(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    subject, path = await reviewed(sender, secretariat)
    await sender.send(PROPOSAL, subject)
    await sender.send(PROPOSAL, subject, version=2, criteria=["reg_3_z"])
    first, second = (await secretariat.get(f"{path}/national-review-proposals")).json()
    assert (first["unknown_codes"], second["unknown_codes"]) == ([], ["/criteria/0"])
    assert second["body"]["criteria"] == ["reg_3_z"]
    for caller, status in ((await panel.caller("analyst"), 403), (await stranger_to(panel), 404)):
        assert (await caller.get(f"{path}/national-review-proposals")).status_code == status


async def test_a_proposal_out_of_turn_is_set_aside(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    early = await sender.notify()
    with pytest.raises(SetAside):
        await sender.send(PROPOSAL, early)
    subject, _ = await reviewed(sender, secretariat)
    with pytest.raises(SetAside):
        await sender.send(PROPOSAL, subject, version=2)


async def test_a_single_case_needs_a_decision_for_a_national_review(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    path = await considered(sender, secretariat, "thematic_candidate")
    refused = await propose(secretariat, path)
    assert (refused.status_code, refused.json()["code"]) == (409, "move-not-allowed")
    assert (refused.json()["rule"], refused.json()["allowed"]) == (
        "Children Act 2004 s16B(1)",
        ["record_decision"],
    )


async def test_a_case_is_reviewed_alone_once_at_a_time(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    path = await considered(sender, secretariat)
    assert (await propose(secretariat, path)).status_code == 201
    assert (await propose(secretariat, path)).status_code == 409


async def test_a_decision_that_was_superseded_carries_no_review(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    path = await considered(sender, secretariat)
    course = Course(secretariat, (await propose(secretariat, path)).headers["Location"])
    later = decision(outcome="no_national_review")
    recorded = await secretariat.post(f"{path}/decisions", later, headers={"If-Match": '"v4"'})
    await release(await panel.caller("chair"), recorded)
    refused = await course.post("/decision", DECIDED)
    assert (refused.status_code, refused.json()["rule"]) == (409, "Children Act 2004 s16B(1)")


async def test_a_theme_takes_cases_of_many_partnerships_also_while_in_progress(panel: Service) -> None:
    secretariat = await panel.caller("secretariat")
    first, second = await connect(panel), await connect(panel)
    cases = [
        await considered(first, secretariat, "thematic_candidate"),
        await considered(second, secretariat),
    ]
    course = Course(secretariat, (await propose(secretariat, *cases)).headers["Location"])
    await course.started()
    third = await connect(panel)
    later = await considered(third, secretariat, "thematic_candidate")
    more = {"case_id": later.rsplit("/", 1)[1]}
    assert len((await course.done("/cases", more))["cases"]) == 3
    assert (await course.post("/cases", more)).json()["code"] == "conflict"
    (subject,) = third.sent
    told = [data for name, data in await sent_about(panel, third, subject) if "national_review" in name]
    assert [data["step"] for data in told] == ["case_added", "scoping"]
    assert told[1]["methodology"] == "Reading."
    unfit = await considered(first, secretariat, "no_national_review")
    assert (await course.post("/cases", {"case_id": unfit.rsplit("/", 1)[1]})).status_code == 409
    listed = await secretariat.get("/v1/national-reviews", params={"case_id": later.rsplit("/", 1)[1]})
    assert [one["cases"] for one in listed.json()["items"]] == [3]


async def test_a_review_of_one_case_takes_no_other(course: Course) -> None:
    refused = await course.post("/cases", {"case_id": str(uuid4())})
    assert (refused.status_code, refused.json()["rule"]) == (409, "Children Act 2004 s16B(1)(b)")


@pytest.mark.parametrize(
    ("part", "body", "rule"),
    [
        ("/start", {"on": "2025-02-02", "first_check_on": "2025-03-02"}, "SI 2018/789 reg 4(5)"),
        ("/finalisation", {"on": "2025-05-04"}, "SI 2018/789 reg 8"),
        ("/copies", {"on": "2025-05-05", "reference": "x"}, "SI 2018/789 reg 9"),
        ("/publication", PUBLISHED, "Children Act 2004 s16B(4)"),
        ("/takedown", {"on": "2025-05-05", "reasons": "x"}, "SI 2018/789 reg 10"),
    ],
)
async def test_a_step_out_of_turn_names_its_provision(
    course: Course, part: str, body: dict[str, Any], rule: str
) -> None:
    refused = await course.post(part, body)
    assert (refused.status_code, refused.json()["code"], refused.json()["rule"]) == (
        409,
        "move-not-allowed",
        rule,
    )


@pytest.mark.parametrize(
    ("part", "rule"),
    [("improvements_summary", "SI 2018/789 reg 8(a)"), ("systemic_analysis", "SI 2018/789 reg 8(b)")],
)
async def test_each_part_left_out_of_the_report_is_named(course: Course, part: str, rule: str) -> None:
    await course.started()
    await course.done("/reports", {"report": {name: REPORT[name] for name in REPORT if name != part}})
    refused = await course.post("/quality-assurance", {"on": "2025-05-01", "note": "Read."})
    assert (refused.status_code, refused.json()["code"]) == (409, "incomplete")
    (error,) = refused.json()["errors"]
    assert error["pointer"] == f"/report/{part}"
    assert rule in error["detail"]


@pytest.mark.parametrize(
    ("day", "status", "rule"),
    [
        ("2025-05-11", 409, "SI 2018/789 reg 9(1)"),
        ("2025-05-12", 409, "Working Together to Safeguard Children, guidance: seven working days"),
        ("2025-05-14", 200, None),
    ],
)
async def test_seven_days_are_law_and_seven_working_days_guidance(
    course: Course, day: str, status: int, rule: str | None
) -> None:
    await course.copied()
    answer = await course.post("/publication", {**PUBLISHED, "published_on": day})
    assert (answer.status_code, answer.json().get("rule")) == (status, rule)


async def test_guidances_notice_is_shortened_with_reasons_on_record(course: Course) -> None:
    await course.copied()
    reasons = {"notice_override_reasons": "The Secretary of State asked for it."}
    read = await course.done("/publication", {**PUBLISHED, "published_on": "2025-05-12", **reasons})
    assert read["publication"]["notice_override_reasons"] == reasons["notice_override_reasons"]


async def test_a_changed_report_is_a_draft_again_and_its_copy_counts_for_nothing(course: Course) -> None:
    await course.copied()
    read = await course.done("/reports", {"report": REPORT | {"body": "Changed."}})
    assert (read["state"], read["notice"]["report_not_before"]) == ("draft", None)
    assert read["reports"][0]["sha256"] != read["reports"][1]["sha256"]
    refused = await course.post("/publication", PUBLISHED)
    assert refused.status_code == 409
    first = await course.secretariat.get(f"{course.path}/reports/1")
    assert first.json()["report"]["body"] is None
    assert (await course.secretariat.get(f"{course.path}/reports/3")).status_code == 404


async def test_improvements_only_needs_a_copy_of_the_information_too(course: Course) -> None:
    await course.copied()
    only = {**PUBLISHED, "form": "improvements_only", "inappropriate_reasons": "It would identify a sibling."}
    refused = await course.post("/publication", only)
    assert (refused.status_code, refused.json()["rule"]) == (409, "SI 2018/789 reg 9(2)")
    information = {"on": "2025-05-06", "reference": "SoS-4", "improvements_information": "One route for all."}
    await course.done("/copies", information)
    read = await course.done("/publication", only)
    assert (read["state"], read["published_form"]) == ("improvements_only", "improvements_only")
    assert read["publication"]["sha256"] == read["copies"][1]["information_sha256"]
    assert read["publication"]["improvements_information"] == "One route for all."


async def test_only_what_is_inappropriate_needs_reasons(course: Course) -> None:
    await course.copied()
    answer = await course.post("/publication", {**PUBLISHED, "form": "improvements_only"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "inappropriate_reasons"


async def test_it_stays_available_for_three_years_unless_a_court_orders_otherwise(
    course: Course, panel: Service
) -> None:
    await course.copied()
    await course.done("/publication", PUBLISHED)
    assert await public(panel, course) is not None
    refused = await course.post("/takedown", {"on": "2025-06-01", "reasons": "Out of date."})
    assert (refused.status_code, refused.json()["rule"]) == (409, "SI 2018/789 reg 10")
    order = {"on": "2025-06-01", "reasons": "By order.", "court_order_reference": "QB-1"}
    assert (await course.done("/takedown", order))["taken_down_on"] == "2025-06-01"
    assert await public(panel, course) is None
    assert (await course.post("/takedown", order)).status_code == 409


async def test_what_is_taken_off_the_register_by_order_is_on_no_public_list(
    course: Course, panel: Service
) -> None:
    await course.copied()
    await course.done("/publication", PUBLISHED)
    review = course.path.rsplit("/", 1)[1]
    async with panel.worker.transaction(await panel.organisation("first")) as session:
        statement = select(RegisterEntry.id).where(RegisterEntry.source_id == UUID(review))
        entry = (await session.execute(statement)).scalar_one()
    ordered = {"reasons": "An order was made.", "by_order_of_a_court": True}
    taken = await course.secretariat.post(f"/v1/register-entries/{entry}/taking-down", ordered)
    assert taken.status_code == 200
    assert await public(panel, course) is None


@pytest.mark.parametrize(
    "address", ["https://panel.example?review=1", "https://panel.example@elsewhere.example"]
)
async def test_an_address_that_the_register_would_not_show_is_refused(course: Course, address: str) -> None:
    await course.copied()
    refused = await course.post("/publication", {**PUBLISHED, "address": address})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/address")


async def test_who_should_be_removed_is_removed_before_publication(course: Course) -> None:
    await course.copied()
    of = f"/reviewers/{course.reviewer}"
    await course.done(f"{of}/removal-determination", {"on": "2025-05-06", "reasons": "Does not go on."})
    refused = await course.post("/publication", PUBLISHED)
    assert (refused.status_code, refused.json()["rule"]) == (409, "SI 2018/789 reg 5(2)")
    assert refused.json()["allowed"] == ["record_removal"]
    await course.done(f"{of}/removal", {"on": "2025-05-07", "reference": "SoS-4"})
    await course.done("/publication", PUBLISHED)


async def test_a_case_that_came_by_hand_is_reviewed_and_its_partnership_told_by_hand(panel: Service) -> None:
    secretariat = await panel.caller("secretariat")
    path = await opened(panel, secretariat)
    await record(secretariat, path, "rapid-review")
    headers = {"If-Match": (await secretariat.get(path)).headers["ETag"]}
    body = decision(outcome="thematic_candidate")
    decided = await secretariat.post(f"{path}/decisions", body, headers=headers)
    assert (await release(await panel.caller("chair"), decided)).status_code == 200
    other = await considered(await connect(panel), secretariat, "thematic_candidate")
    answer = await propose(secretariat, path, other)
    course = Course(secretariat, answer.headers["Location"])
    await course.started()
    assert (await course.read())["state"] == "in_progress"
    auditor = await panel.caller("auditor")
    params = {"subject_id": path.rsplit("/", 1)[1], "limit": 50}
    entries = (await auditor.get("/v1/audit-entries", params=params)).json()["items"]
    steps = [
        entry["detail"]["step"] for entry in entries if entry["action"] == "national_review.to_tell_by_hand"
    ]
    assert {"decided", "scoping", "in_progress"} <= set(steps)


async def test_a_published_review_is_not_abandoned_and_a_final_one_not_either(course: Course) -> None:
    await course.final()
    refused = await course.post("/closure", {"on": "2025-06-01", "reasons": "No more."})
    assert (refused.status_code, refused.json()["rule"]) == (409, "Children Act 2004 s16B(4)")


async def test_a_proposal_that_goes_no_further_is_closed_with_reasons(course: Course) -> None:
    read = await course.done("/closure", {"on": "2025-01-09", "reasons": "The case goes into a theme."})
    assert (read["state"], allowed(read)) == ("closed", set())


async def test_time_and_quality_are_monitored_and_a_late_look_is_overdue(course: Course) -> None:
    await course.started()
    assert (await course.read())["supervision"]["check_overdue"] is True
    check = {
        "on": "2025-03-02",
        "timeliness": "satisfactory",
        "quality": "some_concerns",
        "note": "One area is left.",
        "next_on": "2099-04-01",
    }
    supervision = (await course.done("/checkpoints", check))["supervision"]
    assert (supervision["check_overdue"], supervision["next_check_on"]) == (False, "2099-04-01")
    backwards = await course.post("/checkpoints", {**check, "on": "2025-03-01"})
    assert backwards.json()["errors"][0]["code"] == "before_the_step_before"


async def test_a_request_is_in_writing_and_answered_once(course: Course) -> None:
    await course.started()
    letter = {
        "kind": "draft_report",
        "what": "The draft chapters.",
        "letter_reference": "L-1",
        "requested_on": "2025-03-02",
        "due_on": "2025-03-16",
    }
    without = await course.post("/requests", {k: v for k, v in letter.items() if k != "letter_reference"})
    assert without.status_code == 422
    (request,) = (await course.done("/requests", letter))["supervision"]["requests"]
    assert request["overdue"] is True
    answer = {"answered_on": "2025-03-20", "note": "By secure mail."}
    read = await course.done(f"/requests/{request['id']}/answer", answer)
    assert read["supervision"]["requests"][0]["overdue"] is False
    assert (await course.post(f"/requests/{request['id']}/answer", answer)).status_code == 409


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"decided_on": "2999-01-01"}, "/decided_on", "date_in_the_future"),
        ({"decided_on": "2025-01-04"}, "/decided_on", "before_the_step_before"),
        (
            {"secretary_of_state_told_on": "2025-01-05"},
            "/secretary_of_state_told_on",
            "before_the_step_before",
        ),
    ],
)
async def test_days_out_of_order_are_refused(
    course: Course, changes: dict[str, str], pointer: str, code: str
) -> None:
    answer = await course.post("/decision", {**DECIDED, **changes})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["pointer"], error["code"]) == (422, pointer, code)


@pytest.mark.parametrize("role", ["member", "analyst", "auditor", "administrator"])
async def test_who_does_not_run_reviews_cannot_decide(course: Course, panel: Service, role: str) -> None:
    caller = await panel.caller(role)
    assert (await course.post("/decision", DECIDED, caller)).status_code == 403


async def test_another_organisation_finds_nothing(course: Course, panel: Service) -> None:
    stranger = await panel.caller("secretariat", organisation="other")
    assert (await stranger.get(course.path)).status_code == 404
    assert (await course.post("/decision", DECIDED, stranger)).status_code == 404


async def test_a_stale_reading_and_a_repeated_request(course: Course) -> None:
    stale = await course.secretariat.post(f"{course.path}/decision", DECIDED, headers={"If-Match": '"v9"'})
    assert stale.status_code == 412
    headers = {"If-Match": '"v1"', "Idempotency-Key": str(uuid4())}
    answers = [
        await course.secretariat.post(f"{course.path}/decision", DECIDED, headers=headers) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


async def test_a_reader_sees_why_a_step_is_not_theirs(course: Course, panel: Service) -> None:
    member: Caller = await panel.caller("member")
    read = (await member.get(course.path)).json()
    assert not allowed(read)
    assert {step["why_not"] for step in read["allowed_actions"]} == {
        "Your roles do not include national-reviews:write.",
        "Your roles do not include national-reviews:decide.",
    }
