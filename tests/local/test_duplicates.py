"""Cases that may be the same incident are shown; a person says what they are; nothing is merged."""

from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from tests.support.offices import Office, child, open_office
from tests.support.services import Service


@pytest.fixture
async def east(local: Service) -> Office:
    """A partnership linked to a Panel."""
    return await open_office(local, linked=True)


async def duplicates(east: Office, path: str) -> list[dict[str, Any]]:
    answer = await east.office.get(f"{path}/possible-duplicates")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def relate(east: Office, path: str, other: str, relation: str) -> Response:
    body = {
        "other_case_id": other.rsplit("/", 1)[1],
        "relation": relation,
        "reasons": "Two referrals tell of one incident.",
    }
    return await east.office.post(f"{path}/relations", body, headers=await east.if_match(path))


async def test_the_same_child_is_found_and_others_are_not(local: Service, east: Office) -> None:
    path, again = await east.record(), await east.record(occurred_on="2025-11-01")
    await east.record(children=[child(la_child_id="LA9", nhs_number=None, date_of_birth="2020-01-01")])
    await (await open_office(local)).record()
    (found,) = await duplicates(east, path)
    assert found["case_id"] == again.rsplit("/", 1)[1]
    assert found["reasons"] == ["same_nhs_number", "same_la_child_id"]
    assert found["relation"] is None
    answer = await east.office.get(f"{path}/possible-duplicates")
    assert "9434765919" not in answer.text
    assert "case.duplicates_read" in {entry["action"] for entry in await east.audit(path)}


async def test_the_likeliest_stands_first_and_a_changed_fact_counts(east: Office) -> None:
    path = await east.record()
    alike = child(la_child_id="LA2", nhs_number=None)
    born = await east.record(children=[alike])
    same = await east.record()
    found = await duplicates(east, path)
    assert [one["case_id"] for one in found] == [one.rsplit("/", 1)[1] for one in (same, born)]
    assert found[1]["reasons"] == ["same_birth_time_and_area"]
    headers = await east.if_match(born)
    changed = {"incident": {"children": [{**alike, "date_of_birth": "2019-01-01"}]}}
    await east.office.patch(born, changed, headers["If-Match"])
    assert len(await duplicates(east, path)) == 1


async def test_what_a_person_finds_stands_on_both_cases_and_merges_nothing(east: Office) -> None:
    path, again = await east.record(), await east.record()
    assert (await relate(east, path, again, "same_incident")).status_code == 201
    assert (await relate(east, again, path, "not_a_duplicate")).status_code == 201
    for one in (path, again):
        (found,) = await duplicates(east, one)
        assert found["relation"]["relation"] == "not_a_duplicate"
        relations = (await east.office.get(f"{one}/relations")).json()
        assert [entry["relation"] for entry in relations] == ["same_incident", "not_a_duplicate"]
        assert (await east.read(one))["status"] == "open"


async def test_only_a_withdrawn_case_is_followed(east: Office) -> None:
    first, second = await east.notified(), await east.record()
    refused = await relate(east, second, first, "follows_withdrawn")
    assert (refused.status_code, refused.json()["rule"]) == (409, "Children Act 2004 s16C(1)")
    given = {"reason": "other", "reasons": "Notified for the wrong area."}
    await east.notifier.post(f"{first}/withdrawal", given, headers=await east.if_match(first))
    await east.authoriser.post(f"{first}/withdrawal/authorisation", headers=await east.if_match(first))
    assert (await relate(east, second, first, "follows_withdrawn")).status_code == 201


async def test_who_may_and_what_cannot_be(local: Service, east: Office) -> None:
    path, again = await east.record(), await east.record()
    itself = await relate(east, path, path, "same_incident")
    assert (itself.status_code, itself.json()["errors"][0]["code"]) == (422, "same_case")
    assert (await relate(east, path, f"/v1/cases/{uuid4()}", "same_incident")).status_code == 404
    elsewhere = await open_office(local)
    assert (await relate(elsewhere, await elsewhere.record(), path, "same_incident")).status_code == 404
    assert (await elsewhere.office.get(f"{path}/possible-duplicates")).status_code == 404
    body = {"other_case_id": again.rsplit("/", 1)[1], "relation": "same_incident", "reasons": "One."}
    integrator = await local.caller("integrator", organisation=east.code)
    headers = await east.if_match(path)
    assert (await integrator.post(f"{path}/relations", body, headers=headers)).status_code == 403
    stale = {"If-Match": '"v9"'}
    assert (await east.office.post(f"{path}/relations", body, headers=stale)).status_code == 412
