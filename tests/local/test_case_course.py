"""A case found not notifiable, closed, reopened: what leads there and what stands against it."""

from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from local_service.partner_views import ALL_SHOULD_AGREE, EXAMPLE
from tests.support.offices import Office, open_office
from tests.support.services import Service

NOTIFIES = "Children Act 2004 s16C(1)"
GIVEN = {"reason": "criteria_not_met", "reasons": "An accident that a bystander saw.", "views": EXAMPLE}
REASONS = {"reasons": "New information came from the hospital."}


@pytest.fixture
async def east(local: Service) -> Office:
    """A partnership linked to a Panel."""
    return await open_office(local, linked=True)


async def find_not_notifiable(east: Office, path: str, **changes: Any) -> Response:
    return await east.authoriser.post(
        f"{path}/not-notifiable", {**GIVEN, **changes}, headers=await east.if_match(path)
    )


async def reopen(east: Office, path: str) -> Response:
    return await east.office.post(f"{path}/reopening", REASONS, headers=await east.if_match(path))


async def close(east: Office, path: str) -> Response:
    return await east.office.post(f"{path}/closure", REASONS, headers=await east.if_match(path))


async def statuses(east: Office, path: str) -> dict[str, str]:
    return {duty["code"]: duty["status"] for duty in (await east.office.get(f"{path}/duties")).json()}


async def test_it_lifts_the_duties_and_reopening_brings_them_back(east: Office) -> None:
    path = await east.record()
    before = await statuses(east, path)
    found = await find_not_notifiable(east, path)
    assert (found.status_code, found.json()["status"]) == (200, "not_notifiable")
    assert [view["partner"] for view in found.json()["moves"][0]["views"]] == [
        "local_authority",
        "integrated_care_board",
        "police",
    ]
    assert set((await statuses(east, path)).values()) <= {"lifted", "met", "met_late", "not_started"}
    assert (await statuses(east, path))["rapid_review_completion"] == "lifted"
    assert (await east.draft(path)).status_code == 409
    again = await reopen(east, path)
    assert (again.status_code, again.json()["status"]) == (200, "open")
    assert again.json()["duties_lifted_at"] is None
    assert [move["status"] for move in again.json()["moves"]] == ["not_notifiable", "open"]
    assert await statuses(east, path) == before
    assert (await east.draft(path)).status_code == 201


@pytest.mark.parametrize("partner", [0, 1, 2])
async def test_each_partners_view_is_needed(east: Office, partner: int) -> None:
    path = await east.record()
    views = [view for number, view in enumerate(EXAMPLE) if number != partner]
    refused = await find_not_notifiable(east, path, views=views)
    assert (refused.status_code, refused.json()["code"]) == (409, "incomplete")
    assert refused.json()["rule"] == ALL_SHOULD_AGREE
    assert refused.json()["errors"][0]["code"] == f"view_of_{EXAMPLE[partner]['partner']}_missing"


async def test_a_dissent_is_recorded_and_is_no_bar_but_says_why(east: Office) -> None:
    path = await east.record()
    dissent = {"partner": "police", "view": "disagree"}
    refused = await find_not_notifiable(east, path, views=[*EXAMPLE[:2], dissent])
    assert refused.status_code == 422
    views = [*EXAMPLE[:2], {**dissent, "reasons": "Officers suspect neglect."}]
    assert (await find_not_notifiable(east, path, views=views)).status_code == 200


async def test_what_was_sent_or_judged_serious_is_not_found_not_notifiable(east: Office) -> None:
    path = await east.record()
    await east.judge(path)
    judged = await find_not_notifiable(east, path)
    assert (judged.status_code, judged.json()["rule"]) == (409, NOTIFIES)
    assert judged.json()["allowed"] == ["give_judgement", "draft_notification"]
    sent = await find_not_notifiable(east, await east.notified())
    assert (sent.status_code, sent.json()["allowed"]) == (409, ["draft_withdrawal"])


async def test_a_case_is_closed_when_nothing_is_owed(east: Office) -> None:
    path = await east.notified()
    refused = await close(east, path)
    assert (refused.status_code, refused.json()["rule"]) == (409, "Children Act 2004 s16F(1)")
    assert refused.json()["allowed"] == ["complete_rapid_review"]
    await east.start_review(path)
    await east.complete_review(path)
    await east.commission(path)
    assert (await close(east, path)).json()["allowed"] == ["complete_local_review"]
    await east.write_report(path)
    await east.complete_local_review(path)
    owed = await close(east, path)
    assert (owed.json()["rule"], owed.json()["allowed"]) == (
        "Children Act 2004 s16F(4)",
        ["plan_publication"],
    )
    withheld = {"version": 1, "form": "withheld", "reasons": "It would identify the child."}
    assert (await east.course_step(path, "publication-plan", withheld)).status_code == 201
    closed = await close(east, path)
    assert (closed.status_code, closed.json()["status"]) == (200, "closed")
    assert closed.json()["duties_lifted_at"] is None
    assert (await east.read(path))["stage"] == "closed"
    assert (await reopen(east, path)).json()["status"] == "open"


async def test_what_was_never_notified_is_not_closed_but_found_not_notifiable(east: Office) -> None:
    refused = await close(east, await east.record())
    assert (refused.status_code, refused.json()["rule"]) == (409, NOTIFIES)
    assert refused.json()["allowed"] == ["draft_notification", "record_not_notifiable"]


async def test_who_may_and_on_what_they_have_read(local: Service, east: Office) -> None:
    path = await east.record()
    headers = await east.if_match(path)
    forbidden = await east.office.post(f"{path}/not-notifiable", GIVEN, headers=headers)
    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "forbidden")
    integrator = await local.caller("integrator", organisation=east.code)
    for step in ("closure", "reopening"):
        assert (await integrator.post(f"{path}/{step}", REASONS, headers=headers)).status_code == 403
    elsewhere = await open_office(local)
    assert (await elsewhere.office.post(f"{path}/closure", REASONS, headers=headers)).status_code == 404
    assert (await elsewhere.office.get(f"{path}/course")).status_code == 404
    assert (await east.authoriser.post(f"{path}/not-notifiable", GIVEN)).status_code == 428
    await east.judge(path)
    stale = await east.authoriser.post(f"{path}/not-notifiable", GIVEN, headers=headers)
    assert stale.status_code == 412
    assert (await reopen(east, path)).status_code == 409


async def test_a_repeated_request_moves_once(east: Office) -> None:
    path = await east.record()
    headers = {**await east.if_match(path), "Idempotency-Key": str(uuid4())}
    answers = [await east.authoriser.post(f"{path}/not-notifiable", GIVEN, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    course = (await east.office.get(f"{path}/course")).json()
    assert len(course["moves"]) == 1
    assert {move["move"] for move in course["next_moves"] if move["allowed"]} == {"reopen_case"}
