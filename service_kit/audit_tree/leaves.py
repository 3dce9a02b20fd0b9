"""The bytes of a leaf: an audit entry as it was sealed. They are made once and kept; this form never changes."""

import json

from service_kit.audit import AuditEntry
from shared_schemas.exchange.times import format_time

NO_HASH = bytes(32)  # stands before the first leaf of a tree


def write_leaf(entry: AuditEntry, position: int, previous: bytes) -> bytes:
    """Make an entry's leaf: compact UTF-8 JSON, members in this order, those of ``detail`` by name.

    ``previous`` is the hash of the leaf before it, which makes the leaves a chain too.
    """
    members = {
        "position": position,
        "previous": previous.hex(),
        "id": str(entry.id),
        "organisation": str(entry.organisation_id),
        "at": format_time(entry.at),
        "action": entry.action,
        "outcome": entry.outcome,
        "principal": str(entry.principal_id) if entry.principal_id else None,
        "asserted_user": entry.asserted_user,
        "purpose": entry.purpose,
        "subject_kind": entry.subject_kind,
        "subject": str(entry.subject_id) if entry.subject_id else None,
        "request": str(entry.request_id) if entry.request_id else None,
        "detail": _by_name(entry.detail),
    }
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def _by_name(value: object) -> object:
    # The database keeps the members of an object in an order of its own.
    if isinstance(value, dict):
        return {name: _by_name(value[name]) for name in sorted(value)}
    return [_by_name(entry) for entry in value] if isinstance(value, list) else value
