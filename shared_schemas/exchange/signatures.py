"""Standard Webhooks 1.0: who sent these bytes, and when. Pure functions; the receiver's clock comes in as `now`."""

import hashlib
import hmac
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from math import floor

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared_schemas.exchange.encoding import read_base64, write_base64
from shared_schemas.exchange.headers import WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP
from shared_schemas.exchange.limits import SIGNATURES_MAX, TIMESTAMP_TOLERANCE

# Neither holds a full stop, a slash or a line feed: what is signed splits in one way only, and no statement's text,
# whose first line names its kind with a slash, can be read as a signed message.
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TIMESTAMP = re.compile(r"[1-9][0-9]{9,10}")


class Scheme(StrEnum):
    V1A = "v1a"  # Ed25519: only the sender can have made it, which a third party can check
    V1 = "v1"  # HMAC-SHA256: the two parties cannot prove to a third which of them made it


class SignatureRejected(Exception):
    """The request does not prove its sender. It never says why, since whoever asks may be anybody."""

    def __init__(self) -> None:
        super().__init__("the signature headers do not verify")


def sign(
    body: bytes,
    *,
    message_id: str,
    timestamp: int,
    private_keys: Sequence[Ed25519PrivateKey] = (),
    secrets: Sequence[bytes] = (),
) -> str:
    """The value of `webhook-signature`: an entry per key, Ed25519 first, so that rotation is data.

    `timestamp` is this attempt's time in Unix seconds. ValueError if the header could not be verified by anybody:
    a bad id or timestamp, no key, or more entries than a receiver looks at.
    """
    if not _MESSAGE_ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(str(timestamp)):
        raise ValueError("an id or timestamp that no receiver accepts")
    if not 1 <= len(private_keys) + len(secrets) <= SIGNATURES_MAX:
        raise ValueError(f"a message has 1 to {SIGNATURES_MAX} signatures")
    content = _signed_content(message_id, str(timestamp), body)
    entries = [(Scheme.V1A, key.sign(content)) for key in private_keys]
    entries += [(Scheme.V1, _hmac_sha256(secret, content)) for secret in secrets]
    return " ".join(f"{scheme},{write_base64(signature)}" for scheme, signature in entries)


def signed_headers(
    body: bytes,
    *,
    message_id: str,
    now: datetime,
    private_keys: Sequence[Ed25519PrivateKey] = (),
    secrets: Sequence[bytes] = (),
) -> dict[str, str]:
    """The three headers of one attempt, made at `now` (an instant with a time zone). Errors as in `sign`."""
    timestamp = floor(now.timestamp())
    signature = sign(
        body, message_id=message_id, timestamp=timestamp, private_keys=private_keys, secrets=secrets
    )
    return {WEBHOOK_ID: message_id, WEBHOOK_TIMESTAMP: str(timestamp), WEBHOOK_SIGNATURE: signature}


def verify(
    body: bytes,
    headers: Mapping[str, str],
    *,
    accepted_schemes: Collection[Scheme],
    public_keys: Collection[Ed25519PublicKey],
    secrets: Collection[bytes],
    now: datetime,
) -> None:
    """Return if one of the first 8 signatures is of an accepted scheme and a given key, and the timestamp is near `now`.

    `headers` may spell its names in any case; each of the three must be there once. `body` is the raw bytes.
    Raises SignatureRejected, and nothing else, whatever the peer sent.
    """
    message_id = _only(headers, WEBHOOK_ID)
    timestamp = _only(headers, WEBHOOK_TIMESTAMP)
    if not _MESSAGE_ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise SignatureRejected
    if abs(int(timestamp) - now.timestamp()) > TIMESTAMP_TOLERANCE.total_seconds():
        raise SignatureRejected
    content = _signed_content(message_id, timestamp, body)
    for entry in _only(headers, WEBHOOK_SIGNATURE).split(" ", SIGNATURES_MAX)[:SIGNATURES_MAX]:
        scheme, _, encoded = entry.partition(",")
        if scheme not in accepted_schemes:
            continue
        if scheme == Scheme.V1A and _ed25519_verifies(encoded, content, public_keys):
            return
        if scheme == Scheme.V1 and _hmac_verifies(encoded, content, secrets):
            return
    raise SignatureRejected


def _only(headers: Mapping[str, str], wanted: str) -> str:
    """A header that is there twice has no single meaning, so it counts as missing."""
    values = [value for name, value in headers.items() if name.lower() == wanted]
    if len(values) != 1:
        raise SignatureRejected
    return values[0]


def _signed_content(message_id: str, timestamp: str, body: bytes) -> bytes:
    return f"{message_id}.{timestamp}.".encode("ascii") + body


def _ed25519_verifies(encoded: str, content: bytes, public_keys: Collection[Ed25519PublicKey]) -> bool:
    try:
        signature = read_base64(encoded)
    except ValueError:
        return False
    return any(ed25519_verifies(key, signature, content) for key in public_keys)


def ed25519_verifies(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    """Whether the signature (any bytes) is the key's over the content (RFC 8032 section 5.1.7)."""
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _hmac_verifies(encoded: str, content: bytes, secrets: Collection[bytes]) -> bool:
    try:
        signature = read_base64(encoded)
    except ValueError:
        return False
    return any(hmac.compare_digest(_hmac_sha256(secret, content), signature) for secret in secrets)


def _hmac_sha256(secret: bytes, content: bytes) -> bytes:
    return hmac.digest(secret, content, hashlib.sha256)
