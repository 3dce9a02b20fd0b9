from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel

from panel_service.statistics.service import publish_edition, reckon_table
from panel_service.statistics.table import StatisticsRow
from panel_service.statistics.writing import as_csv
from service_kit.acting import Acting, Requires
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/statistics", tags=["statistics"], route_class=StrictRoute)
Year = Annotated[
    int,
    Path(
        ge=2019,
        le=9998,
        description="The year in which the reporting year ends, on 31 March.",
        examples=[2026],
    ),
]
ReadingDep = Annotated[Acting, Requires("statistics:read")]


class StatisticsTable(BaseModel):
    """The table of one reporting year."""

    reporting_year: int
    rows: list[StatisticsRow]


class EditionRead(StatisticsTable):
    """A table as it was published."""

    id: UUID
    edition: int
    published_at: datetime


@router.get("/notifications/{year}", summary="Count a year's notifications")
async def read_statistics(year: Year, acting: ReadingDep) -> StatisticsTable:
    """Count the notifications of a reporting year in the published table's columns, small numbers suppressed.

    `c` stands for a number under 5, and for others from which one could be worked out; regions are rounded to 10.
    """
    rows = await reckon_table(acting, year)
    await acting.audit("statistics.read", "statistics", None, {"year": year})
    return StatisticsTable(reporting_year=year, rows=rows)


@router.get(
    "/notifications/{year}/table.csv",
    summary="Count a year's notifications, as CSV",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "The table, with a header."}},
)
async def read_statistics_file(year: Year, acting: ReadingDep) -> Response:
    """Give the same table as comma-separated values, for a spreadsheet or the statistics service."""
    rows = await reckon_table(acting, year)
    await acting.audit("statistics.read", "statistics", None, {"year": year})
    return as_csv(rows, f"notifications-{year}")


@router.post(
    "/notifications/{year}/editions",
    status_code=201,
    summary="Publish a year's table",
    response_model=EditionRead,
)
async def post_edition(
    year: Year, acting: Annotated[Acting, Requires("statistics:publish")], once: OnceDep
) -> Response:
    """Publish the table of a year that has ended, as it is now: from then on anybody reads it, without a credential."""
    edition = await publish_edition(acting, year)
    read = EditionRead(
        id=edition.id,
        reporting_year=year,
        edition=edition.edition,
        published_at=edition.published_at,
        rows=[StatisticsRow.model_validate(row) for row in edition.rows],
    )
    return await once.answer(read, status=201, headers={"Location": f"/v1/public/statistics/{year}"})
