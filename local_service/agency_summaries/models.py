"""Tables of agency summaries."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow, OwnedRow, one_of


class SummaryState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class AgencySummary(OwnedRow, LocalBase):
    """One agency's own account of a case, as it is being written."""

    __tablename__ = "agency_summaries"
    __table_args__ = (
        of_case(),
        ForeignKeyConstraint(
            ["organisation_id", "request_id"],
            ["information_requests.organisation_id", "information_requests.id"],
            ondelete="RESTRICT",
        ),
        one_of("state", SummaryState),
        CheckConstraint("state = 'draft' OR submitted_at IS NOT NULL", name="submitted_has_time"),
        CheckConstraint("state <> 'returned' OR returned_reasons IS NOT NULL", name="returned_has_reasons"),
        Index(None, "organisation_id", "case_id", "id"),
        Index(None, "organisation_id", "answered_by"),
    )

    case_id: Mapped[UUID]
    request_id: Mapped[UUID | None]  # the request for information it answers, where there is one
    version: Mapped[int]
    state: Mapped[str]
    agency: Mapped[dict[str, Any]]
    answered_by: Mapped[UUID | None]  # the person who writes for the agency
    content: Mapped[dict[str, Any]]  # schemas' SummaryContent, the parts there are
    invited_by: Mapped[UUID | None]
    invited_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    returned_reasons: Mapped[str | None]
    accepted_by: Mapped[UUID | None]
    accepted_at: Mapped[datetime | None]


class SubmittedSummary(AddedOnlyRow, LocalBase):
    """A summary as it was submitted: what is returned and written again stands beside it."""

    __tablename__ = "submitted_summaries"
    __table_args__ = (
        of_case(),
        ForeignKeyConstraint(
            ["organisation_id", "summary_id"],
            ["agency_summaries.organisation_id", "agency_summaries.id"],
            ondelete="RESTRICT",
        ),
        UniqueConstraint("organisation_id", "summary_id", "number"),
    )

    case_id: Mapped[UUID]
    summary_id: Mapped[UUID]
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    submitted_by: Mapped[UUID | None]
    submitted_by_name: Mapped[str]
    submitted_at: Mapped[datetime]
