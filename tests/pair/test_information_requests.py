from datetime import UTC, datetime, timedelta
from typing import Any

from tests.pair.test_improvements import answer, partnership_of
from tests.pair.wires import Pair

DUE = f"{(datetime.now(UTC) + timedelta(days=30)).date()}"
SECRET = "Three discussions were held; nobody chaired the second."


async def served(pair: Pair, **changes: Any) -> str:
    body = {
        "partnership_id": await partnership_of(pair),
        "requested": "The minutes of the strategy discussions.",
        "supplied_to": "reviewer",
        "supplied_to_name": "The reviewer of the national review",
        "due_on": DUE,
        **changes,
    }
    made = await pair.secretariat.post("/v1/information-requests", body)
    assert made.status_code == 201, made.text
    path = made.headers["Location"]
    done = await answer(pair.secretariat, path, "service", {})
    assert done.status_code == 200, done.text
    await pair.drain()
    return path


async def test_the_panel_requests_and_gets_information_about_a_case(pair: Pair) -> None:
    case = await pair.east.notified()
    await pair.drain()
    path = await served(pair, case_id=(await pair.at_panel(case)).rsplit("/", 1)[1])
    office = pair.east.office
    (listed,) = (await office.get("/v1/panel-requests")).json()["items"]
    assert (listed["state"], listed["due_on"], listed["overdue"]) == ("awaiting_answer", DUE, False)
    assert listed["case_id"] == case.rsplit("/", 1)[1]
    at_local = f"/v1/panel-requests/{listed['id']}"
    in_part = {
        "outcome": "partly_complied",
        "information": SECRET,
        "reasons": "The police hold the rest.",
        "given_by": "East office",
    }
    given = await answer(office, at_local, "information", in_part)
    assert (given.status_code, given.json()["state"]) == (201, "partly_complied")
    whole = {"outcome": "complied", "information": "The rest.", "given_by": "East office"}
    assert (await answer(office, at_local, "information", whole)).status_code == 201
    again = await answer(office, at_local, "information", whole)
    assert (again.status_code, again.json()["rule"]) == (409, "Children Act 2004 s16D")
    await pair.drain()
    read = await pair.secretariat.get(path)
    assert (read.json()["state"], read.json()["answers"]) == ("complied", 2)
    assert SECRET not in read.text
    refused = await pair.secretariat.get(f"{path}/information")
    assert (refused.status_code, refused.json()["code"]) == (403, "purpose-not-allowed")
    answers = await pair.secretariat.get(f"{path}/information", headers={"Access-Purpose": "s16B"})
    assert [entry["outcome"] for entry in answers.json()] == ["partly_complied", "complied"]
    assert answers.json()[0]["facts"]["information"] == SECRET
    at_panel = await pair.secretariat.get(await pair.at_panel(case))
    assert SECRET not in at_panel.text


async def test_a_request_for_a_national_review_has_a_subject_of_its_own(pair: Pair) -> None:
    path = await served(pair, national_review_reference="NR-2026-1")
    at_local = f"/v1/panel-requests/{path.rsplit('/', 1)[1]}"
    received = (await pair.east.office.get(at_local)).json()
    assert received["case_id"] is None
    assert received["request"]["national_review_reference"] == "NR-2026-1"
    refusal = {"outcome": "refused", "reasons": "It is not held here.", "given_by": "East office"}
    assert (await answer(pair.east.office, at_local, "information", refusal)).status_code == 201
    await pair.drain()
    assert (await pair.secretariat.get(path)).json()["state"] == "refused"


async def test_who_may_not_answer_is_refused(pair: Pair) -> None:
    path = await served(pair, national_review_reference="NR-2026-1")
    at_local = f"/v1/panel-requests/{path.rsplit('/', 1)[1]}"
    refusal = {"outcome": "refused", "reasons": "It is not held here.", "given_by": "East office"}
    for role in ("notifier", "delegated_partner", "integrator"):
        caller = await pair.local.service.caller(role, organisation="east")
        refused = await caller.post(f"{at_local}/information", refusal, headers={"If-Match": '"v1"'})
        assert refused.status_code == 403, role
    stranger = await pair.local.service.caller("partnership_office", organisation="west")
    assert (await stranger.get(at_local)).status_code == 404
    office = pair.east.office
    stale = await office.post(f"{at_local}/information", refusal, headers={"If-Match": '"v5"'})
    assert stale.status_code == 412
    headers = {"If-Match": '"v1"', "Idempotency-Key": "0123456789abcdef"}
    first, again = [await office.post(f"{at_local}/information", refusal, headers=headers) for _ in range(2)]
    assert (first.status_code, first.json()) == (201, again.json())
