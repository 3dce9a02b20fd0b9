"""The audit trail, for those who answer for access to people's data."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from service_kit.acting import Acting, Requires
from service_kit.audit import AuditEntry
from service_kit.pagination import Page, PageDep, make_page, newest_first

router = APIRouter(prefix="/v1", tags=["audit"])


class AuditEntryRead(BaseModel):
    """One change, one read of a person's data, or one refusal."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    at: datetime
    action: str
    outcome: str
    principal_id: UUID | None = Field(description="Who did it; null for the service itself.")
    asserted_user: str | None = Field(description="The person a system said it acted for.")
    purpose: str
    subject_kind: str
    subject_id: UUID | None
    request_id: UUID | None
    detail: dict[str, Any] = Field(
        description="Ids, codes, versions and names of fields; never a field's value."
    )


@router.get("/audit-entries", summary="List audit entries, newest first")
async def list_audit_entries(
    acting: Annotated[Acting, Requires("audit:read")],
    page: PageDep,
    subject_id: Annotated[UUID | None, Query(description="Only what was done to this resource.")] = None,
) -> Page[AuditEntryRead]:
    """List who did or read what, when, and for which purpose. Reading the trail is itself audited."""
    statement = select(AuditEntry)
    if subject_id is not None:
        statement = statement.where(AuditEntry.subject_id == subject_id)
    rows = (await acting.session.execute(newest_first(statement, AuditEntry.id, page))).scalars().all()
    shown = make_page(rows, page, AuditEntryRead.model_validate, lambda row: row.id)
    await acting.audit("audit.listed", "audit_entry", subject_id, {"count": len(shown.items)})
    return shown
