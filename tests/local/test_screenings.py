"""Information that comes in: a case is made of it, or it is not notified and why; new information opens it again."""

from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from local_service.partner_views import ALL_SHOULD_AGREE, EXAMPLE
from tests.support.offices import Office, etag_of, incident, open_office
from tests.support.services import Service

INFORMATION: dict[str, Any] = {
    "referral_source": "6",
    "information_received": [
        {"partner": "local_authority", "received_at": "2025-12-22T11:00:00Z"},
        {"partner": "police", "received_at": "2025-12-22T10:00:00Z"},
    ],
    "local_authority": "846",
    "circumstances": "An infant was brought to hospital.",
    "children": [{"first_name": "Robin", "date_of_birth": "2025-08-01"}],
}
NOT_NOTIFIED = {"reason": "criteria_not_met", "reasons": "A bystander saw the accident.", "views": EXAMPLE}
NEW = {
    "information": "A skeletal survey found older fractures.",
    "received": {"partner": "integrated_care_board", "received_at": "2026-01-05T09:00:00Z"},
}


@pytest.fixture
async def east(local: Service) -> Office:
    """A partnership."""
    return await open_office(local)


async def received(east: Office, **changes: Any) -> str:
    answer = await east.office.post("/v1/screenings", {**INFORMATION, **changes})
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


async def make_case(east: Office, path: str, **changes: Any) -> Response:
    headers = etag_of(await east.office.get(path))
    return await east.office.post(f"{path}/case", {"incident": incident(**changes)}, headers=headers)


async def not_notify(east: Office, path: str, **changes: Any) -> Response:
    headers = etag_of(await east.office.get(path))
    return await east.authoriser.post(f"{path}/not-notified", {**NOT_NOTIFIED, **changes}, headers=headers)


async def reopen(east: Office, path: str, **changes: Any) -> Response:
    headers = etag_of(await east.office.get(path))
    return await east.office.post(f"{path}/reopening", {**NEW, **changes}, headers=headers)


def allowed(answer: Response) -> set[str]:
    return {move["move"] for move in answer.json()["next_moves"] if move["allowed"]}


async def test_a_case_is_made_of_it_and_both_know_each_other(east: Office) -> None:
    source = {"source_system": "mosaic", "reference": "CONTACT-1"}
    path = await received(east, source=source)
    read = await east.office.get(path)
    assert (read.json()["state"], read.json()["information_received_at"]) == (
        "received",
        "2025-12-22T10:00:00Z",
    )
    assert allowed(read) == {"record_case", "decide_not_to_notify"}
    made = await make_case(east, path)
    assert (made.status_code, made.json()["state"]) == (201, "recorded_as_case")
    case_id = made.json()["case_id"]
    assert made.headers["Location"] == f"/v1/cases/{case_id}"
    case = await east.read(f"/v1/cases/{case_id}")
    assert (case["source"], case["information_received_at"]) == (source, "2025-12-22T10:00:00Z")
    (found,) = (await east.office.get("/v1/screenings", params={"case_id": case_id})).json()["items"]
    assert found["id"] == path.rsplit("/", 1)[1]
    again = await make_case(east, path)
    assert (again.status_code, again.json()["code"]) == (409, "move-not-allowed")
    assert allowed(await east.office.get(path)) == set()


async def test_a_case_cannot_start_its_clock_later_than_the_screening(east: Office) -> None:
    path = await received(east)
    late = [{"partner": "police", "received_at": "2025-12-23T10:00:00Z"}]
    refused = await make_case(east, path, information_received=late)
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/incident/information_received", "later_than_screened")
    assert refused.json()["rule"]
    assert (await east.office.get(path)).json()["state"] == "received"


async def test_not_notified_needs_every_partners_view_and_new_information_reopens(east: Office) -> None:
    path = await received(east)
    refused = await not_notify(east, path, views=EXAMPLE[:2])
    assert (refused.status_code, refused.json()["rule"]) == (409, ALL_SHOULD_AGREE)
    decided = await not_notify(east, path)
    assert (decided.status_code, decided.json()["state"]) == (200, "not_notified")
    assert allowed(decided) == {"reopen_screening"}
    no_case = await make_case(east, path)
    assert (no_case.status_code, no_case.json()["allowed"]) == (409, ["reopen_screening"])
    assert no_case.json()["rule"] == "Children Act 2004 s16C(1)"
    opened = await reopen(east, path)
    assert (opened.status_code, opened.json()["state"]) == (200, "received")
    first, second = opened.json()["outcomes"]
    assert (first["reason"], len(first["views"])) == ("criteria_not_met", 3)
    assert second["information"] == NEW
    assert (await make_case(east, path)).status_code == 201


async def test_an_earlier_receipt_that_comes_to_light_starts_the_clock(east: Office) -> None:
    path = await received(east)
    await not_notify(east, path)
    earlier = {"partner": "police", "received_at": "2025-12-20T09:00:00Z"}
    opened = await reopen(east, path, received=earlier)
    assert opened.json()["information_received_at"] == "2025-12-20T09:00:00Z"
    refused = await make_case(east, path)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "later_than_screened")
    await not_notify(east, path)
    assert (await reopen(east, path)).json()["information_received_at"] == "2025-12-20T09:00:00Z"


async def test_what_lies_in_the_future_is_refused(east: Office) -> None:
    later = [{"partner": "police", "received_at": "2999-01-01T00:00:00Z"}]
    refused = await east.office.post("/v1/screenings", {**INFORMATION, "information_received": later})
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["code"]) == (422, "time_in_the_future")
    assert error["pointer"] == "/information_received/0/received_at"
    children = [{"date_of_birth": "2999-01-01"}]
    refused = await east.office.post("/v1/screenings", {**INFORMATION, "children": children})
    assert refused.json()["errors"][0]["code"] == "date_in_the_future"
    path = await received(east)
    await not_notify(east, path)
    assert (await reopen(east, path, received=later[0])).status_code == 422


async def test_the_list_is_filtered_and_names_no_child(east: Office) -> None:
    first, second = await received(east), await received(east)
    await not_notify(east, second)
    listed = await east.office.get("/v1/screenings", params={"state": "received"})
    assert [item["id"] for item in listed.json()["items"]] == [first.rsplit("/", 1)[1]]
    assert "Robin" not in listed.text
    assert len((await east.office.get("/v1/screenings")).json()["items"]) == 2


async def test_a_source_and_reference_are_recorded_once(east: Office) -> None:
    source = {"source_system": "mosaic", "reference": "CONTACT-7"}
    await received(east, source=source)
    again = await east.office.post("/v1/screenings", {**INFORMATION, "source": source})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


async def test_who_may(local: Service, east: Office) -> None:
    path = await received(east)
    headers = etag_of(await east.office.get(path))
    assert (await east.office.post(f"{path}/not-notified", NOT_NOTIFIED, headers=headers)).status_code == 403
    assert (await east.authoriser.post("/v1/screenings", INFORMATION)).status_code == 403
    integrator = await local.caller("integrator", organisation=east.code)
    assert (await integrator.post("/v1/screenings", INFORMATION)).status_code == 201
    assert (await integrator.post(f"{path}/reopening", NEW, headers=headers)).status_code == 403
    elsewhere = await open_office(local)
    assert (await elsewhere.office.get(path)).status_code == 404
    unknown = await elsewhere.authoriser.post(f"{path}/not-notified", NOT_NOTIFIED, headers=headers)
    assert unknown.status_code == 404
    assert (await east.authoriser.post(f"{path}/not-notified", NOT_NOTIFIED)).status_code == 428
    stale = {"If-Match": '"v7"'}
    assert (
        await east.authoriser.post(f"{path}/not-notified", NOT_NOTIFIED, headers=stale)
    ).status_code == 412


async def test_a_repeated_request_makes_one_case(east: Office) -> None:
    path = await received(east)
    headers = {**etag_of(await east.office.get(path)), "Idempotency-Key": str(uuid4())}
    answers = [
        await east.office.post(f"{path}/case", {"incident": incident()}, headers=headers) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
