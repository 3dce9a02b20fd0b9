"""What a party sends with its checkpoint, and what the witness answers."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared_schemas.exchange.encoding import read_base64
from shared_schemas.exchange.limits import NUMBER_MAX
from shared_schemas.exchange.merkle import HASH_BYTES

PROOF_MAX_NODES = 64
CHECKPOINT_MAX_CHARACTERS = 4096

EXAMPLE = {
    "old_size": 1,
    "proof": ["lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c="],
    "checkpoint": "local.example/audit/01a05a43-fc00-7000-8000-00000000000a/2026-09-01T00:00:00Z\n2\n"
    "+sVCA+d8xpzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU=\n\n\N{EM DASH} local.example/audit/…\n",
}


class CheckpointQuestion(BaseModel):
    """The body of `POST {base}/checkpoints`."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    old_size: int = Field(
        ge=0, le=NUMBER_MAX, description="The tree's size that the witness cosigned last; 0 if none."
    )
    proof: list[Annotated[str, Field(max_length=44)]] = Field(
        max_length=PROOF_MAX_NODES,
        description="The consistency proof from that size (RFC 6962 section 2.1.2), each hash in base64.",
    )
    checkpoint: str = Field(
        max_length=CHECKPOINT_MAX_CHARACTERS,
        description="A C2SP checkpoint, signed with the party's audit key.",
    )


class CheckpointAnswer(BaseModel):
    """The answer 200: the checkpoint was stored, in place of the one before it."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    cosignature: str = Field(
        max_length=1024, description="A line of C2SP's cosignature/v1, to stand under the checkpoint."
    )


def read_proof(nodes: list[str]) -> list[bytes]:
    """The hashes of a proof; ValueError where one is none."""
    proof = [read_base64(node) for node in nodes]
    if any(len(node) != HASH_BYTES for node in proof):
        raise ValueError("not a hash")
    return proof
