import platform
from enum import StrEnum
from typing import Annotated

import psutil
import typer
from rich.console import Console

from tests.bench.bed import prepared
from tests.bench.carrying import bench_carrying
from tests.bench.claims import bench_claims
from tests.bench.creating import bench_creating
from tests.bench.crossing import bench_crossing
from tests.bench.draining import bench_draining
from tests.bench.growth import bench_growth
from tests.bench.latency import bench_latency
from tests.bench.listing import bench_listing


class Part(StrEnum):
    CREATING = "creating"
    CROSSING = "crossing"
    LISTING = "listing"
    CARRYING = "carrying"
    GROWTH = "growth"
    DRAINING = "draining"
    LATENCY = "latency"
    CLAIMS = "claims"


app = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)


@app.command()
def bench(
    *,
    rounds: Annotated[int, typer.Option(min=1, max=50, help="How often each contender takes its turn.")] = 5,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer operations a round: to see that it runs.")
    ] = False,
    messages: Annotated[
        int, typer.Option(min=200, max=200_000, help="How many messages are drained a round.")
    ] = 20_000,
    share: Annotated[
        float, typer.Option(min=0.001, max=1, help="Of the amounts among which is claimed.")
    ] = 1.0,
    profile: Annotated[str, typer.Option(help="A file for the profile of the last draining sender.")] = "",
    only: Annotated[
        list[Part] | None, typer.Option(help="Only this part; may be given several times.")
    ] = None,
) -> None:
    """Measure both services on a durable PostgreSQL of their own. Read the ratios: rates are this machine's."""
    console = Console(width=150, highlight=False)
    parts = only or list(Part)
    console.print(f"Python {platform.python_version()}, {psutil.cpu_count()} CPUs, {rounds} round(s)")
    with prepared(console) as bed:
        version = bed.query("SHOW server_version")[0][0]
        console.print(f"PostgreSQL {version}, fsync on, synchronous_commit on")
        # It copies the one case that it records, so it comes before the others record theirs.
        if Part.GROWTH in parts:
            bench_growth(bed, console, rounds=rounds, quick=quick)
        if Part.CREATING in parts:
            bench_creating(bed, console, rounds=rounds, quick=quick)
        if Part.CROSSING in parts:
            bench_crossing(bed, console, quick=quick)
        if Part.LISTING in parts:
            bench_listing(bed, console, rounds=rounds, quick=quick)
        if Part.CARRYING in parts:
            bench_carrying(bed, console)
        if Part.DRAINING in parts:
            count = min(messages, 1_000) if quick else messages
            bench_draining(bed, console, rounds=min(rounds, 3), messages=count, profile=profile)
        if Part.LATENCY in parts:
            bench_latency(bed, console, rounds=min(rounds, 3), quick=quick)
        if Part.CLAIMS in parts:
            bench_claims(bed, console, rounds=rounds, share=0.02 if quick else share)


if __name__ == "__main__":
    app(prog_name="python -m tests.bench")
