"""Both databases with as many cases as asked for: copies, by SQL, of one that both services recorded."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from tests.bench.bed import Bed

# Copies come one a second, as UUIDv7 tells time: the first 13 characters of each id of a case are those of its moment.
MOMENT = "(left(moment, 8) || '-' || right(moment, 4))"
MOMENTS = """
    generate_series(1, {count}) n,
    lpad(to_hex(1700000000000 + n * 1000::bigint), 12, '0') moment
"""
OF_THE_CASE = frozenset(
    (
        *("id", "case_id", "subject_id", "exchange_reference", "partnership_case_id"),
        *("stream_id", "message_id", "chain_id"),
    )
)
SUBJECT = f"overlay(one.subject placing {MOMENT} from 1 for 13)"
SHORT_BODY = "'{}'::bytea"  # a message's bytes are never read by what is measured
YEARS = "n % 3650"  # days: the cases of ten years
OPEN = "n % 10 = 0"
LATE = "n % 100 = 0"
# What is looked for in the learning: a word of every tenth item, and one of every two-thousandth.
COMMON, RARE = "supervision", "interpreter"

Columns = Mapping[str, str]
LOCAL: Mapping[str, Columns] = {
    "cases": {
        "status": f"CASE WHEN {OPEN} THEN 'open' ELSE 'closed' END",
        "occurred_on": f"one.occurred_on - {YEARS}",
    },
    "children": {},
    "case_duties": {
        "state": f"CASE WHEN {OPEN} AND one.due_on IS NOT NULL THEN 'running' ELSE one.state END",
        "due_on": f"one.due_on - 30 - {YEARS}",
        "sort_on": f"coalesce(one.due_on - 30 - {YEARS}, one.sort_on)",
    },
    "judgements": {},
    "notifications": {},
    "rapid_reviews": {},
    "learning_items": {
        "learning": "one.learning"
        f" || CASE WHEN n % 10 = 0 THEN ' It was not raised in {COMMON}.' ELSE '' END"
        f" || CASE WHEN n % 2000 = 0 THEN ' No {RARE} was there.' ELSE '' END"
    },
    "feed_entries": {"position": "one.position + n * (SELECT max(position) FROM feed_entries)"},
    "outbound_streams": {"subject": SUBJECT},
    "outbound_messages": {"subject": SUBJECT, "body": SHORT_BODY},
}
PANEL: Mapping[str, Columns] = {
    "cases": {
        "state": f"CASE WHEN {OPEN} THEN one.state ELSE 'decided' END",
        "needs": f"CASE WHEN {OPEN} THEN one.needs ELSE '{{}}' END",
        "attention_weight": f"CASE WHEN {OPEN} THEN one.attention_weight ELSE 0 END",
        "attention_since": f"CASE WHEN {OPEN} THEN one.attention_since - n * interval '1 minute' END",
        "query_due_on": f"CASE WHEN {LATE} THEN one.occurred_on - 1 - {YEARS} END",
        "next_due_on": f"CASE WHEN {LATE} THEN one.occurred_on - 1 - {YEARS} END",
        "occurred_on": f"one.occurred_on - {YEARS}",
    },
    "received_documents": {},
    "counted_notifications": {"notified_on": f"one.notified_on - {YEARS}"},
    "feed_entries": LOCAL["feed_entries"],
    "inbound_streams": {"subject": SUBJECT},
    "inbound_messages": {
        "subject": SUBJECT,
        "body": SHORT_BODY,
        "state": "CASE WHEN n % 1000 = 0 THEN 'set_aside' ELSE one.state END",
    },
}
TABLES = {"local": LOCAL, "panel": PANEL}
LONGEST = timedelta(minutes=5)
COLUMNS = """
    SELECT column_name, data_type FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER'
"""


def populate(bed: Bed, service: str, database: str, size: int) -> None:
    """Copy a service's database, in which there is one case, and fill the copy."""
    bed.query(f"CREATE DATABASE {database} TEMPLATE {service} OWNER {service}_owner", database="postgres")
    tables = TABLES[service]
    copies = [_copy(bed, service, table, changed, size - 1) for table, changed in tables.items()]
    # What a row refers to is copied too: no need to look for each. A lost copy is made anew with its database.
    settings = "SET session_replication_role = replica; SET synchronous_commit = off"
    bed.execute("; ".join([settings, *copies]), database=database, seconds=LONGEST.total_seconds())
    for table in tables:
        bed.query(f"VACUUM ANALYZE {table}", database=database)


def copy_of(number: int, original: UUID) -> UUID:
    """Give the id that a copy has for an id of the original."""
    moment = f"{1_700_000_000_000 + number * 1000:012x}"
    return UUID(f"{moment[:8]}-{moment[8:]}{str(original)[13:]}")


def _copy(bed: Bed, service: str, table: str, changed: Columns, count: int) -> str:
    names, values = [], []
    for name, kind in bed.query(COLUMNS, table, database=service):
        names.append(name)
        of_the_case = kind == "uuid" and name in OF_THE_CASE
        plain = f"overlay(one.{name}::text placing {MOMENT} from 1 for 13)::uuid"
        values.append(changed.get(name, plain if of_the_case else f"one.{name}"))
    return (
        f"INSERT INTO {table} ({', '.join(names)})"  # noqa: S608 -- the names are the catalogue's and our own
        f" SELECT {', '.join(values)} FROM {table} one, {MOMENTS.format(count=count)}"
    )
