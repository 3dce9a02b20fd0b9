from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow


class CaseRelation(AddedOnlyRow, LocalBase):
    """What a person found two cases to be to each other. Nothing is merged; the latest word on a pair stands."""

    __tablename__ = "case_relations"
    __table_args__ = (
        of_case(),
        ForeignKeyConstraint(
            ["organisation_id", "other_case_id"], ["cases.organisation_id", "cases.id"], ondelete="RESTRICT"
        ),
        CheckConstraint("case_id <> other_case_id", name="two_cases"),
        Index(None, "organisation_id", "case_id", "id"),
        Index("ix_case_relations_other", "organisation_id", "other_case_id", "id"),
    )

    case_id: Mapped[UUID]
    other_case_id: Mapped[UUID]
    relation: Mapped[str]
    reasons: Mapped[str]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
