import pytest

from service_kit.identity import PrincipalKind
from tests.support.offices import DECISION, REPORT, Office, open_office
from tests.support.services import Service


@pytest.fixture
async def east(local: Service) -> Office:
    """A partnership linked to a Panel."""
    return await open_office(local, linked=True)


async def reviewed(east: Office) -> str:
    path = await east.notified()
    await east.start_review(path)
    await east.complete_review(path)
    return path


async def test_it_is_commissioned_written_and_completed(east: Office) -> None:
    path = await reviewed(east)
    decided = await east.commission(path)
    assert decided.status_code == 201
    assert (decided.json()["version"], decided.json()["recorded_by"]) == (1, str(east.office.principal_id))
    written = await east.write_report(path)
    assert (written.status_code, written.json()["missing"]) == (200, {})
    completed = await east.complete_local_review(path)
    assert (completed.status_code, completed.json()["state"]) == (200, "complete")
    case = await east.read(path)
    assert case["stage"] == "local_review_complete"
    assert [message["type"] for message in case["messages"]][2:] == [
        "local.local_review_decision.v1",
        "local.local_review_reviewer.v1",
        "local.local_review.v1",
    ]
    again = await east.write_report(path)
    assert (again.status_code, again.json()["rule"]) == (409, "Children Act 2004 s16F(3)")


@pytest.mark.parametrize(
    ("part", "provision"),
    [
        ("reviewers", "SI 2018/789 reg 12"),
        ("improvements_summary", "SI 2018/789 reg 15(a)"),
        ("systemic_analysis", "SI 2018/789 reg 15(b)"),
    ],
)
async def test_each_part_left_out_is_named_with_its_provision(
    east: Office, part: str, provision: str
) -> None:
    path = await reviewed(east)
    await east.commission(path)
    await east.write_report(path, {name: REPORT[name] for name in REPORT if name != part})
    refused = await east.complete_local_review(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "incomplete")
    (error,) = refused.json()["errors"]
    assert error["pointer"] == f"/report/{part}"
    assert provision in error["detail"]
    assert "local.local_review.v1" not in {one["type"] for one in (await east.read(path))["messages"]}


async def test_before_the_rapid_review_nothing_is_decided(east: Office) -> None:
    path = await east.notified()
    refused = await east.commission(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "move-not-allowed")
    assert refused.json()["rule"]


async def test_not_to_commission_may_be_reconsidered_and_both_stay_on_record(east: Office) -> None:
    path = await reviewed(east)
    assert (await east.commission(path, commissioned=False)).status_code == 201
    nothing = await east.office.patch(f"{path}/local-review", {"report": REPORT}, '"v1"')
    assert (nothing.status_code, nothing.json()["allowed"]) == (409, ["decide_on_local_review"])
    assert (await east.commission(path)).json()["version"] == 2
    decisions = (await east.office.get(f"{path}/local-review")).json()["decisions"]
    assert [decision["commissioned"] for decision in decisions] == [False, True]
    assert (await east.commission(path)).status_code == 409


@pytest.mark.parametrize(
    ("day", "code"), [("2999-01-01", "date_in_the_future"), ("2025-12-21", "before_receipt")]
)
async def test_a_date_that_cannot_be_is_refused(east: Office, day: str, code: str) -> None:
    path = await reviewed(east)
    refused = await east.commission(path, decided_on=day)
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/decided_on", code)


async def test_a_system_takes_no_decision_whatever_its_role(east: Office) -> None:
    path = await reviewed(east)
    system = await east.local.caller("partnership_office", organisation=east.code, kind=PrincipalKind.SYSTEM)
    refused = await system.post(f"{path}/local-review/decision", DECISION)
    assert (refused.status_code, refused.json()["rule"]) == (403, "Children Act 2004 s16F(1)(b)")
    assert (await east.read(path))["local_review"] is None
