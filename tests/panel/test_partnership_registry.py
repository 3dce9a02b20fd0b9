from typing import Any
from uuid import uuid4

import pytest

from panel_service.partnerships.service import register_partnership
from service_kit.administration import Peer, owner_session, register_peer
from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.keys import new_signing_key, write_public_key
from tests.support.services import Caller, Service

MEMBER: dict[str, Any] = {
    "kind": "local_authority",
    "code": "846",
    "name": "Brighton and Hove",
    "valid_from": "2019-09-29",
}


@pytest.fixture
async def secretariat(panel: Service) -> Caller:
    return await panel.caller("secretariat", organisation=f"panel-{uuid4()}")


async def register(secretariat: Caller, **changes: Any) -> dict[str, Any]:
    body = {"code": f"area-{uuid4()}", "name": "An area", "valid_from": "2019-09-29", **changes}
    answer = await secretariat.post("/v1/partnerships", body)
    assert answer.status_code == 201, answer.text
    registered: dict[str, Any] = answer.json()
    return registered


async def test_members_are_shown_as_on_a_day(secretariat: Caller) -> None:
    ccg = {"kind": "integrated_care_board", "code": "09D", "name": "A board", "valid_from": "2019-09-29"}
    area = await register(secretariat, members=[MEMBER, ccg])
    path = f"/v1/partnerships/{area['id']}"
    board = next(member for member in area["members"] if member["kind"] != "local_authority")
    ended = await secretariat.post(f"{path}/members/{board['id']}/end", {"valid_to": "2026-03-31"})
    assert (ended.status_code, ended.json()["valid_to"]) == (200, "2026-03-31")
    successor = ccg | {"code": "QNX", "valid_from": "2026-04-01"}
    assert (await secretariat.post(f"{path}/members", successor)).status_code == 201

    async def codes(on: str) -> set[str]:
        members = (await secretariat.get(path, params={"on": on})).json()["members"]
        return {member["code"] for member in members}

    assert await codes("2026-03-31") == {"846", "09D"}
    assert await codes("2026-04-01") == {"846", "QNX"}
    assert len((await secretariat.get(path)).json()["members"]) == 3
    again = await secretariat.post(f"{path}/members/{board['id']}/end", {"valid_to": "2026-03-31"})
    assert again.status_code == 409


async def test_an_authority_is_in_one_partnership_at_a_time_and_a_force_in_several(
    secretariat: Caller,
) -> None:
    force = {"kind": "police", "code": "sussex", "name": "Sussex Police", "valid_from": "2019-09-29"}
    await register(secretariat, members=[MEMBER, force])
    other = await register(secretariat, members=[force])
    refused = await secretariat.post(f"/v1/partnerships/{other['id']}/members", MEMBER)
    assert (refused.status_code, refused.json()["rule"]) == (409, "Children Act 2004 s16J")


async def test_a_merger_keeps_both_on_record(secretariat: Caller) -> None:
    first, second = await register(secretariat, members=[MEMBER]), await register(secretariat)
    new = await register(secretariat, valid_from="2026-04-01")
    body = {
        "successor_id": new["id"],
        "kind": "merger",
        "on_day": "2026-04-01",
        "reasons": "The two areas are treated as one.",
    }
    for area in (first, second):
        answer = await secretariat.post(f"/v1/partnerships/{area['id']}/successions", body)
        assert answer.status_code == 201, answer.text
    read = (await secretariat.get(f"/v1/partnerships/{first['id']}")).json()
    assert (read["valid_to"], read["members"][0]["valid_to"]) == ("2026-03-31", "2026-03-31")
    before = (await secretariat.get(f"/v1/partnerships/{new['id']}")).json()["successions"]
    assert {one["predecessor_id"] for one in before} == {first["id"], second["id"]}
    member = MEMBER | {"valid_from": "2026-04-01"}
    assert (await secretariat.post(f"/v1/partnerships/{new['id']}/members", member)).status_code == 201
    twice = await secretariat.post(f"/v1/partnerships/{first['id']}/successions", body)
    back = body | {"successor_id": first["id"], "on_day": "2027-04-01"}
    circle = await secretariat.post(f"/v1/partnerships/{new['id']}/successions", back)
    assert (twice.status_code, circle.status_code) == (409, 409)
    itself = body | {"successor_id": first["id"]}
    refused = await secretariat.post(f"/v1/partnerships/{first['id']}/successions", itself)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/successor_id")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": "999"}, "local_authority_unknown"),
        ({"kind": "police", "code": "nowhere"}, "police_force_unknown"),
        ({"valid_to": "2018-01-01"}, "ends_before_it_begins"),
    ],
)
async def test_members_that_cannot_be_are_refused(
    secretariat: Caller, change: dict[str, Any], code: str
) -> None:
    area = await register(secretariat)
    refused = await secretariat.post(f"/v1/partnerships/{area['id']}/members", MEMBER | change)
    assert refused.status_code == 422
    assert code in {error["code"] for error in refused.json()["errors"]}


async def test_a_partnership_registered_by_hand_gets_its_link_later(panel: Service) -> None:
    organisation = f"panel-{uuid4()}"
    secretariat = await panel.caller("secretariat", organisation=organisation)
    area = await register(secretariat)
    without = await secretariat.post(f"/v1/partnerships/{area['id']}/test-exchanges")
    assert (without.status_code, without.json()["code"]) == (409, "move-not-allowed")
    peer = Peer(
        organisation_code=organisation,
        party=party_urn(uuid4()),
        code=area["code"],
        name="Its name now",
        link=uuid4(),
        address="https://eastshire.example",
        public_key=write_public_key(new_signing_key().public_key()),
    )
    async with owner_session(panel.settings) as session:
        await register_peer(session, panel.settings, peer, register_partnership)
    read = (await secretariat.get(f"/v1/partnerships/{area['id']}")).json()
    assert (read["name"], read["link_id"]) == ("Its name now", str(peer.link))
    assert party_urn(read["party"]) == peer.party
    assert (await secretariat.post(f"/v1/partnerships/{area['id']}/test-exchanges")).status_code == 201


async def test_others_register_nothing(panel: Service, secretariat: Caller) -> None:
    area = await register(secretariat)
    member = await panel.caller("member", organisation=f"panel-{uuid4()}")
    assert (await member.get(f"/v1/partnerships/{area['id']}")).status_code == 404
    body = {"code": "x", "name": "y", "valid_from": "2019-09-29"}
    assert (await member.post("/v1/partnerships", body)).status_code == 403


async def test_a_code_is_registered_once(secretariat: Caller) -> None:
    area = await register(secretariat)
    body = {"code": area["code"], "name": "Again", "valid_from": "2020-01-01"}
    assert (await secretariat.post("/v1/partnerships", body)).status_code == 409
