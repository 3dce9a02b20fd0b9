"""Identifiers as they stand on the wire: one spelling each, so that comparing text is comparing identity."""

import re
from uuid import UUID

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PARTY_PREFIX = "urn:uuid:"


def read_uuid(text: str) -> UUID:
    """The UUID whose canonical lower-case form (RFC 9562 section 4) is exactly `text`; else ValueError."""
    if not _UUID.fullmatch(text):
        raise ValueError("not a UUID in canonical lower-case form")
    return UUID(text)


def read_uuid7(text: str) -> UUID:
    """As `read_uuid`, and of version 7 (RFC 9562 section 5.7)."""
    identifier = read_uuid(text)
    if identifier.version != 7:
        raise ValueError("not a UUID of version 7")
    return identifier


def party_urn(party: UUID) -> str:
    """The party's name in messages and statements: `urn:uuid:…` (RFC 9562 section 4)."""
    return f"{_PARTY_PREFIX}{party}"


def party_uuid(urn: str) -> UUID:
    """The UUID behind a party's name; ValueError for any other spelling than `party_urn` writes."""
    if not urn.startswith(_PARTY_PREFIX):
        raise ValueError("not a party's name")
    return read_uuid(urn.removeprefix(_PARTY_PREFIX))
