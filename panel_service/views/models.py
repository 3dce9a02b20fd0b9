from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from panel_service.base import PanelBase
from panel_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow, one_of


class ViewKind(StrEnum):
    """What the Panel thinks of a case, without any effect in law."""

    NOT_A_SERIOUS_CASE = "not_a_serious_case"  # the definition of s16B(9) seems not to be met
    COMMENTS = "comments"  # on the rapid review's or local review's quality and learning


class View(AddedOnlyRow, PanelBase):
    """A view of the Panel on a case. It lifts no duty: only the authority withdraws its notification."""

    __tablename__ = "views"
    __table_args__ = (
        of_case(),
        one_of("kind", ViewKind),
        UniqueConstraint("organisation_id", "case_id", "number"),
    )

    case_id: Mapped[UUID]
    number: Mapped[int]
    kind: Mapped[str]
    reasons: Mapped[str]
    formed_on: Mapped[date]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
