"""The published table of notifications, column by column (Department for Education, serious incident notifications)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from pydantic import BaseModel, Field

from panel_service.statistics.disclosure import TOTAL, Cell, hidden_cells, lines_of, range_of_rounded, rounded
from shared_schemas.code_lists import code_list

CONFIDENTIAL = "c"
NOT_AVAILABLE = "x"
REGION = "Regional"
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


def table_rows(
    year: int, counts: Counts, quarters: Mapping[Cell, int], regions: Mapping[Cell, int]
) -> list[StatisticsRow]:
    """Make the table: by quarter, by each topic, and by region, rounded to the nearest ten.

    ``quarters`` counts by quarter and nature, ``regions`` by region and nature, ``counts`` by topic, breakdown, nature.
    All of it adds up to the year's totals, so that what is hidden is decided for the whole at once.
    """
    parts: list[tuple[str, Sequence[str], Mapping[Cell, int]]] = [(TOTAL, QUARTERS, quarters)]
    for topic in TOPICS:
        cells = {(breakdown, nature): n for (of, breakdown, nature), n in counts.items() if of == topic}
        parts.append((topic, sorted({breakdown for breakdown, _ in cells}), cells))
    parts.append((REGION, sorted({region for region, _ in regions}), regions))
    whole: dict[Cell, int] = {}
    lines: list[list[Cell]] = []
    for topic, names, counted in parts:
        table = {_named(topic, cell): count for cell, count in with_totals(counted, names).items()}
        if names:
            lines += [line for line in lines_of(table) if line not in lines]
            whole |= table
    rough = {cell: range_of_rounded(n) for cell, n in whole.items() if cell[0].startswith(f"{REGION}: ")}
    hidden = hidden_cells(whole, lines, rough)
    rows = []
    for topic, names, counted in parts:
        for cell, count in with_totals(counted, names).items():
            if topic == TOTAL or cell[0] != TOTAL:
                secret = _named(topic, cell) in hidden
                rows.append(_row(year, topic, cell, CONFIDENTIAL if secret else _shown(topic, count)))
    return rows


def _named(topic: str, cell: Cell) -> Cell:
    """Name a cell among those of all topics; the totals of the year are the same in each."""
    name, nature = cell
    return (name if name == TOTAL else f"{topic}: {name}", nature)


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


def _row(year: int, topic: str, cell: Cell, number: str) -> StatisticsRow:
    name, nature = cell
    of = (topic, name) if topic in TOPICS else (TOTAL, TOTAL)
    return StatisticsRow(
        time_period=f"{year - 1}{year % 100:02}",
        quarter=name if topic == TOTAL else TOTAL,
        geographic_level=REGION if topic == REGION else "National",
        region_name=name if topic == REGION else "",
        breakdown_topic=of[0],
        breakdown=of[1],
        nature_of_notification=nature,
        number_notifications=number,
    )


def _shown(topic: str, count: int) -> str:
    return str(rounded(count) if topic == REGION else count)
