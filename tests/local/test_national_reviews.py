"""The partners propose a national review; what the Panel tells is kept in one thread."""

from typing import Any
from uuid import uuid4

import pytest

from service_kit.identity import PrincipalKind
from shared_schemas.messages.national_reviews import PROPOSAL_EXAMPLE
from tests.support.offices import Office, open_office
from tests.support.services import Service


@pytest.fixture
async def east(local: Service) -> Office:
    """A partnership linked to a Panel."""
    return await open_office(local, linked=True)


async def sent_review(east: Office) -> str:
    path = await east.notified()
    await east.start_review(path)
    assert (await east.complete_review(path)).status_code == 200
    return path


async def test_it_is_proposed_after_the_rapid_review_as_often_as_there_is_reason(east: Office) -> None:
    path = await sent_review(east)
    first = await east.office.post(f"{path}/national-reviews/proposal", PROPOSAL_EXAMPLE)
    assert (first.status_code, first.json()["version"]) == (201, 1)
    without = {name: value for name, value in PROPOSAL_EXAMPLE.items() if name != "new_information"}
    assert (await east.office.post(f"{path}/national-reviews/proposal", without)).json()["version"] == 2
    read = (await east.office.get(f"{path}/national-reviews")).json()
    assert [one["criteria"] for one in read["proposals"]] == [["reg_3_a", "reg_3_c"]] * 2
    assert (read["national_reviews"], read["may_propose"]) == ([], True)
    types = [message["type"] for message in (await east.read(path))["messages"]]
    assert types[2:] == ["local.national_review_proposal.v1"] * 2
    assert "national_review.suggested" in {entry["action"] for entry in await east.audit(path)}


async def test_before_the_rapid_review_was_sent_nothing_is_proposed(east: Office) -> None:
    path = await east.notified()
    refused = await east.office.post(f"{path}/national-reviews/proposal", PROPOSAL_EXAMPLE)
    assert (refused.status_code, refused.json()["code"]) == (409, "move-not-allowed")
    assert refused.json()["rule"] == "Children Act 2004 s16B(1), SI 2018/789 reg 3"
    read = (await east.office.get(f"{path}/national-reviews")).json()
    assert (read["may_propose"], read["rule"]) == (False, refused.json()["rule"])
    step = {one["action"]: one for one in (await east.read(path))["allowed_actions"]}[
        "propose_national_review"
    ]
    assert (step["allowed"], step["why_not"]) == (False, refused.json()["detail"])


@pytest.mark.parametrize("role", ["integrator", "notifier", "delegated_partner"])
async def test_other_roles_do_not_propose(east: Office, role: str) -> None:
    path = await sent_review(east)
    caller = await east.local.caller(role, organisation=east.code)
    assert (await caller.post(f"{path}/national-reviews/proposal", PROPOSAL_EXAMPLE)).status_code == 403


async def test_a_system_does_not_propose_whatever_its_role(east: Office) -> None:
    path = await sent_review(east)
    system = await east.local.caller("partnership_office", organisation=east.code, kind=PrincipalKind.SYSTEM)
    refused = await system.post(f"{path}/national-reviews/proposal", PROPOSAL_EXAMPLE)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    "changes",
    [{"criteria": []}, {"criteria": ["reg_3_a", "reg_3_a"]}, {"criteria": ["reg_9"]}, {"reasons": " "}],
)
async def test_a_proposal_names_criteria_and_reasons(east: Office, changes: dict[str, Any]) -> None:
    path = await sent_review(east)
    answer = await east.office.post(f"{path}/national-reviews/proposal", {**PROPOSAL_EXAMPLE, **changes})
    assert answer.status_code == 422


async def test_the_same_request_twice_proposes_once(east: Office) -> None:
    path = await sent_review(east)
    headers = {"Idempotency-Key": str(uuid4())}
    answers = [
        await east.office.post(f"{path}/national-reviews/proposal", PROPOSAL_EXAMPLE, headers=headers)
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert len((await east.office.get(f"{path}/national-reviews")).json()["proposals"]) == 1
