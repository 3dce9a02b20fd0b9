"""A change of signing key: the party's word that this key, and no other, follows the one before."""

import re
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.keys import public_key_hash, read_public_key, write_public_key
from shared_schemas.exchange.signed_note import open_note, write_note

_KIND = "exchange-key/v1"
_HASH = re.compile(r"[0-9a-f]{64}")


class KeyStatementRejected(ValueError):
    """The note is no change from this key of this party."""

    def __init__(self) -> None:
        super().__init__("the change of key does not verify")


@dataclass(frozen=True)
class KeyStatement:
    """`key` is what the party signs with from now on, `successor_hash` the SHA-256 of the only one after it."""

    party: UUID
    key: Ed25519PublicKey
    successor_hash: str


def write_key_statement(
    party: UUID, successor_hash: str, *, old: Ed25519PrivateKey, new: Ed25519PrivateKey
) -> str:
    """Sign a change with the old and the new key. ValueError if no reader would accept it."""
    if not _HASH.fullmatch(successor_hash):
        raise ValueError("a successor is told by the lower-case hex of its SHA-256")
    lines = (_KIND, party_urn(party), write_public_key(new.public_key()), successor_hash)
    return write_note("".join(f"{line}\n" for line in lines), party_urn(party), new, old)


def open_key_statement(
    note: str, *, party: UUID, old: Ed25519PublicKey, old_successor_hash: str
) -> KeyStatement:
    """Give the change, if the old key and the new one signed it and the old one had committed to the new.

    Raises KeyStatementRejected, and nothing else, for every fault: who holds a stolen key alone cannot change it.
    """
    name = party_urn(party)
    try:
        text = open_note(note, name, [old])
        kind, named, written_key, successor_hash = text[:-1].split("\n")
        key = read_public_key(written_key)
        # The old key alone says nothing of who holds the new one: each has signed.
        if open_note(note, name, [key]) != text or not _HASH.fullmatch(successor_hash):
            raise KeyStatementRejected
    except ValueError:
        raise KeyStatementRejected from None
    if kind != _KIND or named != name or public_key_hash(key) != old_successor_hash:
        raise KeyStatementRejected
    return KeyStatement(party, key, successor_hash)
