"""The published table of notifications, column by column (Department for Education, serious incident notifications)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from pydantic import BaseModel, Field

from panel_service.statistics.disclosure import TOTAL, Cell, hidden_cells, is_small, rounded
from shared_schemas.code_lists import code_list

CONFIDENTIAL = "c"
NOT_AVAILABLE = "x"
ENGLAND = {"country_code": "E92000001", "country_name": "England"}
# The column of a counted notification for each topic of the table.
TOPICS = {
    "Age": "age_band",
    "Sex": "sex",
    "Ethnicity": "ethnicity",
    "Disability": "disability",
    "Placement type": "placement_type",
    "Child looked after": "looked_after",
    "Child in need plan": "child_in_need_plan",
    "Child protection plan": "child_protection_plan",
    "Known to any agency": "known_to_any_agency",
}
QUARTERS = ("Q1", "Q2", "Q3", "Q4")
Counts = Mapping[tuple[str, str, str], int]  # topic, breakdown, nature


class StatisticsRow(BaseModel):
    """One row of the published table, its columns under their published names."""

    time_period: str = Field(description="The reporting year to 31 March.", examples=["202526"])
    time_identifier: str = "Reporting year"
    quarter: str = Field(description="Q1 is April to June; `Total` is the year.")
    geographic_level: str
    country_code: str = ENGLAND["country_code"]
    country_name: str = ENGLAND["country_name"]
    region_name: str = Field(default="", description="Only in the rows of the level Regional.")
    breakdown_topic: str
    breakdown: str
    nature_of_notification: str
    number_notifications: str = Field(
        description="A number; `c` confidential (small, or another could be worked out from it); `x` not available. "
        "Regional numbers are rounded to the nearest 10. Zero is a true zero."
    )


def reporting_year(on: date) -> int:
    """Give the reporting year a day belongs to, by the year in which it ends on 31 March."""
    return on.year + 1 if on.month >= 4 else on.year


def quarter_of(month: int) -> str:
    """Give the quarter of the reporting year: April to June is the first."""
    return QUARTERS[(month - 4) % 12 // 3]


def national_rows(year: int, counts: Counts, quarters: Mapping[Cell, int]) -> list[StatisticsRow]:
    """Make the national table; ``quarters`` counts by quarter and nature, ``counts`` by topic, breakdown, nature."""
    by_quarter = with_totals(quarters, QUARTERS)
    hidden = hidden_cells(by_quarter)
    rows = [
        _row(year, quarter, (TOTAL, TOTAL), nature, _shown(count, hidden=(quarter, nature) in hidden))
        for (quarter, nature), count in by_quarter.items()
    ]
    year_hidden = {cell for cell in hidden if cell[0] == TOTAL}
    for topic in TOPICS:
        cells = {(breakdown, nature): n for (of, breakdown, nature), n in counts.items() if of == topic}
        table = with_totals(cells, sorted({breakdown for breakdown, _ in cells}))
        secret = hidden_cells(table, fixed_row=TOTAL, fixed_hidden=year_hidden)
        rows += [
            _row(year, TOTAL, (topic, breakdown), nature, _shown(count, hidden=(breakdown, nature) in secret))
            for (breakdown, nature), count in table.items()
            if breakdown != TOTAL
        ]
    return rows


def regional_rows(year: int, regions: Mapping[Cell, int]) -> list[StatisticsRow]:
    """Make the regional table: rounded to the nearest ten, small numbers hidden before they are rounded."""
    table = with_totals(regions, sorted({region for region, _ in regions}))
    return [
        _row(
            year,
            TOTAL,
            (TOTAL, TOTAL),
            nature,
            CONFIDENTIAL if is_small(count) else str(rounded(count)),
            region=region,
        )
        for (region, nature), count in table.items()
        if region != TOTAL
    ]


def with_totals(cells: Mapping[Cell, int], names: Iterable[str]) -> dict[Cell, int]:
    """Complete a table: a zero where nothing was counted, and the totals of rows and columns."""
    natures = natures_of_table()
    rows = list(names)
    full = {(name, nature): cells.get((name, nature), 0) for name in rows for nature in natures}
    for name in rows:
        full[name, TOTAL] = sum(full[name, nature] for nature in natures)
    for nature in (*natures, TOTAL):
        full[TOTAL, nature] = sum(full[name, nature] for name in rows)
    return full


def natures_of_table() -> Sequence[str]:
    """Give the natures in the published order."""
    return list(code_list("nature_of_notification").titles.values())


def _row(
    year: int, quarter: str, of: tuple[str, str], nature: str, number: str, *, region: str = ""
) -> StatisticsRow:
    topic, breakdown = of
    return StatisticsRow(
        time_period=f"{year - 1}{year % 100:02}",
        quarter=quarter,
        geographic_level="Regional" if region else "National",
        region_name=region,
        breakdown_topic=topic,
        breakdown=breakdown,
        nature_of_notification=nature,
        number_notifications=number,
    )


def _shown(count: int, *, hidden: bool) -> str:
    return CONFIDENTIAL if hidden else str(count)
