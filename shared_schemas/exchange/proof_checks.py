"""Checking a proof file, with nothing but the file and public keys that the checker trusts."""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared_schemas.exchange.checkpoints import CheckpointRejected, open_checkpoint, open_cosignature
from shared_schemas.exchange.envelope import InvalidEnvelope, message_hash, parse_envelope
from shared_schemas.exchange.headers import WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP
from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.ijson import MalformedMessage
from shared_schemas.exchange.merkle import is_included, leaf_hash, message_leaf
from shared_schemas.exchange.proofs import Proof, ProofMessage, is_unaltered
from shared_schemas.exchange.receipts import ReceiptRejected, open_receipt
from shared_schemas.exchange.signatures import Scheme, SignatureRejected, verify
from shared_schemas.exchange.summaries import Summary, SummaryDirection, SummaryRejected, open_summary
from shared_schemas.exchange.times import format_time

Keys = Mapping[UUID, Sequence[Ed25519PublicKey]]
# What has given its number up for another of its chain, or was never needed: it crossed or not, both are in order.
_GIVEN_UP = frozenset({"replaced", "void"})
_NAMED_MAX = 20


class Grade(StrEnum):
    """What a line says."""

    PROVEN = "ok"
    FAILED = "FAILED"
    UNPROVEN = "NOT PROVEN"


@dataclass(frozen=True)
class Finding:
    """One line of the result."""

    grade: Grade
    words: str


def check_proof(proof: Proof, keys: Keys) -> Iterator[Finding]:
    """Check everything a file claims, one finding after another."""
    maker = party_urn(proof.party)
    if is_unaltered(proof, keys.get(proof.party, ())):
        yield Finding(Grade.PROVEN, f"the file is as {maker} signed it")
    else:
        yield Finding(Grade.FAILED, f"the file is not as {maker} signed it, or no key of theirs was given")
    counterparts = {link.link: link.counterpart for link in proof.links}
    summaries: list[Summary | None] = []
    for number, statement in enumerate(proof.statements):
        summary, finding = _check_statement(proof, number, counterparts.get(statement.link), keys)
        summaries.append(summary)
        yield finding
    for message in proof.messages:
        yield from _check_message(proof, message, counterparts.get(message.link), summaries, keys)
    yield from _check_numbers(proof)
    if proof.checkpoint is not None:
        yield from _check_checkpoint(proof, proof.checkpoint.note, keys)


def _check_statement(
    proof: Proof, number: int, party: UUID | None, keys: Keys
) -> tuple[Summary | None, Finding]:
    statement = proof.statements[number]
    if party is None:
        return None, Finding(Grade.FAILED, f"statement {number}: the file does not name its link")
    try:
        summary = open_summary(
            statement.note,
            link=statement.link,
            party=party,
            direction=statement.direction,
            public_keys=keys.get(party, ()),
        )
    except SummaryRejected:
        return None, Finding(
            Grade.FAILED, f"statement {number}: not a summary that {party_urn(party)} signed"
        )
    words = f"statement {number}: {party_urn(party)} signed what it had {statement.direction} at {format_time(summary.time)}"
    return summary, Finding(Grade.PROVEN, words)


def _check_message(
    proof: Proof,
    message: ProofMessage,
    counterpart: UUID | None,
    summaries: Sequence[Summary | None],
    keys: Keys,
) -> Iterator[Finding]:
    name = f"{message.direction} {message.number}, {message.type}, {message.id}"
    if counterpart is None:
        yield Finding(Grade.FAILED, f"{name}: the file does not name its link")
        return
    found = [
        *_check_receipts(proof, message, counterpart, keys),
        *_check_body(proof, message, counterpart, keys),
        *_check_agreed(message, counterpart, summaries),
    ]
    for check in found:
        yield Finding(check.grade, f"{name}: {check.words}")
    proven = any(check.is_counterparts and check.grade is Grade.PROVEN for check in found)
    if not proven and message.state not in _GIVEN_UP:
        yield Finding(Grade.UNPROVEN, f"{name}: nothing in the file is the counterpart's word for it")


@dataclass(frozen=True)
class _Check:
    """``is_counterparts``: it rests on the counterpart's signature, which the maker of the file could not make."""

    grade: Grade
    words: str
    is_counterparts: bool = False


def _check_receipts(proof: Proof, message: ProofMessage, counterpart: UUID, keys: Keys) -> Iterator[_Check]:
    receiver = counterpart if message.direction is SummaryDirection.SENT else proof.party
    for note in message.receipts:
        try:
            receipt = open_receipt(
                note, link=message.link, receiver=receiver, public_keys=keys.get(receiver, ())
            )
        except ReceiptRejected:
            yield _Check(Grade.FAILED, f"the receipt is not one that {party_urn(receiver)} signed")
            continue
        line = receipt.line_for(message.id)
        if line is None or line.hash != message.hash:
            yield _Check(Grade.FAILED, "the receipt is for another message or other bytes")
            continue
        words = f"{party_urn(receiver)} signed that it stored these bytes at {format_time(line.stored_at)}"
        yield _Check(Grade.PROVEN, words, is_counterparts=receiver == counterpart)


def _check_body(proof: Proof, message: ProofMessage, counterpart: UUID, keys: Keys) -> Iterator[_Check]:
    if message.body is None:
        return
    try:
        body = base64.b64decode(message.body, validate=True)
        envelope = parse_envelope(body)
    except (binascii.Error, ValueError, MalformedMessage, InvalidEnvelope):
        yield _Check(Grade.FAILED, "the bytes are no message")
        return
    if message_hash(body) != message.hash:
        yield _Check(Grade.FAILED, "the bytes do not have the hash")
        return
    sent = message.direction is SummaryDirection.SENT
    parties = (proof.party, counterpart) if sent else (counterpart, proof.party)
    told = (
        envelope.id, envelope.type, envelope.subject, envelope.streamsequence, envelope.source,
        envelope.destination, envelope.replaces or envelope.id,
    )  # fmt: skip
    claimed = (
        message.id, message.type, proof.subject, message.number, party_urn(parties[0]), party_urn(parties[1]),
        message.chain,
    )  # fmt: skip
    if told != claimed:
        yield _Check(
            Grade.FAILED, "the bytes say another id, type, subject, number, party or chain than the file"
        )
        return
    yield _Check(Grade.PROVEN, "its bytes have the hash, and say what the file says of it")
    if not sent:
        origin = _check_origin(message, body, counterpart, keys)
        if origin is not None:
            yield origin


def _check_origin(message: ProofMessage, body: bytes, counterpart: UUID, keys: Keys) -> _Check | None:
    headers = message.headers or {}
    if headers.get(WEBHOOK_ID) != str(message.id) or "v1a," not in headers.get(WEBHOOK_SIGNATURE, ""):
        # It came in a batch, whose signature is over more than this message, or under a shared secret.
        return None
    try:
        signed_at = datetime.fromtimestamp(int(headers.get(WEBHOOK_TIMESTAMP, "")), UTC)
        verify(
            body,
            headers,
            accepted_schemes=(Scheme.V1A,),
            public_keys=keys.get(counterpart, ()),
            secrets=(),
            now=signed_at,
        )
    except (SignatureRejected, ValueError, OverflowError, OSError):
        words = f"the headers are not {party_urn(counterpart)}'s signature over the bytes"
        return _Check(Grade.FAILED, words)
    words = f"{party_urn(counterpart)} signed these bytes at {signed_at:%Y-%m-%dT%H:%M:%SZ}"
    return _Check(Grade.PROVEN, words, is_counterparts=True)


def _check_agreed(
    message: ProofMessage, counterpart: UUID, summaries: Sequence[Summary | None]
) -> Iterator[_Check]:
    agreed = message.agreed
    if agreed is None:
        return
    summary = summaries[agreed.statement] if agreed.statement < len(summaries) else None
    if summary is None or summary.link != message.link or summary.direction is not message.direction.opposite:
        yield _Check(Grade.FAILED, "the statement it names is not one about it")
        return
    day = next((each for each in summary.days if each.day.isoformat() == agreed.day), None)
    leaf = leaf_hash(message_leaf(message.id, message.hash))
    try:
        path = [bytes.fromhex(node) for node in agreed.path]
    except ValueError:
        path = []
    if day is None or not is_included(leaf, agreed.index, day.count, bytes.fromhex(day.root), path):
        yield _Check(Grade.FAILED, f"statement {agreed.statement} does not contain it")
        return
    words = (
        f"{party_urn(counterpart)} signed in statement {agreed.statement} that it had {summary.direction} it"
    )
    yield _Check(Grade.PROVEN, words, is_counterparts=True)


def _check_numbers(proof: Proof) -> Iterator[Finding]:
    """Each direction of each link has the numbers 1 … n: what lies between is not left out."""
    for link in proof.links:
        for direction in SummaryDirection:
            numbers = {
                message.number
                for message in proof.messages
                if (message.link, message.direction) == (link.link, direction)
                and message.state not in _GIVEN_UP
            }
            between = (number for number in range(1, max(numbers, default=0)) if number not in numbers)
            missing = list(islice(between, _NAMED_MAX))
            if missing:
                listed = ", ".join(str(number) for number in missing)
                yield Finding(Grade.FAILED, f"{direction} on {link.link}: missing are the numbers {listed}")
            elif numbers:
                words = f"{direction} on {link.link}: the numbers 1 to {len(numbers)}, none missing between"
                yield Finding(Grade.PROVEN, words)


def _check_checkpoint(proof: Proof, note: str, keys: Keys) -> Iterator[Finding]:
    maker = party_urn(proof.party)
    try:
        checkpoint = open_checkpoint(note, party=proof.party, public_keys=keys.get(proof.party, ()))
    except CheckpointRejected:
        yield Finding(Grade.FAILED, f"the checkpoint is not signed by an audit key given for {maker}")
        return
    yield Finding(Grade.PROVEN, f"{maker} signed its audit trail of {checkpoint.size} entries")
    for line in note.partition("\n\n")[2].splitlines()[1:]:
        yield _check_cosignature(proof, checkpoint.text, line, keys)


def _check_cosignature(proof: Proof, text: str, line: str, keys: Keys) -> Finding:
    for link in proof.links:
        witness = party_urn(link.counterpart)
        if not line.startswith(f"\N{EM DASH} {witness} "):
            continue
        try:
            known = keys.get(link.counterpart, ())
            at = open_cosignature(line, text, witness=link.counterpart, public_keys=known)
        except CheckpointRejected:
            return Finding(
                Grade.FAILED, f"the checkpoint's cosignature is not by an audit key given for {witness}"
            )
        return Finding(Grade.PROVEN, f"{witness} cosigned that checkpoint at {at:%Y-%m-%dT%H:%M:%SZ}")
    return Finding(Grade.FAILED, "the checkpoint has a cosignature of a party that the file does not name")
