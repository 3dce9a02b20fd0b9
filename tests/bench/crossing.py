"""B: how long a completed rapid review takes from its commit to the commit of the Panel's receipt."""

import random
import time
from datetime import UTC, datetime
from uuid import UUID

from rich.console import Console
from rich.table import Table

from service_kit.settings import ServiceSettings
from standalone.incident import rapid_review_sections, serious_incident
from standalone.journey import Cast
from tests.bench.bed import Bed
from tests.bench.measuring import percentile

LOOK_EVERY_SECONDS = 0.05
LONGEST_SECONDS = 30.0
POLL_SECONDS = float(ServiceSettings.model_fields["poll_seconds"].default)
NOTIFIER = {"name": "A. Notifier", "role": "Head of safeguarding", "email": "notifier@bench.example"}
JUDGEMENT = {"judgement": "serious_case", "reasons": "Abuse is suspected and the child is seriously harmed."}

# The entry that tells of the completion is never changed, so its transaction's commit is the review's; the message
# row was last written with its receipt.
SECONDS_TO_RECEIPT = """
    SELECT extract(epoch FROM pg_xact_commit_timestamp(message.xmin) - pg_xact_commit_timestamp(entry.xmin))::float8
      FROM cases
      JOIN audit_entries entry ON entry.subject_id = cases.id AND entry.action = 'rapid_review.completed'
      JOIN outbound_messages message
        ON message.subject = cases.exchange_reference::text AND message.type = 'local.rapid_review.v1'
     WHERE cases.id = ANY($1) AND message.state = 'delivered'
"""


class NotDelivered(Exception):
    """A message was not delivered in time."""


def bench_crossing(bed: Bed, console: Console, *, quick: bool) -> None:
    """Measure one case after the other, and print."""
    count = 5 if quick else 60
    with bed.running(*bed.pair()):
        cast = bed.cast
        cases = [complete_one(cast) for _ in range(count)]
    seconds = [row[0] for row in bed.query(SECONDS_TO_RECEIPT, cases)]
    assert len(seconds) == count
    console.print(_table(seconds))


def complete_one(cast: Cast) -> UUID:
    """Take a case as far as its rapid review at the Panel."""
    now = datetime.now(UTC)
    case = cast.office.post("/v1/cases", {"incident": serious_incident(now)})
    path = f"/v1/cases/{case.body['id']}"
    cast.authoriser.put(f"{path}/assessment", JUDGEMENT, etag=case.etag)
    draft = cast.notifier.post(f"{path}/notification", {"notifier": NOTIFIER})
    cast.authoriser.post(f"{path}/notification/authorisation", etag=draft.etag)
    review = cast.office.post(f"{path}/rapid-review")
    for sections in rapid_review_sections(now):
        review = cast.office.patch(f"{path}/rapid-review", {"sections": sections}, etag=review.etag or "")
    wait_for_receipt(cast, path, "local.notification.v1")
    # The worker has just looked for work: without a pause of any length every case would meet it at the same moment.
    time.sleep(random.uniform(0, POLL_SECONDS))  # noqa: S311 -- only spreads the cases over the worker's interval
    cast.office.post(f"{path}/rapid-review/completion", etag=review.etag)
    wait_for_receipt(cast, path, "local.rapid_review.v1")
    return UUID(case.body["id"])


def wait_for_receipt(cast: Cast, path: str, message_type: str, seconds: float = LONGEST_SECONDS) -> None:
    """Wait until a message is delivered. Raises ``NotDelivered``."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        messages = cast.office.get(path).body["messages"]
        if any(one["type"] == message_type and one["state"] == "delivered" for one in messages):
            return
        time.sleep(LOOK_EVERY_SECONDS)
    raise NotDelivered(f"{message_type} was not delivered within {seconds:.0f} seconds.")


def _table(seconds: list[float]) -> Table:
    table = Table(
        title=f"B. From the commit of a completed rapid review to its receipt stored ({len(seconds)} cases)",
        caption=f"commit times of the database; the worker looks for work every {POLL_SECONDS * 1000:.0f} ms",
    )
    for heading in ("p50 ms", "p99 ms", "longest ms", "p50 ÷ interval"):
        table.add_column(heading, justify="right")
    p50, p99 = percentile(seconds, 50), percentile(seconds, 99)
    table.add_row(*(f"{value * 1000:.0f}" for value in (p50, p99, max(seconds))), f"{p50 / POLL_SECONDS:.2f}")
    return table
