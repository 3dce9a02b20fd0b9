from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, extract, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from panel_service.cases.models import Case, CaseState
from panel_service.statistics.characteristics import counted_facts
from panel_service.statistics.models import CountedNotification, StatisticsEdition
from panel_service.statistics.table import (
    TOPICS,
    StatisticsRow,
    quarter_of,
    table_rows,
)
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.ids import new_id
from service_kit.problems import ApiProblem
from shared_schemas.incidents import IncidentFacts

_BY: Mapping[str, Any] = {
    "month": extract("month", CountedNotification.notified_on),
    "region": CountedNotification.region,
    **{topic: getattr(CountedNotification, column) for topic, column in TOPICS.items()},
}


async def count_notification(
    acting: Acting, case_id: UUID, incident: IncidentFacts, notified_at: datetime
) -> None:
    """Keep what statistics count of a case, once, as at the time of its first notification."""
    facts = counted_facts(incident, london_date(notified_at))
    acting.session.add(
        CountedNotification(organisation_id=acting.organisation_id, id=new_id(), case_id=case_id, **facts)
    )


async def reckon_table(acting: Acting, year: int) -> list[StatisticsRow]:
    """Make the table of a reporting year, to 31 March, with disclosure control. Withdrawn notifications do not count."""
    counts: Counter[tuple[str, str, str]] = Counter()
    quarters: Counter[tuple[str, str]] = Counter()
    regions: Counter[tuple[str, str]] = Counter()
    for row in await acting.session.execute(_counting(acting, year)):
        nature, number, *values = row
        # Of the columns by which it could be grouped, just the one it was grouped by has a value.
        name, value = next(
            (name, value) for name, value in zip(_BY, values, strict=True) if value is not None
        )
        if name == "month":
            quarters[quarter_of(int(value)), nature] += number
        elif name == "region":
            regions[value, nature] += number
        else:
            counts[name, value, nature] += number
    return table_rows(year, counts, quarters, regions)


async def publish_edition(acting: Acting, year: int) -> StatisticsEdition:
    """Publish the table of a year that has ended, as it is now; editions stand beside one another."""
    if london_date(acting.now) <= date(year, 3, 31):
        raise ApiProblem("move-not-allowed", "The reporting year has not ended.", allowed=["read the table"])
    # Two at once would count the same edition.
    await acting.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"),
        {"name": f"statistics-{acting.organisation_id}-{year}"},
    )
    last = select(func.coalesce(func.max(StatisticsEdition.edition), 0)).where(
        StatisticsEdition.organisation_id == acting.organisation_id,
        StatisticsEdition.reporting_year == year,
    )
    edition = StatisticsEdition(
        organisation_id=acting.organisation_id,
        id=new_id(),
        reporting_year=year,
        edition=(await acting.session.execute(last)).scalar_one() + 1,
        rows=[row.model_dump() for row in await reckon_table(acting, year)],
        published_by=acting.caller.principal_id,
        published_at=acting.now,
    )
    acting.session.add(edition)
    await acting.session.flush()
    detail = {"year": year, "edition": edition.edition}
    await acting.event("statistics.published", "statistics_edition", edition.id, detail)
    return edition


async def latest_editions(session: AsyncSession, organisation_id: UUID) -> list[StatisticsEdition]:
    """Give the last edition of each year, the latest year first."""
    statement = (
        select(StatisticsEdition)
        .where(StatisticsEdition.organisation_id == organisation_id)
        .order_by(StatisticsEdition.reporting_year.desc(), StatisticsEdition.edition)
    )
    last = {edition.reporting_year: edition for edition in (await session.execute(statement)).scalars()}
    return list(last.values())


def _counting(acting: Acting, year: int) -> Select[Any]:
    """Count by nature and each of the columns in one pass over the rows."""
    nature = CountedNotification.nature
    columns = list(_BY.values())
    sets = func.grouping_sets(*(tuple_(nature, column) for column in columns))
    # The few withdrawn are left out, so that the cases of other years are not looked at.
    withdrawn = exists().where(
        Case.organisation_id == CountedNotification.organisation_id,
        Case.id == CountedNotification.case_id,
        Case.state == CaseState.WITHDRAWN,
    )
    return (
        select(nature, func.count(), *columns)
        .where(
            CountedNotification.organisation_id == acting.organisation_id,
            CountedNotification.notified_on.between(date(year - 1, 4, 1), date(year, 3, 31)),
            ~withdrawn,
        )
        .group_by(sets)
    )
