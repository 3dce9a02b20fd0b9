from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from panel_service.base import PanelBase
from panel_service.cases.models import of_case
from service_kit.tables import OwnedRow


class Decision(OwnedRow, PanelBase):
    """A decision of the Panel. Rows are added and never changed: a later one supersedes, it does not overwrite."""

    __tablename__ = "decisions"
    __table_args__ = (
        of_case(),
        UniqueConstraint("organisation_id", "case_id", "decision_version"),
        CheckConstraint(
            "supersedes_version IS NULL AND decision_version = 1 OR supersedes_version = decision_version - 1",
            name="supersedes_the_one_before",
        ),
    )

    case_id: Mapped[UUID]
    decision_version: Mapped[int]
    supersedes_version: Mapped[int | None]
    outcome: Mapped[str]
    facts: Mapped[dict[str, Any]]
    decided_on_notification_version: Mapped[int]
    decided_on_rapid_review: Mapped[bool]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime]
    message_id: Mapped[UUID | None]  # none where the partnership is told by hand
