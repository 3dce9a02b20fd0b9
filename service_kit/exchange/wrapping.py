"""Private keys and shared secrets at rest: AES-256-GCM under the service's own key."""

import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12  # NIST SP 800-38D: the length GCM is made for; random, since few values are ever wrapped

SEED = "exchange signing key seed"
SUCCESSOR = "exchange successor key seed"
SECRET_OUT = "exchange secret out"  # noqa: S105 -- the name of a purpose, not a secret
SECRET_IN = "exchange secret in"  # noqa: S105 -- as above


class WrappedValueRejected(ValueError):
    """The wrapped value was changed, belongs to another organisation or purpose, or another key wrapped it."""

    def __init__(self) -> None:
        super().__init__("the wrapped value does not open under this key")


def wrap(key: bytes, value: bytes, *, organisation_id: UUID, purpose: str) -> bytes:
    """Encrypt a secret for storing; it opens only for the same organisation and purpose.

    ``key`` has 32 bytes. The result is the nonce, the ciphertext and the tag, in this order.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value, _bound_to(organisation_id, purpose))


def unwrap(key: bytes, wrapped: bytes, *, organisation_id: UUID, purpose: str) -> bytes:
    """Give what ``wrap`` was given. Raises ``WrappedValueRejected`` for everything else."""
    nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, sealed, _bound_to(organisation_id, purpose))
    except (InvalidTag, ValueError):
        raise WrappedValueRejected from None


def _bound_to(organisation_id: UUID, purpose: str) -> bytes:
    return f"{organisation_id}/{purpose}".encode()
