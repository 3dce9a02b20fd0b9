"""A proof file: what two parties told each other about one subject, as anybody can check it with their public keys.

What it proves stands in the parties' own signatures; the maker's signature over the whole only says that nobody
altered the file since.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Literal
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field

from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.signed_note import open_note, write_note
from shared_schemas.exchange.summaries import SummaryDirection

KIND = "exchange-proof/v1"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ProofKey(_Part):
    """A public key that signatures in the file were made with. Whoever checks them relies on keys of their own."""

    party: UUID
    kind: str = Field(description="`signing` or `audit`.")
    public_key: str = Field(description="`whpk_…`, as `--key` takes it.")
    valid_from: datetime
    valid_until: datetime | None


class ProofLink(_Part):
    link: UUID
    counterpart: UUID


class Agreed(_Part):
    """Where a message stands in a summary that the counterpart signed: its place among that day's messages."""

    statement: int = Field(ge=0, description="Which of the file's statements, from 0.")
    day: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    index: int = Field(ge=0)
    path: list[str] = Field(max_length=64, description="The audit path to the day's root (RFC 6962), hex.")


class ProofMessage(_Part):
    """One message. What is not in its receipt is proved only by its bytes, or by its place in a summary."""

    link: UUID
    direction: SummaryDirection = Field(description="Seen from the party that made the file.")
    id: UUID
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    type: str
    number: int
    chain: UUID = Field(description="The first of the messages that replaced one another.")
    state: str
    receipts: list[str] = Field(
        description="Signed notes: the counterpart's of what was sent, the maker's own of what was received."
    )
    headers: dict[str, str] | None = Field(
        description="Of a received message: the three headers that sign its bytes."
    )
    body: str | None = Field(
        description="The exact bytes in base64; absent unless the file was made with them."
    )
    agreed: Agreed | None


class ProofStatement(_Part):
    """A summary that the counterpart signed when both sides were found equal."""

    link: UUID
    direction: SummaryDirection = Field(description="Seen from the counterpart, who signed it.")
    note: str


class ProofCheckpoint(_Part):
    """The newest checkpoint of the maker's audit trail with its cosignatures: a signed note (C2SP)."""

    note: str


class Proof(_Part):
    """The whole file. ``signature`` is the maker's note over the hash of all the rest."""

    format: Literal["exchange-proof/v1"]
    made_at: datetime
    party: UUID
    subject: str
    links: list[ProofLink]
    keys: list[ProofKey]
    messages: list[ProofMessage]
    statements: list[ProofStatement]
    checkpoint: ProofCheckpoint | None
    signature: str = ""


def sign_proof(proof: Proof, private_key: Ed25519PrivateKey) -> Proof:
    """Give the proof with its maker's signature."""
    note = write_note(_text(proof), party_urn(proof.party), private_key)
    return proof.model_copy(update={"signature": note})


def is_unaltered(proof: Proof, public_keys: Collection[Ed25519PublicKey]) -> bool:
    """Whether the file is still as its maker signed it, with one of these keys."""
    try:
        return open_note(proof.signature, party_urn(proof.party), public_keys) == _text(proof)
    except ValueError:
        return False


def _text(proof: Proof) -> str:
    content = proof.model_dump_json(exclude={"signature"}).encode()
    return f"{KIND}\n{party_urn(proof.party)}\n{proof.subject}\n{hashlib.sha256(content).hexdigest()}\n"
