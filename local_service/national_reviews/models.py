"""Tables of national reviews."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow


class NationalReviewProposalRow(AddedOnlyRow, LocalBase):
    """The partners' proposal that the Panel review a case nationally; a later one stands beside the earlier."""

    __tablename__ = "national_review_proposals"
    __table_args__ = (of_case(), UniqueConstraint("organisation_id", "case_id", "version"))

    case_id: Mapped[UUID]
    version: Mapped[int]
    facts: Mapped[dict[str, Any]]  # shared_schemas' NationalReviewProposal
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime]
    message_id: Mapped[UUID]


class NationalReviewStep(AddedOnlyRow, LocalBase):
    """A step of a national review, as the Panel told it."""

    __tablename__ = "national_review_steps"
    __table_args__ = (
        of_case(),
        UniqueConstraint("organisation_id", "message_id"),
        Index(None, "organisation_id", "case_id", "national_review_id"),
    )

    case_id: Mapped[UUID]
    national_review_id: Mapped[UUID]  # the Panel's
    type: Mapped[str]
    step: Mapped[str]
    on_day: Mapped[date]
    body: Mapped[dict[str, Any]]
    message_id: Mapped[UUID]
    received_at: Mapped[datetime]
