"""C2SP signed notes: a text that one party stands by for ever, and anybody can check with its public key."""

import hashlib
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared_schemas.exchange.encoding import read_base64, write_base64
from shared_schemas.exchange.keys import public_key_bytes
from shared_schemas.exchange.limits import SIGNATURES_MAX
from shared_schemas.exchange.signatures import ed25519_verifies

_ED25519 = b"\x01"
_KEY_ID_BYTES = 4
_SIGNATURE_LINE = re.compile(r"\N{EM DASH} (?P<name>[^\s+]+) (?P<encoded>[A-Za-z0-9+/]+={0,2})")
# C2SP: the text is UTF-8 and holds no control character but the line feed.
_FORBIDDEN_CHARACTER = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")
# How the bytes under a message's signature begin. A text that begins so could pass for a message, or the reverse.
_BEGINS_AS_MESSAGE = re.compile(r"[A-Za-z0-9_-]{1,64}\.[0-9]{10,11}\.")


class NoteRejected(ValueError):
    """The note is no well-formed note, or not signed by a key it must be signed by."""

    def __init__(self) -> None:
        super().__init__("the signed note does not verify")


class _NoteSignature(NamedTuple):
    name: str
    key_id: bytes
    signature: bytes


def write_note(text: str, party: str, *private_keys: Ed25519PrivateKey) -> str:
    """The text, an empty line, and a signature line per key under the party's name.

    `text` ends in a line feed; its first line names the kind of statement. ValueError if it cannot be a note's text.
    """
    if not private_keys or len(private_keys) > SIGNATURES_MAX:
        raise ValueError(f"a note has 1 to {SIGNATURES_MAX} signatures")
    if not _can_be_signed(text) or not re.fullmatch(r"[^\s+]+", party):
        raise ValueError("not the text of a note, or not a party's name")
    content = text.encode()
    lines = []
    for key in private_keys:
        signed = note_key_id(party, key.public_key()) + key.sign(content)
        lines.append(f"\N{EM DASH} {party} {write_base64(signed)}\n")
    return f"{text}\n{''.join(lines)}"


def open_note(note: str, party: str, public_keys: Collection[Ed25519PublicKey]) -> str:
    """The signed text, if at least one of the party's given keys signed it and none of their signatures is wrong.

    Lines of other names and keys say nothing (C2SP). To ask for two signatures, open the note once under each key.
    Raises NoteRejected, and nothing else, for every fault.
    """
    text, _, signature_lines = note.rpartition("\n\n")
    text += "\n"
    if not _can_be_signed(text):
        raise NoteRejected
    content = text.encode()
    known = False
    for line in _read_signature_lines(signature_lines):
        candidates = [key for key in public_keys if note_key_id(party, key) == line.key_id]
        if line.name != party or not candidates:
            continue
        if not any(ed25519_verifies(key, line.signature, content) for key in candidates):
            raise NoteRejected
        known = True
    if not known:
        raise NoteRejected
    return text


def note_key_id(party: str, key: Ed25519PublicKey) -> bytes:
    """The four bytes by which a signature line says which key made it: a hint, never a proof."""
    return hashlib.sha256(party.encode() + b"\n" + _ED25519 + public_key_bytes(key)).digest()[:_KEY_ID_BYTES]


def _can_be_signed(text: str) -> bool:
    return (
        len(text) > 1
        and text.endswith("\n")
        and not _FORBIDDEN_CHARACTER.search(text)
        and not _BEGINS_AS_MESSAGE.match(text)
    )


def _read_signature_lines(lines: str) -> Iterator[_NoteSignature]:
    if not lines.endswith("\n"):
        raise NoteRejected
    for line in lines[:-1].split("\n", SIGNATURES_MAX)[:SIGNATURES_MAX]:
        match = _SIGNATURE_LINE.fullmatch(line)
        if not match:
            raise NoteRejected
        try:
            signed = read_base64(match["encoded"])
        except ValueError:
            raise NoteRejected from None
        yield _NoteSignature(match["name"], signed[:_KEY_ID_BYTES], signed[_KEY_ID_BYTES:])
