"""Keys as people and settings files hold them, in the text forms of Standard Webhooks 1.0."""

import hashlib
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared_schemas.exchange.encoding import read_base64, write_base64

_PUBLIC_PREFIX = "whpk_"
_PRIVATE_PREFIX = "whsk_"
_SECRET_PREFIX = "whsec_"  # noqa: S105 -- the prefix of a secret, not a secret
_KEY_BYTES = 32
_SECRET_MIN_BYTES = 24
_SECRET_MAX_BYTES = 64

_FIELD_PRIME = 2**255 - 19
# Points whose order divides 8, by their y coordinate: under such a key a signature without any private key verifies.
_ORDER_8_Y = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_SMALL_ORDER_Y = {0, 1, _FIELD_PRIME - 1, _ORDER_8_Y, _FIELD_PRIME - _ORDER_8_Y}


class KeyMalformed(ValueError):
    """The text is not a key of the wanted kind. It may be a secret, so nothing of it is repeated."""


def new_signing_key() -> Ed25519PrivateKey:
    """A fresh Ed25519 key from the system's randomness."""
    return Ed25519PrivateKey.generate()


def new_secret() -> bytes:
    """A fresh HMAC secret of 32 bytes, for one link and one direction."""
    return secrets.token_bytes(32)


def public_key_bytes(key: Ed25519PublicKey) -> bytes:
    """The 32 bytes of RFC 8032 section 5.1.5."""
    return key.public_bytes_raw()


def public_key_hash(key: Ed25519PublicKey) -> str:
    """SHA-256 of the key's 32 bytes, lower-case hex: how a party commits to the successor of a key."""
    return hashlib.sha256(public_key_bytes(key)).hexdigest()


def fingerprint(key: Ed25519PublicKey) -> str:
    """`public_key_hash` in sixteen groups of four, for two people to read to each other."""
    digits = public_key_hash(key)
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def write_public_key(key: Ed25519PublicKey) -> str:
    """`whpk_` and the base64 of the key's 32 bytes."""
    return _PUBLIC_PREFIX + write_base64(public_key_bytes(key))


def read_public_key(text: str) -> Ed25519PublicKey:
    """The key that `write_public_key` writes so. Raises KeyMalformed, also for a key that anybody can sign under."""
    raw = _read(text, _PUBLIC_PREFIX, _KEY_BYTES, _KEY_BYTES)
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if y >= _FIELD_PRIME or y in _SMALL_ORDER_Y:
        raise KeyMalformed("a weak public key")
    return Ed25519PublicKey.from_public_bytes(raw)


def write_private_key(key: Ed25519PrivateKey) -> str:
    """`whsk_` and the base64 of the 32-byte seed. The result is a credential."""
    return _PRIVATE_PREFIX + write_base64(key.private_bytes_raw())


def read_private_key(text: str) -> Ed25519PrivateKey:
    """The key that `write_private_key` writes so. Raises KeyMalformed."""
    return Ed25519PrivateKey.from_private_bytes(_read(text, _PRIVATE_PREFIX, _KEY_BYTES, _KEY_BYTES))


def write_secret(secret: bytes) -> str:
    """`whsec_` and the base64 of 24 to 64 bytes (Standard Webhooks 1.0). The result is a credential."""
    if not _SECRET_MIN_BYTES <= len(secret) <= _SECRET_MAX_BYTES:
        raise KeyMalformed("a secret has 24 to 64 bytes")
    return _SECRET_PREFIX + write_base64(secret)


def read_secret(text: str) -> bytes:
    """The secret that `write_secret` writes so. Raises KeyMalformed."""
    return _read(text, _SECRET_PREFIX, _SECRET_MIN_BYTES, _SECRET_MAX_BYTES)


def _read(text: str, prefix: str, shortest: int, longest: int) -> bytes:
    if not text.startswith(prefix):
        raise KeyMalformed(f"must begin with {prefix}")
    try:
        raw = read_base64(text.removeprefix(prefix))
    except ValueError:
        raise KeyMalformed(f"must be {prefix} and base64") from None
    if not shortest <= len(raw) <= longest:
        raise KeyMalformed(f"must hold {shortest} to {longest} bytes")
    return raw
