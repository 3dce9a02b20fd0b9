"""Summaries as the protocol's vectors have them, and as no reader accepts them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.reconciling import Listed, ListingsAnswer, SummariesQuestion
from shared_schemas.exchange.signed_note import write_note
from shared_schemas.exchange.summaries import (
    SUMMARY_DAYS_MAX,
    DaySummary,
    Summary,
    SummaryDirection,
    SummaryRejected,
    open_summary,
    summarise_day,
    write_summary,
)

LINK = UUID("01a05a43-ffe8-7000-8000-00000000000c")
PARTY = UUID("01a05a43-fc00-7000-8000-00000000000b")
KEY = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
PUSH = UUID("01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01")
PUSH_HASH = "eb8c1949f583591d7f2ca62f5379f25cd1ef128a194a641c5b8fc07e7ea8a86e"
DAY = date(2026, 11, 3)
ROOT = "2ebb71f2513b9856840112d3ef0aa949e4013da26af2363107b8e9c48a93e4c4"
SUMMARY = Summary(
    link=LINK,
    party=PARTY,
    epoch=datetime(2026, 9, 1, tzinfo=UTC),
    direction=SummaryDirection.RECEIVED,
    time=datetime(2026, 11, 4, 2, 0, 0, 250000, tzinfo=UTC),
    days=(DaySummary(DAY, 1, ROOT),),
)
TEXT = f"""exchange-summary/v1
{LINK}
urn:uuid:{PARTY}
2026-09-01T00:00:00Z
received
2026-11-04T02:00:00.250000Z
2026-11-03 1 {ROOT}
"""


def opened(note: str, **changed: Any) -> Summary:
    values: dict[str, Any] = {
        "link": LINK,
        "party": PARTY,
        "direction": SummaryDirection.RECEIVED,
        "public_keys": [KEY.public_key()],
    }
    return open_summary(note, **{**values, **changed})


def test_the_root_of_the_push_alone_is_the_vectors() -> None:
    assert summarise_day(DAY, [(PUSH, PUSH_HASH)]) == DaySummary(DAY, 1, ROOT)


def test_the_lines_are_the_protocols() -> None:
    assert write_summary(SUMMARY, KEY).startswith(TEXT + "\n\N{EM DASH} ")
    assert opened(write_summary(SUMMARY, KEY)) == SUMMARY


@pytest.mark.parametrize(
    "changed",
    [
        {"link": PARTY},
        {"party": LINK},
        {"direction": SummaryDirection.SENT},
        {"public_keys": [Ed25519PrivateKey.from_private_bytes(b"\x01" * 32).public_key()]},
        {"public_keys": []},
    ],
)
def test_another_links_partys_or_directions_summary_is_none(changed: dict[str, Any]) -> None:
    with pytest.raises(SummaryRejected):
        opened(write_summary(SUMMARY, KEY), **changed)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("exchange-summary/v1", "exchange-receipt/v1"),
        ("received", "both"),
        ("2026-11-03 1", "2026-11-03 0"),
        ("2026-11-03 1", "2026-11-03 01"),
        ("2026-11-03 1", "2026-02-30 1"),
        (ROOT, ROOT.upper()),
        (".250000Z", "Z"),
        (f"2026-11-03 1 {ROOT}\n", f"2026-11-03 1 {ROOT}\n2026-11-03 1 {ROOT}\n"),
        (f"2026-11-03 1 {ROOT}\n", f"2026-11-03 1 {ROOT}\n2026-11-02 1 {ROOT}\n"),
    ],
)
def test_what_is_not_in_the_wires_form_is_refused_though_it_is_signed(old: str, new: str) -> None:
    with pytest.raises(SummaryRejected):
        opened(write_note(TEXT.replace(old, new), party_urn(PARTY), KEY))


def test_a_statement_is_bounded() -> None:
    days = tuple(DaySummary(DAY + timedelta(days=n), 1, ROOT) for n in range(SUMMARY_DAYS_MAX + 1))
    with pytest.raises(ValueError, match="not a summary"):
        write_summary(Summary(**{**vars(SUMMARY), "days": days}), KEY)
    full = write_summary(Summary(**{**vars(SUMMARY), "days": days[:-1]}), KEY)
    assert len(full.encode()) < 256 * 1024


messages = st.dictionaries(st.uuids(version=4), st.integers(0, 2**256 - 1).map("{:064x}".format), max_size=20)


@given(messages, messages)
def test_roots_are_equal_exactly_where_the_sets_are(one: dict[UUID, str], other: dict[UUID, str]) -> None:
    assert (summarise_day(DAY, one.items()) == summarise_day(DAY, other.items())) == (one == other)


@given(messages, st.randoms())
def test_the_order_of_reading_does_not_matter(found: dict[UUID, str], random: Any) -> None:
    pairs = list(found.items())
    random.shuffle(pairs)
    assert summarise_day(DAY, pairs) == summarise_day(DAY, found.items())


def test_a_full_page_of_the_longest_rows_is_read_whole() -> None:
    row = Listed(PUSH, PUSH_HASH, str(LINK), 2**31 - 1, "local." + "x" * 50 + ".v1", PARTY)
    page = ListingsAnswer(messages=[row] * 1000, summary=write_summary(SUMMARY, KEY))
    assert len(page.model_dump_json().encode()) < 256 * 1024


def test_the_words_of_a_question_are_the_wires() -> None:
    asked = SummariesQuestion.model_validate_json('{"direction": "sent", "from": "2026-11-03"}')
    assert asked.first == DAY
