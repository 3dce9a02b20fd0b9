import hashlib
from collections.abc import Sequence
from uuid import UUID


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle tree hash of RFC 6962 section 2.1 (SHA-256), 32 bytes; of no leaves, SHA-256 of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    # The left subtree is the largest complete one that leaves at least one leaf for the right.
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + merkle_root(leaves[:split]) + merkle_root(leaves[split:])).digest()


def message_leaf(message_id: UUID, message_hash: str) -> bytes:
    """The leaf that stands for a message when two parties compare what they hold; leaves ascend by id."""
    return f"{message_id} {message_hash}".encode("ascii")
