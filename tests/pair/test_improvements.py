from typing import Any

from httpx import Response

from tests.pair.wires import Pair
from tests.panel.improving import CITED, NATIONAL_BODY, TEXT, Board
from tests.support.offices import child, etag_of
from tests.support.services import Caller


async def board_of(pair: Pair) -> Board:
    chair = await pair.panel.service.caller("chair", organisation="panel")
    return Board(pair.panel.service, "panel", pair.secretariat, chair)


async def partnership_of(pair: Pair) -> str:
    (partnership,) = (await pair.secretariat.get("/v1/partnerships")).json()["items"]
    found: str = partnership["id"]
    return found


async def answer(caller: Caller, path: str, step: str, body: dict[str, Any]) -> Response:
    return await caller.post(f"{path}/{step}", body, headers=etag_of(await caller.get(path)))


async def with_local_review(pair: Pair) -> str:
    path = await pair.east.notified()
    await pair.east.start_review(path)
    await pair.east.complete_review(path)
    await pair.east.commission(path)
    await pair.east.write_report(path)
    assert (await pair.east.complete_local_review(path)).status_code == 200
    return path


async def test_an_improvement_shown_by_cases_is_told_answered_and_implemented(pair: Pair) -> None:
    board = await board_of(pair)
    named = child(first_name="Ottoline", surname="Example")
    paths = [await with_local_review(pair), *[await pair.east.notified(children=[named]) for _ in range(2)]]
    await pair.drain()
    cases = [(await pair.at_panel(path)).rsplit("/", 1)[1] for path in paths]
    evidence = [
        *({"kind": "notification", "case_id": case} for case in cases),
        {"kind": "local_review", "case_id": cases[0]},
        CITED,
    ]
    refused = await board.identify(why="Ottoline was seen by three agencies.", evidence=evidence)
    assert refused.json()["errors"][0]["pointer"] == "/why"
    path = await board.agreed(evidence=evidence)
    counts = (await board.read(path))["evidence_counts"]
    assert counts == {"notification": 3, "local_review": 1, "other": 1}
    earlier = (await pair.secretariat.get(f"{path}/recurrences")).json()["recurrences"]
    assert {(hit["source_kind"], hit["case_id"]) for hit in earlier} == {("local_review", cases[0])}
    assert sorted(hit["position"] for hit in earlier) == [0, 1]

    told = (await board.step(path, "addressing", {})).json()
    assert [entry["concern"] for entry in told["told"]] == ["case_is_evidence"]
    assert [entry["name"] for entry in told["to_be_told_by_hand"]] == ["NHS England"]
    assert (await board.respond(path)).status_code == 201
    await pair.drain()

    office = pair.east.office
    (received,) = (await office.get("/v1/improvements")).json()["items"]
    assert (received["state"], received["improvement"]["what"]) == ("awaiting_response", TEXT["what"])
    assert received["case_id"] in {path.rsplit("/", 1)[1] for path in paths}
    references = [(await pair.east.read(path))["exchange_reference"] for path in paths]
    assert sorted(received["improvement"]["case_references"]) == sorted(references)
    at_local = f"/v1/improvements/{received['id']}"
    early = await answer(office, at_local, "implementation", {"progress": "in_progress", "on": "2026-01-10"})
    assert (early.status_code, early.json()["rule"]) == (409, "Children Act 2004 s16B(2)")
    response = {"response": "accepted", "by_when": "2027-06-30", "owner": "Designated nurse"}
    assert (await answer(office, at_local, "response", response)).status_code == 201
    done = {"progress": "implemented", "on": "2026-01-20", "evidence": "The pathway is in force."}
    reported = await answer(office, at_local, "implementation", done)
    assert (reported.status_code, reported.json()["state"]) == (201, "implemented")
    await pair.drain()

    read = await board.read(path)
    assert read["state"] == "in_progress"
    (east,) = [entry for entry in read["addressees"] if entry["kind"] == "partnership"]
    assert [entry["version"] for entry in east["responses"]] == [1, 2]
    assert east["responses"][1]["facts"]["progress"]["evidence"] == "The pathway is in force."
    assert [entry["by_message"] for entry in east["responses"]] == [True, True]
    end = {"implemented_on": "2026-01-20", "evidence": "Every addressee has implemented it."}
    ended = await board.step(path, "implementation", end)
    assert (ended.status_code, ended.json()["state"]) == (200, "implemented")
    sent = [request.content for request in pair.local.wire.requests + pair.panel.wire.requests]
    assert not [body for body in sent if b"panel.improvement" in body and b"Ottoline" in body]


async def test_a_partnership_chosen_without_a_case_is_told_and_rejects_with_reasons(pair: Pair) -> None:
    board = await board_of(pair)
    path = await board.agreed(addressees=[NATIONAL_BODY])
    await board.step(path, "addressing", {"partnership_ids": [await partnership_of(pair)]})
    await pair.drain()
    office = pair.east.office
    at_local = f"/v1/improvements/{path.rsplit('/', 1)[1]}"
    received = (await office.get(at_local)).json()
    assert (received["case_id"], received["improvement"]["response_asked"]) == (None, False)
    bare = await answer(office, at_local, "response", {"response": "rejected"})
    assert bare.status_code == 422
    stale = await office.post(
        f"{at_local}/response", {"response": "rejected", "reasons": "No."}, headers={"If-Match": '"v7"'}
    )
    assert stale.status_code == 412
    given = {"response": "rejected", "reasons": "Such a pathway is in force here since 2024."}
    assert (await answer(office, at_local, "response", given)).status_code == 201
    refused = await answer(
        office, at_local, "implementation", {"progress": "in_progress", "on": "2026-01-20"}
    )
    assert (refused.status_code, refused.json()["allowed"]) == (409, ["respond"])
    await pair.drain()
    read = await board.read(path)
    assert (read["state"], read["addressees"][1]["responses"][0]["response"]) == ("responded", "rejected")


async def test_who_may_not_answer_for_the_partnership_is_refused(pair: Pair) -> None:
    board = await board_of(pair)
    partnership = {"kind": "partnership", "partnership_id": await partnership_of(pair)}
    path = await board.addressed(addressees=[partnership])
    await pair.drain()
    at_local = f"/v1/improvements/{path.rsplit('/', 1)[1]}"
    response = {"response": "accepted", "by_when": "2027-06-30"}
    for role in ("delegated_partner", "authoriser", "auditor"):
        caller = await pair.local.service.caller(role, organisation="east")
        refused = await caller.post(f"{at_local}/response", response, headers={"If-Match": '"v1"'})
        assert refused.status_code == 403, role
    stranger = await pair.local.service.caller("partnership_office", organisation="west")
    assert (await stranger.get(at_local)).status_code == 404
    answered = await stranger.post(f"{at_local}/response", response, headers={"If-Match": '"v1"'})
    assert answered.status_code == 404
    tomorrow = {"progress": "in_progress", "on": "2999-01-01"}
    await answer(pair.east.office, at_local, "response", response)
    refused = await answer(pair.east.office, at_local, "implementation", tomorrow)
    assert refused.json()["errors"][0]["code"] == "date_in_the_future"
