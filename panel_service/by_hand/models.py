from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from panel_service.base import PanelBase
from panel_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow


class ToldByHand(AddedOnlyRow, PanelBase):
    """That a partnership without a link was told of a decision: how, when and whom."""

    __tablename__ = "decisions_told_by_hand"
    __table_args__ = (
        of_case(),
        ForeignKeyConstraint(
            ["organisation_id", "case_id", "decision_version"],
            ["decisions.organisation_id", "decisions.case_id", "decisions.decision_version"],
            name="fk_decisions_told_by_hand_decision",
        ),
        UniqueConstraint("organisation_id", "case_id", "decision_version"),
    )

    case_id: Mapped[UUID]
    decision_version: Mapped[int]
    channel: Mapped[str]
    told_on: Mapped[date]
    told_to: Mapped[str]
    reference: Mapped[str | None]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
