"""Duties across a partnership's cases: by date, by status today, by whose they are."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from local_service.duties.projection import refresh_case
from local_service.duties.schedule import worker_of
from service_kit.administration import owner_session
from service_kit.clock.bank_holidays import published_calendar
from service_kit.clock.working_days import add_working_days, london_date
from tests.support.offices import Office, child, open_office
from tests.support.services import Caller, Service


async def record_received(east: Office, received: datetime) -> str:
    """Record a case of which the police learnt at this time."""
    at = received.isoformat().replace("+00:00", "Z")
    return await east.record(
        occurred_on=received.date().isoformat(),
        authority_became_aware_at=at,
        information_received=[{"partner": "police", "received_at": at}],
        children=[child(date_of_birth="2024-01-01")],
    )


async def list_duties(caller: Caller, **params: Any) -> list[dict[str, Any]]:
    answer = await caller.get("/v1/duties", params=params)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_what_is_due_across_cases_comes_by_date(local: Service) -> None:
    east = await open_office(local)
    late = await east.record()
    new = await record_received(east, datetime.now(UTC) - timedelta(minutes=1))
    items = await list_duties(east.office, code="rapid_review_completion")
    assert [f"/v1/cases/{item['case_id']}" for item in items] == [late, new]
    first, second = items
    assert (first["due_on"], first["status"], first["kind"]) == ("2025-12-31", "overdue", "guidance")
    today = london_date(datetime.now(UTC))
    assert first["days_left"] == (date(2025, 12, 31) - today).days
    due_on = add_working_days(today, 5, published_calendar()).due_on
    assert (second["due_on"], second["status"]) == (due_on.isoformat(), "open")
    assert (first["stage"], first["responsible"]) == ("recorded", "safeguarding_partners")
    explained = (await east.office.get(first["explanation"])).json()
    assert explained["due_on"] == first["due_on"]


async def test_the_filters_narrow_it(local: Service) -> None:
    east = await open_office(local)
    late = await east.record()
    await record_received(east, datetime.now(UTC) - timedelta(minutes=1))
    overdue = await list_duties(east.office, status="overdue")
    assert [f"/v1/cases/{item['case_id']}" for item in overdue] == [late]
    both = await list_duties(east.office, status=["overdue", "open"])
    assert len(both) == 2
    theirs = await list_duties(east.office, responsible="local_authority")
    assert {item["code"] for item in theirs} == {"notification"}
    assert {item["kind"] for item in await list_duties(east.office, kind="law")} == {"law"}
    assert await list_duties(east.office, due_to="2025-12-30") == []
    assert len(await list_duties(east.office, due_from="2025-12-31", due_to="2025-12-31")) == 1
    from_then = await list_duties(east.office, due_from="2026-01-01")
    assert [item["status"] for item in from_then] == ["open"]
    of_case = await list_duties(east.office, case_id=late.rsplit("/", 1)[1])
    assert {item["case_id"] for item in of_case} == {late.rsplit("/", 1)[1]}


async def test_pages_tell_each_duty_once(local: Service) -> None:
    east = await open_office(local)
    for _ in range(3):
        await east.record()
    whole = (await east.office.get("/v1/duties")).json()
    found, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await east.office.get("/v1/duties", params=params)).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == whole["items"]
    assert len(found) >= 6
    refused = await east.office.get("/v1/duties", params={"cursor": "not-ours"})
    assert refused.status_code == 422


async def test_the_list_says_what_each_case_says_through_the_whole_course(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.record()
    await agrees(east, path)
    for step in (east.judge, east.draft, east.authorise, east.start_review, east.complete_review):
        answer = await step(path)
        assert answer.is_success, answer.text
        await agrees(east, path)
    await east.commission(path)
    listed = await agrees(east, path)
    assert {item["stage"] for item in listed} == {"local_review_commissioned"}


async def agrees(east: Office, path: str) -> list[dict[str, Any]]:
    told = {
        duty["code"]: (duty["status"], duty["due_on"], duty["met_on"])
        for duty in (await east.office.get(f"{path}/duties")).json()
    }
    listed = await list_duties(east.office, case_id=path.rsplit("/", 1)[1], limit=200)
    shown = {item["code"]: (item["status"], item["due_on"], item["met_on"]) for item in listed}
    assert shown == {code: told[code] for code in shown}
    assert {code for code, told_one in told.items() if told_one[0] != "not_started"} <= set(shown)
    return listed


async def test_a_corrected_receipt_moves_the_row_and_is_told(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    received = [{"partner": "integrated_care_board", "received_at": "2025-12-19T10:00:00Z"}]
    await east.office.patch(path, {"incident": {"information_received": received}}, '"v1"')
    listed = await list_duties(east.office, code="rapid_review_completion")
    assert [item["due_on"] for item in listed] == ["2025-12-30"]
    told = [entry for entry in await east.audit(path) if entry["action"] == "duty.changed"]
    assert [entry["detail"] for entry in told] == [
        {"duty": "rapid_review_completion", "from": "2025-12-31", "to": "2025-12-30"}
    ]


async def test_another_organisations_duties_are_not_listed(local: Service) -> None:
    east, west = await open_office(local), await open_office(local)
    path = await east.record()
    assert await list_duties(west.office) == []
    assert await list_duties(west.office, case_id=path.rsplit("/", 1)[1]) == []
    agency = await local.caller("agency", organisation=east.code)
    assert (await agency.get("/v1/duties")).status_code == 403


async def test_listing_is_audited(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    await list_duties(east.office, case_id=path.rsplit("/", 1)[1])
    assert next(entry["action"] for entry in await east.audit(path)) == "duties.listed"


REASON = {"reason": "The hospital's record came late."}


async def test_the_reasons_for_lateness_stand_beside_the_duty(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    lateness = f"{path}/duties/rapid_review_completion/lateness"
    key = {"Idempotency-Key": str(uuid4())}
    first = await east.office.post(lateness, REASON, headers=key)
    assert first.status_code == 201
    assert (await east.office.post(lateness, REASON, headers=key)).content == first.content
    await east.notifier.post(lateness, {"reason": "And the reviewer was ill."})
    shown = (await east.office.get(f"{path}/duties/rapid_review_completion")).json()
    assert [entry["reason"] for entry in shown["lateness"]] == [
        REASON["reason"],
        "And the reviewer was ill.",
    ]
    assert {entry["due_on"] for entry in shown["lateness"]} == {"2025-12-31"}
    assert shown["status"] == "overdue"
    listed = (await east.office.get(f"{path}/duties")).json()
    assert [len(duty["lateness"]) for duty in listed if duty["code"] == "rapid_review_completion"] == [2]


@pytest.mark.parametrize("code", ["notification", "findings_to_panel"])
async def test_what_is_not_overdue_has_no_reasons_for_lateness(local: Service, code: str) -> None:
    east = await open_office(local)
    path = await east.record()
    answer = await east.office.post(f"{path}/duties/{code}/lateness", REASON)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "move-not-allowed")
    assert problem["rule"]


async def test_who_may_not_explain_lateness(local: Service) -> None:
    east, west = await open_office(local), await open_office(local)
    path = await east.record()
    lateness = f"{path}/duties/rapid_review_completion/lateness"
    partner = await local.caller("delegated_partner", organisation=east.code)
    assert (await partner.post(lateness, REASON)).status_code == 403
    assert (await west.office.post(lateness, REASON)).status_code == 404
    assert (await east.office.post(f"{path}/duties/unknown/lateness", REASON)).status_code == 404


@pytest.mark.parametrize("status", ["withdrawn", "not_notifiable"])
async def test_what_is_not_notified_after_all_lifts_what_was_to_be_done(local: Service, status: str) -> None:
    east = await open_office(local)
    path = await east.record()
    case_id = path.rsplit("/", 1)[1]
    async with owner_session(local.settings) as session:
        statement = text(
            "UPDATE cases SET status = :status, lifted_at = now() WHERE id = :id RETURNING organisation_id"
        )
        organisation = (await session.execute(statement, {"status": status, "id": case_id})).scalar_one()
    async with local.app.state.database.transaction(organisation) as session:
        await refresh_case(worker_of(organisation, session, datetime.now(UTC)), UUID(case_id))
    listed = await agrees(east, path)
    assert {item["code"]: item["status"] for item in listed} == {
        "notification": "lifted",
        "rapid_review_completion": "lifted",
    }
    assert await list_duties(east.office, status="overdue") == []
    assert {item["days_left"] for item in listed} == {None}
    lateness = f"{path}/duties/rapid_review_completion/lateness"
    assert (await east.office.post(lateness, REASON)).status_code == 409
