from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from service_kit.identity import PrincipalKind
from tests.support.offices import SECTIONS, Office, etag_of, open_office
from tests.support.services import Caller, Service

AGREES = {"partner": "police", "organisation": "Sussex Police", "view": "agree", "on": "2025-12-30"}
DISSENTS: dict[str, Any] = {**AGREES, "view": "dissent", "reasons": "It repeats an earlier review."}
OUTSTANDING = {"partner": "integrated_care_board", "organisation": "NHS Sussex", "reason": "On leave."}


@pytest.fixture
async def east(local: Service) -> Office:
    return await open_office(local, linked=True)


@pytest.fixture
async def chief(local: Service, east: Office) -> Caller:
    return await local.caller("delegated_partner", organisation=east.code, name=f"A. Chief {uuid4()}")


async def started(east: Office, sections: dict[str, Any] = SECTIONS) -> str:
    path = await east.notified()
    assert (await east.start_review(path, sections)).status_code == 200
    return path


async def sign(who: Caller, path: str, body: dict[str, Any], **more: Any) -> Response:
    read = await who.get(f"{path}/rapid-review")
    headers = {"If-Match": read.headers.get("ETag", '"v1"'), **(more.pop("headers", {}))}
    return await who.post(f"{path}/rapid-review/views", body, headers=headers)


async def test_views_flow_into_the_review_with_dissent_and_what_is_outstanding(
    east: Office, chief: Caller
) -> None:
    path = await started(east)
    assert (await sign(chief, path, AGREES)).status_code == 201
    assert (await sign(chief, path, DISSENTS)).json()["number"] == 2
    told = await east.office.post(f"{path}/rapid-review/views/outstanding", OUTSTANDING)
    assert (told.status_code, told.json()["view"]) == (201, None)
    views = (await east.office.get(f"{path}/rapid-review/views")).json()
    assert [(one["view"], one["stands"]) for one in views] == [
        ("agree", False),
        ("dissent", True),
        (None, True),
    ]
    completed = await east.complete_review(path)
    assert (completed.status_code, completed.json()["state"]) == (200, "sent")
    dissent, outstanding = completed.json()["sections"]["partner_views"]
    assert (dissent["dissents"], dissent["view"]) == (True, DISSENTS["reasons"])
    assert dissent["signed_off_by"].startswith("A. Chief")
    assert (outstanding["signed_off"], outstanding["outstanding_reason"]) == (False, "On leave.")
    late = await sign(chief, path, AGREES)
    assert (late.status_code, late.json()["allowed"]) == (409, ["add_to_rapid_review"])


async def test_what_a_partner_gave_stands_before_what_was_written_of_it(east: Office, chief: Caller) -> None:
    unsigned = {"signed_off": False, "outstanding_reason": "Not asked yet."}
    by_hand = [
        {"partner": "police", "organisation": "Kent Police", **unsigned},
        {"partner": "police", "organisation": DISSENTS["organisation"], **unsigned},
    ]
    path = await started(east, {**SECTIONS, "partner_views": by_hand})
    assert (await sign(chief, path, DISSENTS)).status_code == 201
    views = (await east.complete_review(path)).json()["sections"]["partner_views"]
    assert [one["organisation"] for one in views] == ["Kent Police", DISSENTS["organisation"]]
    assert [(one["signed_off"], bool(one["dissents"])) for one in views] == [
        (False, False),
        (True, True),
    ]


async def test_a_person_signs_for_one_partner_on_every_case(
    local: Service, east: Office, chief: Caller
) -> None:
    path, other = await started(east), await started(east)
    assert (await sign(chief, path, AGREES)).status_code == 201
    refused = await sign(chief, other, {**AGREES, "partner": "local_authority", "organisation": "Eastshire"})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert refused.json()["rule"] == "Children Act 2004 s16E(3)"
    assert (await sign(chief, other, AGREES)).status_code == 201
    colleague = await local.caller("delegated_partner", organisation=east.code)
    health = {**AGREES, "partner": "integrated_care_board", "organisation": "NHS Sussex"}
    assert (await sign(colleague, path, health)).status_code == 201


async def test_who_may_sign(local: Service, east: Office, chief: Caller) -> None:
    path = await started(east)
    system = await local.caller("delegated_partner", organisation=east.code, kind=PrincipalKind.SYSTEM)
    assert (await sign(system, path, AGREES)).status_code == 409
    assert (await sign(east.office, path, AGREES)).status_code == 403
    assert (await chief.post(f"{path}/rapid-review/views/outstanding", OUTSTANDING)).status_code == 403
    west = await open_office(local)
    stranger = await local.caller("delegated_partner", organisation=west.code)
    assert (await sign(stranger, path, AGREES)).status_code == 404
    assert (await stranger.get(f"{path}/rapid-review/views")).status_code == 404
    key = {"Idempotency-Key": str(uuid4())}
    first, again = [await sign(chief, path, AGREES, headers=key) for _ in range(2)]
    assert first.content == again.content
    assert len((await chief.get(f"{path}/rapid-review/views")).json()) == 1


async def test_nobody_signs_what_they_have_not_read(east: Office, chief: Caller) -> None:
    path = await started(east)
    assert (await chief.post(f"{path}/rapid-review/views", AGREES)).status_code == 428
    read = etag_of(await chief.get(f"{path}/rapid-review"))
    await east.office.patch(f"{path}/rapid-review", {"sections": SECTIONS}, read["If-Match"])
    stale = await sign(chief, path, AGREES, headers=read)
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition-failed")
    assert (await sign(chief, path, AGREES)).status_code == 201


async def test_a_sign_off_written_by_hand_is_of_a_day_that_has_come(east: Office) -> None:
    view = {**OUTSTANDING, "signed_off": True, "signed_off_by": "A. Chief", "signed_off_on": "2999-01-01"}
    view["view"] = view.pop("reason")
    path = await east.notified()
    refused = await east.start_review(path, {**SECTIONS, "partner_views": [view]})
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == (
        "/sections/partner_views/0/signed_off_on",
        "date_in_the_future",
    )


async def test_who_has_signed_is_not_outstanding(east: Office, chief: Caller) -> None:
    path = await started(east)
    await sign(chief, path, AGREES)
    body = {**OUTSTANDING, "partner": "police", "organisation": "Sussex Police"}
    refused = await east.office.post(f"{path}/rapid-review/views/outstanding", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "move-not-allowed")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"on": "2999-01-01"}, "date_in_the_future"),
        ({"on": "2025-12-21"}, "before_receipt"),
        ({"view": "dissent"}, "dissent_without_reasons"),
    ],
)
async def test_what_cannot_be_said(east: Office, chief: Caller, changes: dict[str, Any], code: str) -> None:
    refused = await sign(chief, await started(east), {**AGREES, **changes})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)
