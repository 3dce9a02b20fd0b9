"""Receipts: the receiver's signed word that it stored exactly these bytes, for good, and when it first did."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field

from shared_schemas.exchange.identifiers import party_urn, party_uuid, read_uuid, read_uuid7
from shared_schemas.exchange.limits import BATCH_MAX_MESSAGES
from shared_schemas.exchange.signed_note import open_note, write_note
from shared_schemas.exchange.times import format_epoch, format_time, parse_epoch, parse_time

_KIND = "exchange-receipt/v1"
_HASH = re.compile(r"[0-9a-f]{64}")
_REFERENCE = re.compile(r"[A-Za-z0-9-]{8,64}")


class ReceiptRejected(ValueError):
    """The note is no receipt of this receiver for this link."""

    def __init__(self) -> None:
        super().__init__("the receipt does not verify")


@dataclass(frozen=True)
class ReceiptLine:
    """One message held: its id, the lower-case hex hash of its bytes, the receiver's reference, the first storing."""

    id: UUID
    hash: str
    reference: str
    stored_at: datetime


@dataclass(frozen=True)
class Receipt:
    """`epoch` is when the history of the receiver's database began, to the second."""

    link: UUID
    receiver: UUID
    epoch: datetime
    lines: tuple[ReceiptLine, ...]

    def line_for(self, message_id: UUID) -> ReceiptLine | None:
        """What it says about one message; the sender still compares the hash with its own."""
        return next((line for line in self.lines if line.id == message_id), None)


class ReceiptAnswer(BaseModel):
    """The body of the answer 200 or 201 to a message or a batch: one receipt for all held, a problem for each other."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    receipt: str = Field(description="A C2SP signed note of the kind exchange-receipt/v1")
    problems: list[dict[str, Any]] = Field(
        default_factory=list, description="RFC 9457 problems, each with the message_id it is about"
    )


def write_receipt(receipt: Receipt, *private_keys: Ed25519PrivateKey) -> str:
    """Sign a receipt with the receiver's key (or keys) of the day. ValueError if no reader would accept it."""
    text = _write_text(receipt)
    if _read_text(text) != receipt:
        raise ValueError("not a receipt in the wire's form")
    return write_note(text, party_urn(receipt.receiver), *private_keys)


def open_receipt(
    note: str, *, link: UUID, receiver: UUID, public_keys: Collection[Ed25519PublicKey]
) -> Receipt:
    """The receipt, if the note is signed by one of the receiver's keys and names this link and receiver.

    Raises ReceiptRejected, and nothing else, for every fault.
    """
    try:
        receipt = _read_text(open_note(note, party_urn(receiver), public_keys))
    except ValueError:
        raise ReceiptRejected from None
    if receipt.link != link or receipt.receiver != receiver:
        raise ReceiptRejected
    return receipt


def _write_text(receipt: Receipt) -> str:
    head = [_KIND, str(receipt.link), party_urn(receipt.receiver), format_epoch(receipt.epoch)]
    lines = [
        f"{line.id} {line.hash} {line.reference} {format_time(line.stored_at)}" for line in receipt.lines
    ]
    return "".join(f"{line}\n" for line in head + lines)


def _read_text(text: str) -> Receipt:
    """Text ends in a line feed, as `open_note` gives it. ValueError for whatever `_write_text` would not write."""
    kind, link, receiver, epoch, *lines = text[:-1].split("\n")
    if kind != _KIND or len(lines) > BATCH_MAX_MESSAGES:
        raise ValueError("not a receipt")
    receipt = Receipt(
        link=read_uuid(link),
        receiver=party_uuid(receiver),
        epoch=parse_epoch(epoch),
        lines=tuple(_read_line(line) for line in lines),
    )
    if len({line.id for line in receipt.lines}) != len(receipt.lines):
        raise ValueError("a message is named twice")
    return receipt


def _read_line(line: str) -> ReceiptLine:
    message_id, message_hash, reference, stored_at = line.split(" ")
    if not _HASH.fullmatch(message_hash) or not _REFERENCE.fullmatch(reference):
        raise ValueError("not a line of a receipt")
    return ReceiptLine(read_uuid7(message_id), message_hash, reference, parse_time(stored_at))
