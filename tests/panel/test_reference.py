import pytest

from tests.support.services import Service


async def test_code_lists_are_listed_and_read(panel: Service) -> None:
    member = await panel.caller("member")
    names = {entry["name"] for entry in (await member.get("/v1/code-lists")).json()}
    assert {"panel_outcome", "regulation_3_criterion"} <= names
    outcomes = (await member.get("/v1/code-lists/panel_outcome")).json()
    assert "local_review_more_appropriate" in [code["code"] for code in outcomes["codes"]]


async def test_a_list_may_be_asked_for_a_day(panel: Service) -> None:
    member = await panel.caller("member")
    answer = await member.get("/v1/code-lists/panel_outcome", params={"on": "2026-11-23"})
    assert answer.status_code == 200
    assert answer.json()["codes"]


@pytest.mark.parametrize(
    ("day", "there", "not_there"),
    [
        ("2022-06-30", "clinical_commissioning_group", "integrated_care_board"),
        ("2022-07-01", "integrated_care_board", "clinical_commissioning_group"),
    ],
)
async def test_a_day_has_the_codes_that_were_good_on_it(
    panel: Service, local: Service, day: str, there: str, not_there: str
) -> None:
    """The bodies of the National Health Service among the partners changed (Health and Care Act 2022)."""
    for caller in (await panel.caller("member"), await local.caller("integrator")):
        listed = (await caller.get("/v1/code-lists/agency_type", params={"on": day})).json()["codes"]
        codes = {code["code"] for code in listed}
        assert there in codes
        assert not_there not in codes
        whole = (await caller.get("/v1/code-lists/agency_type")).json()["codes"]
        assert {there, not_there} <= {code["code"] for code in whole}
        assert (await caller.get("/v1/code-lists/agency_type", params={"on": "soon"})).status_code == 422


async def test_rule_sets_are_listed_and_read(panel: Service) -> None:
    member = await panel.caller("member")
    codes = [entry["code"] for entry in (await member.get("/v1/rule-sets")).json()]
    assert "consultation-2017" in codes
    read = (await member.get("/v1/rule-sets/consultation-2017")).json()
    duty = next(entry for entry in read["duties"] if entry["code"] == "rapid_review_completion")
    assert (duty["amount"], duty["unit"]) == (5, "working_days")


async def test_what_there_is_not_is_not_found_and_not_echoed(panel: Service) -> None:
    member = await panel.caller("member")
    for path in ("/v1/code-lists/zebedee", "/v1/rule-sets/zebedee"):
        answer = await member.get(path)
        assert answer.status_code == 404
        assert "zebedee" not in answer.text


async def test_reference_data_needs_a_credential(panel: Service) -> None:
    assert (await panel.client.get("/v1/code-lists")).status_code == 401
