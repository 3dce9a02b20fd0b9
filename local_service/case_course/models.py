from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from local_service.base import LocalBase
from local_service.cases.models import CaseStatus, of_case
from service_kit.tables import AddedOnlyRow, one_of


class CaseMove(AddedOnlyRow, LocalBase):
    """A case that became not notifiable, was closed or was reopened, and why; each stays on record."""

    __tablename__ = "case_moves"
    __table_args__ = (
        of_case(),
        one_of("status", CaseStatus),
        UniqueConstraint("organisation_id", "case_id", "number"),
    )

    case_id: Mapped[UUID]
    number: Mapped[int]
    status: Mapped[str]  # what the case became
    reason: Mapped[str | None]  # a code, where the step has codes
    reasons: Mapped[str]
    views: Mapped[list[Any]]  # the partners', where the step needs them
    moved_by: Mapped[UUID | None]
    moved_at: Mapped[datetime]
