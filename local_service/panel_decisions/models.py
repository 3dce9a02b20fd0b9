from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import OwnedRow


class PanelDecision(OwnedRow, LocalBase):
    """A decision of the Panel as it came back. Rows are only ever added; the highest version stands."""

    __tablename__ = "panel_decisions"
    __table_args__ = (
        of_case(),
        UniqueConstraint("organisation_id", "case_id", "decision_version"),
        UniqueConstraint("organisation_id", "message_id"),
    )

    case_id: Mapped[UUID]
    decision_version: Mapped[int]
    outcome: Mapped[str]
    decision: Mapped[dict[str, Any]]  # shared_schemas' DecisionBody
    message_id: Mapped[UUID]
    received_at: Mapped[datetime]
