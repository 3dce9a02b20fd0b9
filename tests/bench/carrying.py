"""D: how much memory it takes to carry a report of a size from a partnership to the Panel."""

import hashlib
import json
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from rich.console import Console
from rich.table import Table

from standalone.callers import OPENER, Person
from standalone.incident import local_review_report
from standalone.onward import REVIEWER
from tests.bench.bed import Bed
from tests.bench.crossing import complete_one, wait_for_receipt

MEGABYTE = 1_000_000
SIZES_MB = (5, 50)
LONGEST_SECONDS = 120.0
# A process may take a few blocks more than it had at rest, and no more for a document ten times as large.
MOST_GROWTH_MB = 24.0
MOST_RATIO = 1.10
CHECKED = ("local-api", "local-worker", "panel-api")


class MemoryGrew(Exception):
    """A process held more of a document than a few blocks."""


@dataclass(frozen=True)
class Carried:
    """One report's way: each process's memory at rest and at its highest, in megabytes."""

    seconds: float
    rest: Mapping[str, float]
    peak: Mapping[str, float]


def bench_carrying(bed: Bed, console: Console) -> None:
    """Carry reports of each size, print, and fail where memory follows the size."""
    small, large = SIZES_MB
    carried = {size: _carry(bed, size) for size in SIZES_MB}
    console.print(_table(carried))
    for name in CHECKED:
        growth = carried[large].peak[name] - carried[large].rest[name]
        ratio = carried[large].peak[name] / carried[small].peak[name]
        if growth > MOST_GROWTH_MB or ratio > MOST_RATIO:
            raise MemoryGrew(
                f"{name}: {growth:.1f} MB more than at rest, {ratio:.2f} times the peak of {small} MB"
            )


def _carry(bed: Bed, megabytes: int) -> Carried:
    """In processes started for it, so that no earlier peak hides this one's."""
    file, sha256 = _write_report(bed.context.state_dir / f"report-{megabytes}.pdf", megabytes * MEGABYTE)
    now = datetime.now(UTC)
    with bed.running(*bed.pair()) as pids:
        office = bed.cast.office
        path = f"/v1/cases/{complete_one(bed.cast)}"
        decision = {"commissioned": True, "reasons": "Criterion (c).", "decided_on": now.date().isoformat()}
        office.post(f"{path}/local-review/decision", decision)
        reviewer = REVIEWER | {"name": "An independent reviewer", "appointed_on": now.date().isoformat()}
        office.post(f"{path}/local-review/reviewers", reviewer)
        review = office.get(f"{path}/local-review")
        office.patch(f"{path}/local-review", {"report": local_review_report(now)}, etag=review.etag or "")
        rest = {name: _begin_anew(pid) for name, pid in pids.items()}
        started = time.monotonic()
        document = _upload(office, file)
        review = office.get(f"{path}/local-review")
        review = office.put(f"{path}/local-review/document", {"document_id": document}, etag=review.etag)
        office.post(f"{path}/local-review/completion", etag=review.etag)
        wait_for_receipt(bed.cast, path, "local.local_review.v1", LONGEST_SECONDS)
        seconds = time.monotonic() - started
        peak = {name: _memory(pid, "VmHWM") for name, pid in pids.items()}
    (held,) = bed.query("SELECT count(*) FROM documents WHERE sha256 = $1", sha256, database="panel")
    assert held[0] == 1
    return Carried(seconds, rest, peak)


def _write_report(file: Path, size: int) -> tuple[Path, str]:
    head, tail = b"%PDF-1.7\n%", b"\n%%EOF\n"
    file.write_bytes(head + uuid4().hex.encode() + b"x" * (size - len(head) - len(tail) - 32) + tail)
    with file.open("rb") as whole:
        return file, hashlib.file_digest(whole, "sha256").hexdigest()


def _upload(person: Person, file: Path) -> str:
    headers = {
        "Authorization": f"Bearer {person.key}",
        "Idempotency-Key": str(uuid4()),
        "Content-Type": "application/pdf",
        "Content-Length": str(file.stat().st_size),
    }
    with file.open("rb") as content:
        request = urllib.request.Request(  # noqa: S310 -- the address is the bench's own
            f"{person.url}/v1/documents", data=content, method="POST", headers=headers
        )
        with OPENER.open(request, timeout=LONGEST_SECONDS) as answer:
            document: str = json.load(answer)["id"]
    return document


def _begin_anew(pid: int) -> float:
    """Let the kernel forget a process's peak; give what it has now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return _memory(pid, "VmRSS")


def _memory(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024 / MEGABYTE


def _table(carried: Mapping[int, Carried]) -> Table:
    small, large = SIZES_MB
    table = Table(
        title="D. A report's document from its upload to the receipt of the message that names it: memory",
        caption=", ".join(f"{size} MB in {one.seconds:.1f} s" for size, one in carried.items()),
    )
    table.add_column("process")
    for size in SIZES_MB:
        table.add_column(f"{size} MB: at rest", justify="right")
        table.add_column("peak", justify="right")
    table.add_column(f"peak {large} ÷ {small}", justify="right")
    for name in carried[small].rest:
        figures = [value for one in carried.values() for value in (one.rest[name], one.peak[name])]
        ratio = carried[large].peak[name] / carried[small].peak[name]
        table.add_row(name, *(f"{value:.1f}" for value in figures), f"{ratio:.2f}")
    return table
