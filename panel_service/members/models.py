from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from panel_service.base import PanelBase
from service_kit.tables import OwnedRow, one_of


class Office(StrEnum):
    CHAIR = "chair"
    MEMBER = "member"


class EndReason(StrEnum):
    """Why an appointment ended; the last three are the Secretary of State's removal (s16A)."""

    TERM_ENDED = "term_ended"
    RESIGNED = "resigned"
    UNFIT = "unfit"
    UNABLE = "unable"
    INCOMPATIBLE_BEHAVIOUR = "incompatible_behaviour"


class Member(OwnedRow, PanelBase):
    """One appointment to the Panel by the Secretary of State (Children Act 2004 s16A)."""

    __tablename__ = "members"
    __table_args__ = (
        one_of("office", Office),
        one_of("end_reason", EndReason),
        CheckConstraint("appointed_to >= appointed_from", name="ends_after_it_begins"),
        UniqueConstraint("organisation_id", "principal_id", "appointed_from"),
        Index(None, "organisation_id", "principal_id"),
    )

    version: Mapped[int]
    principal_id: Mapped[UUID]
    name: Mapped[str]
    office: Mapped[str]
    appointed_from: Mapped[date]
    appointed_to: Mapped[date | None]  # the last day
    end_reason: Mapped[str | None]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
