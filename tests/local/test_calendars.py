"""Due dates in people's own calendars."""

from typing import Any
from uuid import uuid4

from sqlalchemy import text

from service_kit.administration import owner_session
from service_kit.identity import PrincipalKind
from tests.support.offices import open_office
from tests.support.services import Caller, Service


def events_in(content: bytes) -> list[dict[str, str]]:
    """Read a calendar as RFC 5545 says: unfolded, a property a line."""
    lines = content.decode().replace("\r\n ", "").split("\r\n")
    found: list[dict[str, str]] = []
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and line != "END:VCALENDAR":
            found[-1][name] = value
    return found


async def make_address(caller: Caller, **body: Any) -> dict[str, Any]:
    answer = await caller.post("/v1/duties/calendar-address", body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_the_feed_holds_what_is_to_be_done_and_nobodys_data(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    case_id = path.rsplit("/", 1)[1]
    answer = await east.office.get("/v1/duties.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    (event,) = events_in(answer.content)
    reference = (await east.read(path))["exchange_reference"]
    assert event["DTSTART;VALUE=DATE"] == "20251231"
    assert event["SUMMARY"] == f"{reference}: Complete the initial exercise and decide on next steps"
    assert event["UID"] == f"{case_id}-rapid_review_completion@local.example"
    assert event["SEQUENCE"] == "0"


async def test_a_moved_date_moves_the_same_entry(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    (before,) = events_in((await east.office.get("/v1/duties.ics")).content)
    received = [{"partner": "police", "received_at": "2025-12-21T10:00:00Z"}]
    for etag, changes in (
        ('"v1"', {"setting": "other"}),
        ('"v2"', {"information_received": received}),
    ):
        answer = await east.office.patch(path, {"incident": changes}, etag)
        assert answer.status_code == 200, answer.text
    (after,) = events_in((await east.office.get("/v1/duties.ics")).content)
    assert (before["UID"], before["SEQUENCE"]) == (after["UID"], "0")
    received = [{"partner": "police", "received_at": "2025-12-23T10:00:00Z"}]
    changes = {"information_received": received}
    assert (await east.office.patch(path, {"incident": changes}, '"v3"')).status_code == 200
    (later,) = events_in((await east.office.get("/v1/duties.ics")).content)
    assert later["UID"] == before["UID"]
    assert int(later["SEQUENCE"]) == int(after["SEQUENCE"]) + 1
    assert later["DTSTART;VALUE=DATE"] > after["DTSTART;VALUE=DATE"]


async def test_a_secret_address_needs_no_credential(local: Service) -> None:
    east = await open_office(local)
    await east.record()
    made = await make_address(east.office, days=30)
    answer = await local.client.get(made["url"])
    assert answer.status_code == 200
    assert len(events_in(answer.content)) == 1
    auditor = await local.caller("auditor", organisation=east.code)
    entries = (await auditor.get("/v1/audit-entries", params={"subject_id": made["id"]})).json()["items"]
    assert [entry["action"] for entry in entries] == ["calendar.read", "calendar_address.made"]


async def test_it_is_not_kept_where_it_could_be_read(local: Service) -> None:
    east = await open_office(local)
    key = {"Idempotency-Key": str(uuid4())}
    first = await east.office.post("/v1/duties/calendar-address", {}, headers=key)
    again = await east.office.post("/v1/duties/calendar-address", {}, headers=key)
    assert again.json() == {**first.json(), "url": None}
    secret = first.json()["url"].rsplit("/", 1)[1].removesuffix(".ics")
    async with owner_session(local.settings) as session:
        for table in ("idempotency_records", "calendar_addresses", "audit_entries"):
            rows = (await session.execute(text(f"SELECT t::text FROM {table} t"))).scalars()  # noqa: S608 -- our names
            assert not any(secret in row for row in rows)


async def test_it_ends_when_revoked_expired_or_its_person_leaves(local: Service) -> None:
    east = await open_office(local)
    await east.record()
    url, person = {}, {}
    for why in ("revoked", "expired", "left", "good"):
        person[why] = await local.caller("partnership_office", organisation=east.code)
        url[why] = await make_address(person[why])
    revocation = f"/v1/duties/calendar-addresses/{url['revoked']['id']}/revocation"
    assert (await person["good"].post(revocation)).status_code == 404
    assert (await person["revoked"].post(revocation)).json()["revoked_at"]
    async with owner_session(local.settings) as session:
        expire = text("UPDATE calendar_addresses SET expires_at = now() - interval '1 s' WHERE id = :id")
        await session.execute(expire, {"id": url["expired"]["id"]})
        leave = text("UPDATE credentials SET revoked_at = now() WHERE principal_id = :id")
        await session.execute(leave, {"id": person["left"].principal_id})
    status = {why: (await local.client.get(made["url"])).status_code for why, made in url.items()}
    assert status == {"revoked": 404, "expired": 404, "left": 404, "good": 200}
    (listed,) = (await person["revoked"].get("/v1/duties/calendar-addresses")).json()
    assert listed["revoked_at"]
    assert "url" not in listed


async def test_a_guess_finds_nothing(local: Service) -> None:
    east = await open_office(local)
    made = await make_address(east.office)
    guess = made["url"].removesuffix(".ics")[:-2] + "AA.ics"
    assert (await local.client.get(guess)).status_code == 404
    assert (await local.client.get("/v1/calendars/guess.ics")).status_code == 422


async def test_an_address_is_a_persons_who_may_read_cases(local: Service) -> None:
    code = f"partnership-{uuid4()}"
    system = await local.caller("integrator", organisation=code, kind=PrincipalKind.SYSTEM)
    assert (await system.post("/v1/duties/calendar-address", {})).status_code == 409
    auditor = await local.caller("auditor", organisation=code)
    assert (await auditor.post("/v1/duties/calendar-address", {})).status_code == 403
    assert (await auditor.get("/v1/duties.ics")).status_code == 403
