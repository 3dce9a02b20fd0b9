from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from panel_service.base import PanelBase
from panel_service.cases.models import of_case
from service_kit.tables import OwnedRow, one_of


class LetterState(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"


class Letter(OwnedRow, PanelBase):
    """A letter to a partnership about a released decision or a view: drafted by one person, signed by another."""

    __tablename__ = "letters"
    __table_args__ = (
        of_case(),
        one_of("state", LetterState),
        CheckConstraint("(decision_version IS NULL) <> (view_id IS NULL)", name="about_one_thing"),
        CheckConstraint(
            "(state = 'issued') = (issued_at IS NOT NULL AND message_id IS NOT NULL)", name="issued_is_sent"
        ),
        ForeignKeyConstraint(["organisation_id", "view_id"], ["views.organisation_id", "views.id"]),
        UniqueConstraint("organisation_id", "case_id", "number"),
    )

    case_id: Mapped[UUID]
    version: Mapped[int]
    number: Mapped[int]
    state: Mapped[str]
    decision_version: Mapped[int | None]
    view_id: Mapped[UUID | None]
    text: Mapped[str]
    written_by: Mapped[UUID | None]  # who drafted it, or changed the draft last
    drafted_at: Mapped[datetime]
    signed_by: Mapped[UUID | None]
    issued_at: Mapped[datetime | None]
    message_id: Mapped[UUID | None]
