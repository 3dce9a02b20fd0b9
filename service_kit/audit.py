"""The audit trail: one row for every change and for every read of a person's data.

A row is written in the transaction of what it tells, so neither can be without the other; it is committed
before the first byte of the answer leaves. Nobody is granted UPDATE or DELETE on the table.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from service_kit.db import table_of
from service_kit.feed import FeedEntry
from service_kit.identity import Caller
from service_kit.ids import new_id
from service_kit.tables import KitBase, OwnedRow, one_of


class AuditOutcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"


class AuditEntry(OwnedRow, KitBase):
    __tablename__ = "audit_entries"
    __table_args__ = (
        one_of("outcome", AuditOutcome),
        Index(None, "organisation_id", "subject_id", "id"),
    )

    at: Mapped[datetime] = mapped_column(server_default=func.now())
    action: Mapped[str]
    outcome: Mapped[str]
    principal_id: Mapped[UUID | None]
    asserted_user: Mapped[str | None]
    purpose: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    request_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]]  # ids, codes, versions and names of fields; never a field's value


INSERT_ENTRY = insert(table_of(AuditEntry))
INSERT_FEED_ENTRY = insert(table_of(FeedEntry))


async def record_audit(
    session: AsyncSession,
    caller: Caller,
    action: str,
    subject_kind: str,
    subject_id: UUID | None,
    detail: Mapping[str, Any] | None = None,
    *,
    outcome: AuditOutcome = AuditOutcome.DONE,
) -> None:
    """Write one entry; ``detail`` holds ids, codes and field names, never a person's data."""
    await session.execute(INSERT_ENTRY, _entry(caller, action, subject_kind, subject_id, detail, outcome))


async def record_audit_of_each(
    session: AsyncSession,
    caller: Caller,
    action: str,
    subject_kind: str,
    details: Mapping[UUID, Mapping[str, Any]],
) -> None:
    """Write an entry for each of several subjects, with its detail, in one statement."""
    done = AuditOutcome.DONE
    entries = [_entry(caller, action, subject_kind, each, detail, done) for each, detail in details.items()]
    await session.execute(INSERT_ENTRY, entries)


def _entry(
    caller: Caller,
    action: str,
    subject_kind: str,
    subject_id: UUID | None,
    detail: Mapping[str, Any] | None,
    outcome: AuditOutcome,
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organisation_id": caller.organisation_id,
        "action": action,
        "outcome": outcome.value,
        "principal_id": caller.principal_id,
        "asserted_user": caller.asserted_user,
        "purpose": caller.purpose,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "request_id": UUID(caller.request_id) if caller.request_id else None,
        "detail": dict(detail or {}),
    }


async def record_event(
    session: AsyncSession,
    caller: Caller,
    at: datetime,
    name: str,
    subject_kind: str,
    subject_id: UUID,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write an entry of the feed of changes; it gets its place after the commit."""
    entry = {
        "id": new_id(),
        "organisation_id": caller.organisation_id,
        "type": name,
        "at": at,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "principal_id": caller.principal_id,
        "detail": dict(detail or {}),
    }
    await session.execute(INSERT_FEED_ENTRY, entry)
