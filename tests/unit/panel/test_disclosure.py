from collections import Counter
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from panel_service.statistics.disclosure import (
    SMALLEST_SHOWN,
    TOTAL,
    hidden_cells,
    is_small,
    lines_of,
    range_of_rounded,
    rounded,
    worked_out,
)
from panel_service.statistics.table import (
    QUARTERS,
    natures_of_table,
    quarter_of,
    reporting_year,
    table_rows,
    with_totals,
)

CELLS = st.dictionaries(
    st.tuples(st.sampled_from(["A", "B", "C", "D"]), st.sampled_from(natures_of_table())),
    st.integers(0, 40),
)


@given(CELLS)
def test_no_small_number_is_shown_nor_can_one_be_worked_out(cells: dict[tuple[str, str], int]) -> None:
    table = with_totals(cells, ["A", "B", "C", "D"])
    hidden = hidden_cells(table)
    small = {cell for cell, count in table.items() if is_small(count)}
    assert small <= hidden
    assert not worked_out(table, hidden) & small


@given(CELLS)
def test_nothing_is_hidden_where_nothing_is_small(cells: dict[tuple[str, str], int]) -> None:
    table = with_totals({cell: count * SMALLEST_SHOWN for cell, count in cells.items()}, ["A", "B", "C", "D"])
    assert hidden_cells(table) == set()


def test_two_that_add_up_to_two_are_one_and_one() -> None:
    table = with_totals({("A", "Child death"): 1, ("B", "Child death"): 1, ("C", "Child death"): 10}, "ABC")
    assert worked_out(table, {("A", "Child death"), ("B", "Child death")})
    assert not worked_out(table, hidden_cells(table))


def test_one_hidden_between_two_circles_of_hidden_ones_is_worked_out() -> None:
    table = with_totals({(row, nature): 9 for row in "ABCD" for nature in natures_of_table()}, "ABCD")
    first, second, third = natures_of_table()
    circles = {(row, nature) for row in "AB" for nature in (first, second)}
    circles |= {(row, nature) for row in "CD" for nature in (third, TOTAL)}
    assert worked_out(table, circles | {("A", third)}) == {("A", third)}


COUNTS = st.integers(0, 3) | st.integers(0, 30)
NOTIFIED = st.lists(
    st.tuples(
        st.sampled_from(natures_of_table()),
        st.sampled_from(["Q1", "Q2"]),
        st.sampled_from(["London", "North East", "South East"]),
        st.sampled_from(["Male", "Female", "Not known"]),
        st.sampled_from(["Yes", "No"]),
        COUNTS,
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(NOTIFIED)
def test_nothing_hidden_is_worked_out_across_quarters_topics_and_regions(notified: list[Any]) -> None:
    counts, quarters, regions = Counter[Any](), Counter[Any](), Counter[Any]()
    for nature, quarter, region, sex, disability, count in notified:
        quarters[quarter, nature] += count
        regions[region, nature] += count
        counts["Sex", sex, nature] += count
        counts["Disability", disability, nature] += count
    shown: dict[Any, str] = {}
    true: dict[Any, int] = {}
    rough: dict[Any, tuple[int, int]] = {}
    lines: list[list[Any]] = []
    year = with_totals(quarters, QUARTERS)
    rows = table_rows(2026, counts, quarters, regions)
    for row in rows:
        topic = row.region_name or f"{row.breakdown_topic}: {row.breakdown}: {row.quarter}"
        topic = TOTAL if topic == "Total: Total: Total" else topic
        cell = topic, row.nature_of_notification
        shown[cell] = row.number_notifications
        if row.region_name:
            true[cell] = with_totals(regions, [row.region_name])[row.region_name, cell[1]]
            rough[cell] = range_of_rounded(true[cell])
        elif row.breakdown_topic != TOTAL:
            cells = {(b, n): c for (t, b, n), c in counts.items() if t == row.breakdown_topic}
            true[cell] = with_totals(cells, [row.breakdown])[row.breakdown, cell[1]]
        else:
            true[cell] = year[row.quarter, cell[1]]
    hidden = {cell for cell, number in shown.items() if number == "c"}
    assert {cell for cell, count in true.items() if is_small(count)} <= hidden
    groups: dict[str, list[str]] = {"Sex: ": [], "Disability: ": [], "Total: ": [], "": []}
    for name in dict.fromkeys(name for name, _ in true if name != TOTAL):
        next(names for start, names in groups.items() if name.startswith(start)).append(name)
    for names in groups.values():
        wanted = {*names, TOTAL}
        lines += list(lines_of([cell for cell in true if cell[0] in wanted])) if names else []
    assert not worked_out(true, hidden, lines, rough)


def test_a_single_small_number_takes_another_with_it() -> None:
    table = with_totals(
        {
            ("A", "Child death"): 3,
            ("B", "Child death"): 20,
            ("A", "Serious harm"): 30,
            ("B", "Serious harm"): 40,
        },
        ["A", "B"],
    )
    hidden = hidden_cells(table)
    assert ("A", "Child death") in hidden
    assert len([cell for cell in hidden if cell[0] == "A"]) > 1
    assert len([cell for cell in hidden if cell[1] == "Child death"]) > 1


def test_regional_numbers_are_rounded_to_ten() -> None:
    assert [rounded(count) for count in (0, 4, 5, 14, 15, 24)] == [0, 0, 10, 10, 20, 20]


def test_the_reporting_year_ends_on_31_march() -> None:
    assert [reporting_year(date(2026, 3, 31)), reporting_year(date(2026, 4, 1))] == [2026, 2027]
    assert [quarter_of(month) for month in (4, 6, 7, 12, 1, 3)] == ["Q1", "Q1", "Q2", "Q3", "Q4", "Q4"]
