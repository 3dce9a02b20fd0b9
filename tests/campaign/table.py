"""What is printed in the end."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.campaign.course import Result

SHOWN = 4  # of what breaks an invariant


def print_table(console: Console, results: Sequence[Result], canaries: Sequence[str]) -> bool:
    """Print the table, what was broken, and the last line; whether every invariant holds."""
    table = Table(title="The fault campaign")
    for name in ("fault", "what"):
        table.add_column(name)
    for name in ("cycles", "acknowledged", "lost", "applied twice", "phantom"):
        table.add_column(name, justify="right")
    table.add_column("invariants")
    table.add_column("seconds", justify="right")
    for result in results:
        counts = (result.cycles, result.acknowledged, result.lost, result.twice, result.phantom)
        said = (
            "skipped" if result.skipped else "hold" if result.holds else f"BROKEN: {', '.join(result.broken)}"
        )
        cells = [str(count) for count in counts] if not result.skipped else ["-"] * len(counts)
        table.add_row(result.fault, result.title, *cells, said, f"{result.seconds:.1f}")
    console.print(table)
    _print_notes(console, results)
    for place in canaries:
        console.print(f"  I11: {escape(place)}", style="bold red")
    lost, twice, phantom = (
        sum(getattr(result, name) for result in results) for name in ("lost", "twice", "phantom")
    )
    console.print(f"{lost} lost, {twice} applied twice, {phantom} phantom", style="bold", highlight=False)
    return all(result.holds for result in results) and not canaries


def _print_notes(console: Console, results: Sequence[Result]) -> None:
    for result in results:
        if result.skipped:
            console.print(f"  {result.fault} skipped: {escape(result.skipped)}", style="yellow")
        for note in result.notes:
            console.print(f"  {result.fault}: {escape(note)}", style="dim", highlight=False)
        for invariant, found in result.broken.items():
            for one in found[:SHOWN]:
                console.print(
                    f"  {result.fault} {invariant}: {escape(one)}", style="bold red", highlight=False
                )
            if len(found) > SHOWN:
                console.print(
                    f"  {result.fault} {invariant}: and {len(found) - SHOWN} more", style="bold red"
                )
