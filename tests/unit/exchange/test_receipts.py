import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.receipts import (
    Receipt,
    ReceiptAnswer,
    ReceiptLine,
    ReceiptRejected,
    open_receipt,
    write_receipt,
)
from shared_schemas.exchange.signed_note import write_note
from tests.unit.exchange.vectors import (
    LINK,
    PUSH_HASH,
    PUSH_ID,
    RECEIPT,
    RECEIPT_NOTE,
    RECEIPT_TEXT,
    RECEIVER,
    RECEIVER_KEY,
    SENDER,
    SENDER_KEY,
    WEBHOOK_MESSAGE_ID,
)

LINES = st.builds(
    ReceiptLine,
    id=st.integers(0, 2**128 - 1).map(
        lambda number: UUID(int=number & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)
    ),
    hash=st.binary(min_size=32, max_size=32).map(bytes.hex),
    reference=st.text("abcXYZ019-", min_size=8, max_size=64),
    stored_at=st.datetimes(timezones=st.just(UTC)),
)


# A reference that would end its own line and begin another message's.
SMUGGLED_LINE = f"reference 2026-11-03T09:12:34.250000Z\n{WEBHOOK_MESSAGE_ID} {PUSH_HASH} reference"


def opened(note: str, link: UUID = LINK, receiver: UUID = RECEIVER) -> Receipt:
    return open_receipt(note, link=link, receiver=receiver, public_keys=[RECEIVER_KEY.public_key()])


def signed(text: str) -> str:
    """A note that verifies, so that only the grammar can refuse it."""
    return write_note(text, party_urn(RECEIVER), RECEIVER_KEY)


def test_the_published_receipt_is_written_and_opened() -> None:
    assert write_receipt(RECEIPT, RECEIVER_KEY) == RECEIPT_NOTE
    assert opened(RECEIPT_NOTE) == RECEIPT


def test_a_receipt_says_what_it_says_about_one_message() -> None:
    line = opened(RECEIPT_NOTE).line_for(PUSH_ID)
    assert line is not None
    assert line.hash == PUSH_HASH
    assert RECEIPT.line_for(WEBHOOK_MESSAGE_ID) is None


@given(st.lists(LINES, max_size=100, unique_by=lambda line: line.id))
def test_a_receipt_for_a_batch_comes_back_whole(lines: list[ReceiptLine]) -> None:
    receipt = replace(RECEIPT, lines=tuple(lines))
    assert opened(write_receipt(receipt, RECEIVER_KEY)) == receipt


def test_another_link_receiver_or_key_is_refused() -> None:
    with pytest.raises(ReceiptRejected):
        opened(RECEIPT_NOTE, link=SENDER)
    with pytest.raises(ReceiptRejected):
        opened(RECEIPT_NOTE, receiver=SENDER)
    with pytest.raises(ReceiptRejected):
        opened(write_receipt(RECEIPT, SENDER_KEY))
    with pytest.raises(ReceiptRejected):
        opened(
            write_note(RECEIPT_TEXT.replace(str(RECEIVER), str(SENDER)), party_urn(RECEIVER), RECEIVER_KEY)
        )


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("exchange-receipt/v1", "exchange-receipt/v2"),
        ("exchange-receipt/v1", "exchange-summary/v1"),
        (str(LINK), str(LINK).upper()),
        ("urn:uuid:", ""),
        ("00:00:00Z", "00:00:00.000000Z"),
        ("00:00:00Z", "00:00:00+00:00"),
        ("2026-09-01T", "2026-13-01T"),
        (str(PUSH_ID), str(PUSH_ID).upper()),
        (str(PUSH_ID), str(PUSH_ID).replace("-7c3e-", "-4c3e-")),
        (PUSH_HASH, PUSH_HASH.upper()),
        (PUSH_HASH, PUSH_HASH[:-1]),
        ("7b1f0c52-5a0e-4e0e-9f3b-2f4a9d6c8e11", "7b1f0c5"),
        ("7b1f0c52-5a0e-4e0e-9f3b-2f4a9d6c8e11", "7" * 65),
        ("7b1f0c52-5a0e-4e0e-9f3b-2f4a9d6c8e11", "7b1f0c52_5a0e"),
        (".250000Z", ".25Z"),
        (".250000Z", ".250000Z "),
        (" 2026-11-03", "  2026-11-03"),
        (".250000Z\n", ".250000Z\n\n"),
        ("00:00:00Z\n", "00:00:00Z\n\n"),
        ("2026-09-01T00:00:00Z\n", ""),
    ],
)
def test_the_grammar_is_strict_even_under_a_good_signature(part: str, other: str) -> None:
    assert part in RECEIPT_TEXT
    with pytest.raises(ReceiptRejected):
        opened(signed(RECEIPT_TEXT.replace(part, other)))


def test_a_message_named_twice_and_too_many_lines_are_refused() -> None:
    line = RECEIPT_TEXT.splitlines(keepends=True)[-1]
    with pytest.raises(ReceiptRejected):
        opened(signed(RECEIPT_TEXT + line))
    many = "".join(line.replace("2a01", f"{number:04x}", 1) for number in range(100))
    with pytest.raises(ReceiptRejected):
        opened(signed(RECEIPT_TEXT + many))


def test_the_published_note_with_any_line_left_out_is_refused() -> None:
    lines = RECEIPT_NOTE.splitlines(keepends=True)
    for place in range(len(lines)):
        with pytest.raises(ReceiptRejected):
            opened("".join(lines[:place] + lines[place + 1 :]))


@given(st.text() | st.text("— \n01aZ").map(lambda tail: RECEIPT_TEXT + tail))
def test_garbage_is_refused_and_never_crashes(note: str) -> None:
    with pytest.raises(ReceiptRejected) as caught:
        opened(note)
    assert str(caught.value) == "the receipt does not verify"


@pytest.mark.parametrize(
    "receipt",
    [
        replace(RECEIPT, epoch=datetime(2026, 9, 1, microsecond=1, tzinfo=UTC)),
        replace(RECEIPT, lines=RECEIPT.lines * 2),
        replace(RECEIPT, lines=(replace(RECEIPT.lines[0], reference="with a space"),)),
        replace(RECEIPT, lines=(replace(RECEIPT.lines[0], hash="00"),)),
        replace(RECEIPT, lines=(replace(RECEIPT.lines[0], reference=SMUGGLED_LINE),)),
        replace(RECEIPT, lines=(replace(RECEIPT.lines[0], stored_at=datetime(2026, 11, 3)),)),  # noqa: DTZ001 -- the test is that it is refused
    ],
)
def test_what_no_sender_would_accept_is_not_written(receipt: Receipt) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        write_receipt(receipt, RECEIVER_KEY)
    assert "with a space" not in str(caught.value)


def test_instants_of_other_zones_are_written_in_utc() -> None:
    summer = timezone(timedelta(hours=1))
    local = replace(RECEIPT, epoch=RECEIPT.epoch.astimezone(summer))
    assert write_receipt(local, RECEIVER_KEY) == RECEIPT_NOTE


def test_the_answer_to_a_message() -> None:
    answer = ReceiptAnswer(receipt=RECEIPT_NOTE)
    assert json.loads(answer.model_dump_json()) == {"receipt": RECEIPT_NOTE, "problems": []}
    assert ReceiptAnswer.model_validate_json('{"receipt":"a","later":1}').problems == []
