"""Checkpoints of an audit tree (C2SP tlog-checkpoint), and a witness's word that it saw one (C2SP tlog-cosignature)."""

import hashlib
import re
import struct
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared_schemas.exchange.encoding import read_base64, write_base64
from shared_schemas.exchange.identifiers import party_urn, read_uuid
from shared_schemas.exchange.keys import public_key_bytes
from shared_schemas.exchange.limits import NUMBER_MAX
from shared_schemas.exchange.merkle import HASH_BYTES
from shared_schemas.exchange.signatures import ed25519_verifies
from shared_schemas.exchange.signed_note import open_note, write_note
from shared_schemas.exchange.times import format_epoch, parse_epoch

_COSIGNATURE = b"\x04"  # the algorithm byte of a timestamped Ed25519 cosignature
_KEY_ID_BYTES = 4
_TIME_BYTES = 8
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")
_LINE = re.compile(r"\N{EM DASH} (?P<name>[^\s+]+) (?P<encoded>[A-Za-z0-9+/]+={0,2})\n?")


class CheckpointRejected(ValueError):
    """The note is no checkpoint of this party's audit tree, or a cosignature is not the witness's."""

    def __init__(self) -> None:
        super().__init__("the checkpoint does not verify")


@dataclass(frozen=True)
class Origin:
    """Which tree it is: a party's, of one history of its database. Another epoch is another tree."""

    host: str
    party: UUID
    epoch: datetime

    def __str__(self) -> str:
        return f"{self.host}/audit/{self.party}/{format_epoch(self.epoch)}"


@dataclass(frozen=True)
class Checkpoint:
    """A tree's size and root as its party signed them; ``text`` is what the signatures are over."""

    origin: str
    size: int
    root: bytes
    text: str


def read_origin(text: str) -> Origin:
    """The origin that is written so; else ValueError."""
    host, audit, party, epoch = text.split("/")
    if audit != "audit" or not _HOST.fullmatch(host):
        raise ValueError("not an audit tree's origin")
    return Origin(host, read_uuid(party), parse_epoch(epoch))


def write_checkpoint(origin: str, size: int, root: bytes, private_key: Ed25519PrivateKey) -> str:
    """Sign a tree's size and root with the party's audit key; the key's name is the origin (C2SP)."""
    text = f"{origin}\n{size}\n{write_base64(root)}\n"
    _read_text(text)
    return write_note(text, origin, private_key)


def open_checkpoint(note: str, *, party: UUID, public_keys: Collection[Ed25519PublicKey]) -> Checkpoint:
    """The checkpoint, if the note is signed by one of the party's audit keys and names one of its trees.

    Raises CheckpointRejected, and nothing else, for every fault.
    """
    try:
        origin = note.partition("\n")[0]
        text = open_note(note, origin, public_keys)
        if read_origin(origin).party != party:
            raise CheckpointRejected
        return _read_text(text)
    except ValueError:
        raise CheckpointRejected from None


def cosign(checkpoint: Checkpoint, witness: UUID, private_key: Ed25519PrivateKey, at: datetime) -> str:
    """The witness's line under a checkpoint: that it had seen this tree, and no other of its origin, at that time."""
    seconds = int(at.timestamp())
    name = party_urn(witness)
    signature = private_key.sign(_cosigned(checkpoint.text, seconds))
    signed = _key_id(name, private_key.public_key()) + struct.pack(">Q", seconds) + signature
    return f"\N{EM DASH} {name} {write_base64(signed)}\n"


def open_cosignature(
    line: str, text: str, *, witness: UUID, public_keys: Collection[Ed25519PublicKey]
) -> datetime:
    """When the witness saw the checkpoint of this text, if the line is signed by one of its keys.

    Raises CheckpointRejected, and nothing else, for every fault.
    """
    match, name = _LINE.fullmatch(line), party_urn(witness)
    if match is None or match["name"] != name:
        raise CheckpointRejected
    try:
        signed = read_base64(match["encoded"])
        (seconds,) = struct.unpack(">Q", signed[_KEY_ID_BYTES : _KEY_ID_BYTES + _TIME_BYTES])
        at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError, struct.error):
        raise CheckpointRejected from None
    content, signature = _cosigned(text, seconds), signed[_KEY_ID_BYTES + _TIME_BYTES :]
    for key in public_keys:
        if _key_id(name, key) == signed[:_KEY_ID_BYTES] and ed25519_verifies(key, signature, content):
            return at
    raise CheckpointRejected


def _read_text(text: str) -> Checkpoint:
    # C2SP lets lines of another meaning follow; we write none and take none.
    origin, size, root = text[:-1].split("\n")
    read_origin(origin)
    if not _SIZE.fullmatch(size) or int(size) > NUMBER_MAX:
        raise ValueError("not a tree's size")
    raw = read_base64(root)
    if len(raw) != HASH_BYTES:
        raise ValueError("not a tree's root")
    return Checkpoint(origin, int(size), raw, text)


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _key_id(name: str, key: Ed25519PublicKey) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _COSIGNATURE + public_key_bytes(key)).digest()[
        :_KEY_ID_BYTES
    ]
