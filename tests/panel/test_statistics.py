import csv
import io
from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from panel_service.statistics.table import reporting_year
from service_kit.administration import owner_session
from shared_schemas.messages import examples
from tests.panel.received import Sender, connect
from tests.support.services import Caller, Service

LAST_YEAR = reporting_year(date.today()) - 1  # noqa: DTZ011 -- any day of an ended year serves


def incident(nature: str, **child: Any) -> dict[str, Any]:
    facts = examples.INCIDENT["children"][0] | child
    return examples.INCIDENT | {"nature": nature, "children": [facts]}


async def notify(sender: Sender, nature: str, count: int, **child: Any) -> None:
    for _ in range(count):
        await sender.notify(incident=incident(nature, **child))


async def move_into_last_year(panel: Service) -> None:
    async with owner_session(panel.settings) as session:
        await session.execute(
            text("UPDATE counted_notifications SET notified_on = :day"), {"day": date(LAST_YEAR - 1, 7, 15)}
        )


@pytest.fixture
async def counted(fresh_panel: Service) -> Caller:
    """Nineteen notifications in the summer quarter of the last reporting year: 9 deaths, 7 harms and 3 others."""
    sender = await connect(fresh_panel, "panel")
    await notify(sender, "child_death", 9, sex="M")
    await notify(sender, "serious_harm", 7, sex="F")
    await notify(sender, "other", 3, sex="F")
    await move_into_last_year(fresh_panel)
    return await fresh_panel.caller("secretariat", organisation="panel")


def cells(rows: list[dict[str, str]], topic: str, **where: str) -> dict[tuple[str, str], str]:
    chosen = [row for row in rows if row["breakdown_topic"] == topic and where.items() <= row.items()]
    return {(row["breakdown"], row["nature_of_notification"]): row["number_notifications"] for row in chosen}


async def test_a_year_is_counted_in_the_published_columns(counted: Caller) -> None:
    answer = await counted.get(f"/v1/statistics/notifications/{LAST_YEAR}")
    assert answer.status_code == 200, answer.text
    rows = answer.json()["rows"]
    year = cells(rows, "Total", quarter="Total", geographic_level="National")
    assert year["Total", "Total"] == "19"
    # Three others are hidden, and with them another, or they could be taken from the total.
    assert year["Total", "Other"] == "c"
    assert list(year.values()).count("c") == 2
    sexes = cells(rows, "Sex", geographic_level="National")
    assert sexes["Male", "Child death"] == "9" or year["Total", "Child death"] == "c"
    assert sexes["Female", "Other"] == "c"
    quarters = {row["quarter"] for row in rows if row["breakdown_topic"] == "Total"}
    assert quarters == {"Q1", "Q2", "Q3", "Q4", "Total"}
    regions = [row for row in rows if row["geographic_level"] == "Regional"]
    assert {row["number_notifications"] for row in regions} <= {"0", "10", "20", "c"}
    assert {row["time_period"] for row in rows} == {f"{LAST_YEAR - 1}{LAST_YEAR % 100:02}"}


async def test_the_file_says_the_same(counted: Caller) -> None:
    rows = (await counted.get(f"/v1/statistics/notifications/{LAST_YEAR}")).json()["rows"]
    answer = await counted.get(f"/v1/statistics/notifications/{LAST_YEAR}/table.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert list(csv.DictReader(io.StringIO(answer.text))) == rows


async def test_anybody_reads_what_is_published_and_nothing_before(
    counted: Caller, fresh_panel: Service
) -> None:
    anybody: httpx.AsyncClient = fresh_panel.client
    assert (await anybody.get(f"/v1/public/statistics/{LAST_YEAR}")).status_code == 404
    published = await counted.post(f"/v1/statistics/notifications/{LAST_YEAR}/editions")
    assert (published.status_code, published.json()["edition"]) == (201, 1)
    read = await anybody.get(f"/v1/public/statistics/{LAST_YEAR}")
    assert read.json()["rows"] == published.json()["rows"]
    sender = await connect(fresh_panel, "panel")
    await notify(sender, "child_death", 5)
    await move_into_last_year(fresh_panel)
    assert (await anybody.get(f"/v1/public/statistics/{LAST_YEAR}")).json() == read.json()
    second = await counted.post(f"/v1/statistics/notifications/{LAST_YEAR}/editions")
    assert second.json()["edition"] == 2
    years = (await anybody.get("/v1/public/statistics")).json()
    assert [(year["reporting_year"], year["edition"]) for year in years] == [(LAST_YEAR, 2)]
    file = await anybody.get(f"/v1/public/statistics/{LAST_YEAR}/table.csv")
    assert list(csv.DictReader(io.StringIO(file.text))) == second.json()["rows"]


async def test_a_year_that_has_not_ended_is_not_published(counted: Caller) -> None:
    refused = await counted.post(f"/v1/statistics/notifications/{LAST_YEAR + 1}/editions")
    assert (refused.status_code, refused.json()["code"]) == (409, "move-not-allowed")


async def test_a_member_reads_and_does_not_publish(counted: Caller, fresh_panel: Service) -> None:
    member = await fresh_panel.caller("member", organisation="panel")
    assert (await member.get(f"/v1/statistics/notifications/{LAST_YEAR}")).status_code == 200
    refused = await member.post(f"/v1/statistics/notifications/{LAST_YEAR}/editions")
    assert refused.status_code == 403
    auditor = await fresh_panel.caller("auditor", organisation="panel")
    assert (await auditor.get(f"/v1/statistics/notifications/{LAST_YEAR}")).status_code == 403


async def test_another_organisation_counts_none_of_it(counted: Caller, fresh_panel: Service) -> None:
    other = await fresh_panel.caller("secretariat", organisation="other")
    rows = (await other.get(f"/v1/statistics/notifications/{LAST_YEAR}")).json()["rows"]
    assert {row["number_notifications"] for row in rows} == {"0"}
