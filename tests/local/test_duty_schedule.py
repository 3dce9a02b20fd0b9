"""What the worker does for duties: tells once, and reckons anew by other bank holidays."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from local_service.duties.schedule import DutyKeeper
from service_kit.administration import AdministrationRefused, owner_session
from service_kit.calendar_administration import CalendarLoaded, load_calendar
from service_kit.clock.bank_holidays import published_calendar
from service_kit.clock.working_days import add_working_days, london_date
from shared_schemas.reference import load_json
from tests.local.test_duty_list import record_received
from tests.support.offices import Office, open_office
from tests.support.services import Service


async def told(service: Service, name: str) -> list[dict[str, Any]]:
    async with owner_session(service.settings) as session:
        statement = text("SELECT detail FROM feed_entries WHERE type = :name ORDER BY id")
        return list((await session.execute(statement, {"name": name})).scalars())


async def load(service: Service, feed: Any) -> CalendarLoaded:
    async with owner_session(service.settings) as session:
        return await load_calendar(session, feed)


def feed_with(*days: date, without: date | None = None) -> Any:
    feed = load_json("bank-holidays.json")
    division = feed["england-and-wales"]
    events = [event for event in division["events"] if event["date"] != str(without)]
    events += [{"title": "One-off holiday", "date": str(day), "notes": "", "bunting": False} for day in days]
    division["events"] = sorted(events, key=lambda event: event["date"])
    return feed


async def test_overdue_is_told_once_by_two_workers(fresh_local: Service) -> None:
    east = await open_office(fresh_local)
    for _ in range(5):
        await east.record()
    keepers = [DutyKeeper(fresh_local.worker) for _ in range(2)]
    await asyncio.gather(*(keeper.keep() for keeper in keepers))
    await keepers[0].keep()
    expected = {"duty": "rapid_review_completion", "due_on": "2025-12-31"}
    assert await told(fresh_local, "duty.became_overdue") == [expected] * 5
    assert await told(fresh_local, "duty.became_due_soon") == []
    assert await keepers[1].keep() == 0


async def test_another_date_is_told_of_again(fresh_local: Service) -> None:
    east = await open_office(fresh_local)
    path = await east.record()
    keeper = DutyKeeper(fresh_local.worker)
    await keeper.keep()
    received = [{"partner": "police", "received_at": "2025-12-19T10:00:00Z"}]
    await east.office.patch(path, {"incident": {"information_received": received}}, '"v1"')
    await keeper.keep()
    days = [detail["due_on"] for detail in await told(fresh_local, "duty.became_overdue")]
    assert days == ["2025-12-31", "2025-12-30"]


async def test_due_soon_is_told(fresh_local: Service) -> None:
    east = await open_office(fresh_local)
    path = await record_received(east, datetime.now(UTC) - timedelta(minutes=1))
    async with owner_session(fresh_local.settings) as session:
        # Five working days on, the clock of the service stands on the day itself.
        today = london_date(datetime.now(UTC))
        ahead = add_working_days(today, 5, published_calendar()).due_on - today
        await session.execute(text("UPDATE service_state SET clock_offset = :ahead"), {"ahead": ahead})
    await DutyKeeper(fresh_local.worker).keep()
    assert [detail["duty"] for detail in await told(fresh_local, "duty.became_due_soon")] == [
        "rapid_review_completion"
    ]
    duty = (await east.office.get(f"{path}/duties/rapid_review_completion")).json()
    assert duty["status"] == "due_soon"


async def due_on(east: Office, path: str) -> tuple[str, str]:
    explained = (await east.office.get(f"{path}/duties/rapid_review_completion")).json()
    case_id = path.rsplit("/", 1)[1]
    params = {"case_id": case_id, "code": "rapid_review_completion"}
    (listed,) = (await east.office.get("/v1/duties", params=params)).json()["items"]
    return explained["due_on"], listed["due_on"]


async def test_a_new_bank_holiday_moves_open_duties_and_each_is_audited(fresh_local: Service) -> None:
    east = await open_office(fresh_local)
    path = await east.record()
    loaded = await load(fresh_local, feed_with(date(2025, 12, 29)))
    assert loaded.added == "2025-12-29 (One-off holiday)"
    assert loaded.removed == "none"
    keeper = DutyKeeper(fresh_local.worker)
    await asyncio.gather(keeper.keep(), DutyKeeper(fresh_local.worker).keep())
    assert await due_on(east, path) == ("2026-01-02", "2026-01-02")
    explained = (await east.office.get(f"{path}/duties/rapid_review_completion")).json()["explanation"]
    assert {"day": "2025-12-29", "reason": "One-off holiday"} in explained["not_counted"]
    audited = [entry for entry in await east.audit(path) if entry["action"] == "duty.recomputed"]
    assert [entry["detail"] for entry in audited] == [
        {
            "duty": "rapid_review_completion",
            "from": "2025-12-31",
            "to": "2026-01-02",
            "edition": str(loaded.edition),
        }
    ]
    # A new case goes by it at once.
    assert await due_on(east, await east.record()) == ("2026-01-02", "2026-01-02")
    back = await load(fresh_local, load_json("bank-holidays.json"))
    assert back.removed == "2025-12-29 (One-off holiday)"
    await keeper.keep()
    assert await due_on(east, path) == ("2025-12-31", "2025-12-31")
    auditor = await fresh_local.caller("auditor", organisation=east.code)
    params = {"subject_id": str(loaded.edition)}
    (entry,) = (await auditor.get("/v1/audit-entries", params=params)).json()["items"]
    assert (entry["action"], entry["detail"]) == (
        "calendar.loaded",
        {"added": ["2025-12-29"], "removed": []},
    )


async def test_the_same_days_again_change_nothing(fresh_local: Service) -> None:
    assert (await load(fresh_local, load_json("bank-holidays.json"))).edition is None
    first = await load(fresh_local, feed_with(date(2026, 8, 3), without=date(2026, 8, 31)))
    assert (first.added, first.removed) == (
        "2026-08-03 (One-off holiday)",
        "2026-08-31 (Summer bank holiday)",
    )
    assert (await load(fresh_local, feed_with(date(2026, 8, 3), without=date(2026, 8, 31)))).edition is None


@pytest.mark.parametrize(
    "feed",
    [
        [],
        {"scotland": {"division": "scotland", "events": []}},
        {"england-and-wales": {"division": "england-and-wales", "events": []}},
        {"england-and-wales": {"division": "england-and-wales", "events": [{"date": "soon"}]}},
        {"england-and-wales": {"division": "x", "events": [{"title": "Old", "date": "2019-01-01"}]}},
        {"england-and-wales": {"division": "x", "events": [{"title": "Far", "date": "2040-01-01"}]}},
    ],
)
async def test_another_shape_is_refused(fresh_local: Service, feed: Any) -> None:
    with pytest.raises(AdministrationRefused):
        await load(fresh_local, feed)


async def test_a_feed_that_begins_later_takes_no_earlier_day_away(fresh_local: Service) -> None:
    feed = load_json("bank-holidays.json")
    division = feed["england-and-wales"]
    division["events"] = [event for event in division["events"] if event["date"] >= "2024"]
    assert (await load(fresh_local, feed)).edition is None


async def test_two_services_in_one_process_keep_their_own_calendars(
    fresh_local: Service, local: Service
) -> None:
    await load(fresh_local, feed_with(date(2025, 12, 29)))
    fresh, other = await open_office(fresh_local), await open_office(local)
    assert await due_on(fresh, await fresh.record()) == ("2026-01-02", "2026-01-02")
    assert await due_on(other, await other.record()) == ("2025-12-31", "2025-12-31")
    assert await due_on(fresh, await fresh.record()) == ("2026-01-02", "2026-01-02")


async def test_a_duty_that_this_release_knows_no_more_is_lifted(fresh_local: Service) -> None:
    east = await open_office(fresh_local)
    await east.record()
    async with owner_session(fresh_local.settings) as session:
        older = "UPDATE case_duties SET code = 'of_another_release' WHERE code = 'rapid_review_completion'"
        await session.execute(text(older))
    await load(fresh_local, feed_with(date(2025, 12, 29)))
    keeper = DutyKeeper(fresh_local.worker)
    while await keeper.keep():
        pass
    items = (await east.office.get("/v1/duties")).json()["items"]
    shown = {item["code"]: (item["status"], item["title"]) for item in items}
    assert shown["of_another_release"] == ("lifted", "of_another_release")
    assert shown["rapid_review_completion"][0] == "overdue"


async def test_a_case_that_cannot_be_reckoned_keeps_no_other_waiting(fresh_local: Service) -> None:
    east = await open_office(fresh_local)
    broken, path = await east.record(), await east.record()
    async with owner_session(fresh_local.settings) as session:
        unknown = "UPDATE cases SET rule_set = 'of_another_release' WHERE id = :id"
        await session.execute(text(unknown), {"id": UUID(broken.rsplit("/", 1)[1])})
    await load(fresh_local, feed_with(date(2025, 12, 29)))
    keeper = DutyKeeper(fresh_local.worker)
    assert await keeper.keep() == 3
    assert await due_on(east, path) == ("2026-01-02", "2026-01-02")
    assert len(await told(fresh_local, "duty.became_overdue")) == 2
    assert await keeper.keep() == 0
