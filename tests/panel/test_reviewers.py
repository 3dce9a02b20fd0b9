"""The pool, and the reviewers of a national review (SI 2018/789 regs 4 and 5)."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from panel_service.reviewers.service import pool_now
from tests.panel.national import MEMBER, PUBLISHED, Course, proposed
from tests.panel.received import connect
from tests.support.services import Service

DETERMINED = {"on": "2025-03-10", "reasons": "An interest became known."}
REMOVED = {"on": "2025-03-12", "reference": "SoS-9"}


@pytest.fixture
async def course(panel: Service) -> Course:
    """A proposed national review of one case."""
    return await proposed(await connect(panel), await panel.caller("secretariat"))


async def test_the_public_sees_who_is_in_the_pool_today(panel: Service) -> None:
    code = f"panel-{uuid4()}"
    secretariat = await panel.caller("secretariat", organisation=code)
    made = await secretariat.post("/v1/reviewers", MEMBER)
    assert (made.status_code, made.headers["ETag"]) == (201, '"v1"')
    path = made.headers["Location"]
    patched = await secretariat.patch(path, {"availability": {"available": False}}, '"v1"')
    assert (patched.status_code, patched.json()["available_now"], patched.json()["name"]) == (
        200,
        False,
        "A. Reviewer",
    )
    organisation = await panel.organisation(code)
    async with panel.worker.transaction(organisation) as session:
        (public,) = await pool_now(session, organisation, date(2025, 1, 1))
    assert (public.name, public.available_now) == ("A. Reviewer", False)
    removal = {"removed_on": "2025-02-02", "reasons": "At their own wish."}
    removed = await secretariat.post(f"{path}/removal", removal, headers={"If-Match": '"v2"'})
    assert removed.json()["removed_on"] == "2025-02-02"
    again = await secretariat.post(f"{path}/removal", removal, headers={"If-Match": '"v3"'})
    assert (again.status_code, again.json()["rule"]) == (409, "SI 2018/789 reg 5(1)")
    async with panel.worker.transaction(organisation) as session:
        assert await pool_now(session, organisation, date(2025, 2, 2)) == []
        assert len(await pool_now(session, organisation, date(2025, 2, 1))) == 1
    assert (await secretariat.get("/v1/reviewers")).json()["items"] == []
    former = await secretariat.get("/v1/reviewers", params={"removed": True})
    assert [one["removed_reasons"] for one in former.json()["items"]] == ["At their own wish."]


@pytest.mark.parametrize(
    "changed", [{"available": False}, {"available": True, "available_from": "2028-01-01"}]
)
async def test_a_new_availability_takes_the_place_of_the_former_with_its_days(
    panel: Service, changed: dict[str, Any]
) -> None:
    secretariat = await panel.caller("secretariat")
    days = {"available": True, "available_from": "2026-01-01", "available_to": "2027-01-01"}
    made = await secretariat.post("/v1/reviewers", MEMBER | {"availability": days})
    patched = await secretariat.patch(made.headers["Location"], {"availability": changed}, '"v1"')
    assert patched.status_code == 200, patched.text
    assert {"available_from": None, **changed, "available_to": None} == patched.json()["availability"]


async def test_the_pool_is_kept_by_its_keepers_and_stale_readings_refused(panel: Service) -> None:
    secretariat, member = await panel.caller("secretariat"), await panel.caller("member")
    assert (await member.post("/v1/reviewers", MEMBER)).status_code == 403
    path = (await secretariat.post("/v1/reviewers", MEMBER)).headers["Location"]
    assert (await member.get(path)).json()["allowed_actions"][0]["allowed"] is False
    assert (await secretariat.patch(path, {"name": "B"}, '"v7"')).status_code == 412
    stranger = await panel.caller("secretariat", organisation="other")
    assert (await stranger.get(path)).status_code == 404
    future = await secretariat.post("/v1/reviewers", {**MEMBER, "joined_on": "2999-01-01"})
    assert (future.status_code, future.json()["errors"][0]["pointer"]) == (422, "/joined_on")
    turned = {"available": True, "available_from": "2025-02-02", "available_to": "2025-02-01"}
    answer = await secretariat.post("/v1/reviewers", {**MEMBER, "availability": turned})
    assert answer.status_code == 422


async def test_outside_the_pool_needs_one_of_two_reasons(course: Course) -> None:
    await course.decided()
    outside: dict[str, Any] = {"name": "B. Outsider", "selected_on": "2025-01-20"}
    assert (await course.post("/reviewers", outside)).status_code == 422
    other = {**outside, "off_pool_reason": "preference", "off_pool_reasons": "We know them."}
    assert (await course.post("/reviewers", other)).status_code == 422
    reasons = {**outside, "off_pool_reason": "experience", "off_pool_reasons": "Nobody knows neonatal care."}
    (reviewer,) = (await course.done("/reviewers", reasons))["reviewers"]
    assert (reviewer["name"], reviewer["off_pool_reason"]) == ("B. Outsider", "experience")


async def test_who_is_not_available_or_not_in_the_pool_is_not_selected(course: Course) -> None:
    await course.decided()
    busy = {**MEMBER, "availability": {"available": True, "available_from": "2025-06-01"}}
    late = {**MEMBER, "joined_on": "2025-03-02"}
    for body, rule in ((busy, "SI 2018/789 reg 4(4)"), (late, "SI 2018/789 reg 4(3)")):
        member = (await course.secretariat.post("/v1/reviewers", body)).json()["id"]
        refused = await course.post("/reviewers", {"pool_member_id": member, "selected_on": "2025-01-20"})
        assert (refused.status_code, refused.json()["rule"]) == (409, rule)
    unknown = await course.post("/reviewers", {"pool_member_id": str(uuid4()), "selected_on": "2025-01-20"})
    assert unknown.status_code == 404


async def test_the_secretary_of_state_confirms_only_whom_the_panel_recommended(course: Course) -> None:
    await course.decided()
    reviewer = await course.select()
    refused = await course.post(f"/reviewers/{reviewer}/confirmation", {"on": "2025-01-29", "reference": "x"})
    assert (refused.status_code, refused.json()["rule"]) == (409, "SI 2018/789 reg 4(5)")
    early = await course.post(f"/reviewers/{reviewer}/recommendation", {"on": "2025-01-19"})
    assert early.json()["errors"][0]["code"] == "before_the_step_before"
    await course.done(f"/reviewers/{reviewer}/recommendation", {"on": "2025-01-22"})
    assert (await course.read())["state"] == "recommended"


async def test_a_removal_before_completion_opens_a_duty_that_holds_up_the_end(course: Course) -> None:
    await course.assured()
    of = f"/reviewers/{course.reviewer}"
    refused = await course.post(f"{of}/removal", REMOVED)
    assert (refused.status_code, refused.json()["rule"]) == (409, "SI 2018/789 reg 5(2)")
    await course.done(f"{of}/removal-determination", DETERMINED)
    held = await course.post("/finalisation", {"on": "2025-05-04"})
    assert (held.status_code, held.json()["rule"]) == (409, "SI 2018/789 reg 5(2)")
    read = await course.done(f"{of}/removal", REMOVED)
    assert [task["rule"] for task in read["tasks"]] == ["SI 2018/789 reg 5(3)"]
    held = await course.post("/finalisation", {"on": "2025-05-04"})
    assert (held.json()["rule"], held.json()["allowed"]) == (
        "SI 2018/789 reg 5(3)",
        ["consider_another_reviewer"],
    )
    removed = course.reviewer
    unknown = {"on": "2025-03-13", "reasons": "x", "appointed_reviewer_id": removed}
    assert (await course.post(f"{of}/replacement", unknown)).status_code == 422
    another = await course.select()
    answer = {"on": "2025-03-13", "reasons": "Selected instead.", "appointed_reviewer_id": another}
    assert (await course.done(f"{of}/replacement", answer))["tasks"] == []
    held = await course.post("/finalisation", {"on": "2025-05-04"})
    assert held.json()["rule"] == "SI 2018/789 reg 4(5)"
    await course.confirm()
    assert (await course.done("/finalisation", {"on": "2025-05-04"}))["state"] == "final"


async def test_nobody_is_removed_after_publication(course: Course) -> None:
    await course.copied()
    await course.done("/publication", PUBLISHED)
    for step, body in (("removal-determination", DETERMINED), ("removal", REMOVED)):
        refused = await course.post(f"/reviewers/{course.reviewer}/{step}", body)
        assert (refused.status_code, refused.json()["rule"]) == (409, "SI 2018/789 reg 5(2)")


async def test_after_completion_a_removal_opens_no_duty(course: Course) -> None:
    await course.final()
    of = f"/reviewers/{course.reviewer}"
    await course.done(f"{of}/removal-determination", DETERMINED)
    assert (await course.done(f"{of}/removal", REMOVED))["tasks"] == []


async def test_a_selection_nobody_confirmed_ends_by_the_panels_word_alone(course: Course) -> None:
    await course.decided()
    reviewer = await course.select()
    read = await course.done(
        f"/reviewers/{reviewer}/removal-determination", {"on": "2025-01-21", "reasons": "Withdrew."}
    )
    assert (read["state"], read["tasks"]) == ("scoping", [])
