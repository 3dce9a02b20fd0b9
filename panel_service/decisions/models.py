from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from panel_service.base import PanelBase
from panel_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow, OwnedRow, one_of


class DecisionState(StrEnum):
    """Whether a decision has left the Panel."""

    RECORDED = "recorded"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class Decision(OwnedRow, PanelBase):
    """A decision of the Panel. Rows are added and never changed: a later one supersedes, it does not overwrite.

    One that was withdrawn before its release keeps its number: what it would have superseded, the next one does.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        of_case(),
        UniqueConstraint("organisation_id", "case_id", "decision_version"),
        CheckConstraint(
            "supersedes_version IS NULL OR supersedes_version < decision_version",
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
    meeting_id: Mapped[UUID | None]
    documents_read: Mapped[int | None]  # how many documents had come about the case when it was recorded
    message_id: Mapped[
        UUID | None
    ]  # of those sent in one step with their recording, before releases were recorded


class DecisionRelease(AddedOnlyRow, PanelBase):
    """What became of a recorded decision: a second person released it, or it was withdrawn and never left."""

    __tablename__ = "decision_releases"
    __table_args__ = (
        of_case(),
        one_of("state", DecisionState),
        CheckConstraint("state <> 'recorded'", name="released_or_withdrawn"),
        CheckConstraint("state = 'released' OR message_id IS NULL", name="only_released_is_sent"),
        ForeignKeyConstraint(
            ["organisation_id", "decision_id"], ["decisions.organisation_id", "decisions.id"]
        ),
        UniqueConstraint("organisation_id", "decision_id"),
    )

    case_id: Mapped[UUID]
    decision_id: Mapped[UUID]
    state: Mapped[str]
    reasons: Mapped[str | None]  # why it was withdrawn
    done_by: Mapped[UUID | None]
    done_at: Mapped[datetime]
    message_id: Mapped[UUID | None]  # none where the partnership, without a link, is told by hand
