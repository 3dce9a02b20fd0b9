"""Statistical disclosure control: small numbers are not shown, nor any other by which they could be worked out."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

Cell = tuple[str, str]
TOTAL = "Total"
SMALLEST_SHOWN = 5  # 1 to 4 are hidden; a true zero is shown
ROUNDED_TO = 10


def hidden_cells(
    counts: Mapping[Cell, int],
    *,
    fixed_row: str | None = None,
    fixed_hidden: AbstractSet[Cell] = frozenset(),
) -> set[Cell]:
    """Give the cells of a table with totals (row and column ``Total``) that must not be shown.

    Primary: 1 to 4. Secondary: as many more, the smallest first, as keep every primary one from being worked out
    from its row or column. ``fixed_row`` is published elsewhere: of it just ``fixed_hidden`` is hidden.
    """
    hidden = set(fixed_hidden)
    hidden |= {cell for cell, count in counts.items() if cell[0] != fixed_row and is_small(count)}
    lines = list(_lines(counts))
    while True:
        cell = _next_to_hide(counts, lines, hidden, fixed_row)
        if cell is None:
            return hidden
        hidden.add(cell)


def is_small(count: int) -> bool:
    """Whether a count is hidden for its own sake."""
    return 0 < count < SMALLEST_SHOWN


def rounded(count: int) -> int:
    """Round to the nearest ten, halves up, as regional numbers are published."""
    return (count + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def worked_out(counts: Mapping[Cell, int], hidden: AbstractSet[Cell]) -> set[Cell]:
    """Give the hidden cells whose value follows from those shown, by rows and columns that must add up."""
    low = {cell: 0 if cell in hidden else count for cell, count in counts.items()}
    ceiling = sum(counts.values()) + 1
    high = {cell: ceiling if cell in hidden else count for cell, count in counts.items()}
    lines = list(_lines(counts))
    while any(_tighten(line, low, high) for line in lines):
        pass
    return {cell for cell in hidden if low[cell] == high[cell]}


def _next_to_hide(
    counts: Mapping[Cell, int], lines: list[list[Cell]], hidden: set[Cell], fixed_row: str | None
) -> Cell | None:
    alone = [line for line in lines if len(hidden.intersection(line)) == 1]
    exposed = worked_out(counts, hidden)
    for line in [*alone, *(line for line in lines if exposed.intersection(line))]:
        free = [cell for cell in line if cell not in hidden and cell[0] != fixed_row]
        if free:
            # The smallest loses least; a zero only where nothing else is left, a total last of all.
            return min(free, key=lambda cell: (TOTAL in cell, counts[cell] == 0, counts[cell], cell))
    return None


def _lines(counts: Mapping[Cell, int]) -> Iterator[list[Cell]]:
    """Each row and each column: the parts first, their total last."""
    for axis in (0, 1):
        for name in dict.fromkeys(cell[axis] for cell in counts):
            line = [cell for cell in counts if cell[axis] == name]
            parts = [cell for cell in line if cell[1 - axis] != TOTAL]
            totals = [cell for cell in line if cell[1 - axis] == TOTAL]
            if totals and parts:
                yield [*parts, *totals]


def _tighten(line: list[Cell], low: dict[Cell, int], high: dict[Cell, int]) -> bool:
    """Narrow what each cell of a line can be, given that the parts add up to the total."""
    *parts, total = line
    before = [(low[cell], high[cell]) for cell in line]
    low[total] = max(low[total], _sum(low, parts))
    high[total] = min(high[total], _sum(high, parts))
    for cell in parts:
        others = [other for other in parts if other != cell]
        low[cell] = max(low[cell], low[total] - _sum(high, others))
        high[cell] = min(high[cell], high[total] - _sum(low, others))
    return before != [(low[cell], high[cell]) for cell in line]


def _sum(bounds: Mapping[Cell, int], cells: Iterable[Cell]) -> int:
    return sum(bounds[cell] for cell in cells)
