"""Statistical disclosure control: small numbers are not shown, nor any other by which they could be worked out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

Cell = tuple[str, str]
Line = Sequence[Cell]  # the parts, then their total
Range = tuple[int, int]
TOTAL = "Total"
SMALLEST_SHOWN = 5  # 1 to 4 are hidden; a true zero is shown
ROUNDED_TO = 10
MODULUS = (1 << 61) - 1  # a prime: sums of lines are reckoned by it, exactly and without fractions


def hidden_cells(
    counts: Mapping[Cell, int],
    lines: Sequence[Line] | None = None,
    ranges: Mapping[Cell, Range] | None = None,
) -> set[Cell]:
    """Give the cells that must not be shown.

    Primary: 1 to 4. Secondary: as many more, the smallest first, as keep every hidden one from being worked out from
    the ``lines`` it stands in (by default the rows and columns of one table). ``ranges`` are those of the cells that
    are shown only roughly.
    """
    ranges = ranges or {}
    lines = list(lines_of(counts)) if lines is None else lines
    hidden = {cell for cell, count in counts.items() if is_small(count)}
    while True:
        exposed = _alone(lines, hidden, ranges) or worked_out(counts, hidden, lines, ranges)
        cell = next(iter(_to_hide(counts, lines, hidden, exposed)), None)
        if cell is None:
            return hidden
        hidden.add(cell)


def is_small(count: int) -> bool:
    """Whether a count is hidden for its own sake."""
    return 0 < count < SMALLEST_SHOWN


def rounded(count: int) -> int:
    """Round to the nearest ten, halves up, as regional numbers are published."""
    return (count + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def range_of_rounded(count: int) -> Range:
    """Give what a count can be that is shown rounded: a zero is true, and 1 to 4 are never shown."""
    if count == 0:
        return 0, 0
    near = rounded(count)
    return max(SMALLEST_SHOWN, near - ROUNDED_TO // 2), near + ROUNDED_TO // 2 - 1


def worked_out(
    counts: Mapping[Cell, int],
    hidden: AbstractSet[Cell],
    lines: Sequence[Line] | None = None,
    ranges: Mapping[Cell, Range] | None = None,
) -> set[Cell]:
    """Give the hidden cells whose value follows from those shown, by lines that must add up.

    A reader may take it that what is hidden is not zero, since a zero is hidden only where nothing else is left.
    """
    ranges = ranges or {}
    lines = list(lines_of(counts)) if lines is None else lines
    ceiling = 2 * max(counts.values(), default=0) + 1
    low, high = {}, {}
    for cell, count in counts.items():
        known = ranges.get(cell, (count, count))
        low[cell], high[cell] = (min(1, count), ceiling) if cell in hidden else known
    while sum(_tighten(line, low, high) for line in lines):
        pass
    found = {cell for cell in hidden if low[cell] == high[cell]}
    return found or _solved(lines, {cell for cell in counts if low[cell] < high[cell]}) & hidden


def lines_of(counts: Iterable[Cell]) -> Iterator[list[Cell]]:
    """Give each row and each column of a table: the parts first, their total last."""
    cells = list(counts)
    for axis in (0, 1):
        for name in dict.fromkeys(cell[axis] for cell in cells):
            line = [cell for cell in cells if cell[axis] == name]
            parts = [cell for cell in line if cell[1 - axis] != TOTAL]
            totals = [cell for cell in line if cell[1 - axis] == TOTAL]
            if totals and parts:
                yield [*parts, *totals]


def _alone(lines: Iterable[Line], hidden: AbstractSet[Cell], ranges: Mapping[Cell, Range]) -> set[Cell]:
    """The first cell that is the only one of its line not shown exactly: quick to see."""
    for line in lines:
        unknown = [cell for cell in line if cell in hidden or _is_rough(cell, ranges)]
        if len(unknown) == 1 and unknown[0] in hidden:
            return set(unknown)
    return set()


def _is_rough(cell: Cell, ranges: Mapping[Cell, Range]) -> bool:
    lowest, highest = ranges.get(cell, (0, 0))
    return lowest < highest


def _to_hide(
    counts: Mapping[Cell, int], lines: Sequence[Line], hidden: set[Cell], exposed: AbstractSet[Cell]
) -> Iterator[Cell]:
    if not exposed:
        return
    # Another cell of its own line, or else of one that is tied to it by what is hidden there.
    for wanted in (set(exposed), hidden):
        for line in lines:
            free = [cell for cell in line if cell not in hidden]
            if free and wanted.intersection(line):
                # The smallest loses least; a zero only where nothing else is left, a total last of all.
                yield min(free, key=lambda cell: (TOTAL in cell, counts[cell] == 0, counts[cell], cell))


def _solved(lines: Iterable[Line], unknown: AbstractSet[Cell]) -> set[Cell]:
    """Give the unknown cells that some sum of lines leaves alone: each line is an equation, solved by elimination."""
    solved: dict[Cell, dict[Cell, int]] = {}
    for line in lines:
        row = {cell: 1 if cell != line[-1] else MODULUS - 1 for cell in line if cell in unknown}
        for cell in [cell for cell in row if cell in solved]:
            _subtract(row, solved[cell], row[cell])
        if not row:
            continue
        pivot = next(iter(row))
        inverse = pow(row[pivot], -1, MODULUS)
        row = {cell: value * inverse % MODULUS for cell, value in row.items()}
        for other in solved.values():
            if pivot in other:
                _subtract(other, row, other[pivot])
        solved[pivot] = row
    return {pivot for pivot, row in solved.items() if len(row) == 1}


def _subtract(row: dict[Cell, int], other: Mapping[Cell, int], times: int) -> None:
    for cell, value in other.items():
        left = (row.get(cell, 0) - times * value) % MODULUS
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)


def _tighten(line: Line, low: dict[Cell, int], high: dict[Cell, int]) -> bool:
    """Narrow what each cell of a line can be, given that the parts add up to the total."""
    *parts, total = line
    before = [(low[cell], high[cell]) for cell in line]
    low[total] = max(low[total], _sum(low, parts))
    high[total] = min(high[total], _sum(high, parts))
    lowest, highest = _sum(low, parts), _sum(high, parts)
    for cell in parts:
        floor, top = low[cell], high[cell]
        low[cell] = max(floor, low[total] - (highest - top))
        high[cell] = min(top, high[total] - (lowest - floor))
        lowest, highest = lowest + low[cell] - floor, highest + high[cell] - top
    return before != [(low[cell], high[cell]) for cell in line]


def _sum(bounds: Mapping[Cell, int], cells: Iterable[Cell]) -> int:
    return sum(bounds[cell] for cell in cells)
