from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from panel_service.statistics.disclosure import (
    SMALLEST_SHOWN,
    TOTAL,
    hidden_cells,
    is_small,
    rounded,
    worked_out,
)
from panel_service.statistics.table import natures_of_table, quarter_of, reporting_year, with_totals

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


@given(CELLS)
def test_a_row_published_elsewhere_stays_as_it_was_published(cells: dict[tuple[str, str], int]) -> None:
    table = with_totals(cells, ["A", "B", "C", "D"])
    fixed = {(TOTAL, natures_of_table()[0])}
    hidden = hidden_cells(table, fixed_row=TOTAL, fixed_hidden=fixed)
    assert {cell for cell in hidden if cell[0] == TOTAL} == fixed


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
