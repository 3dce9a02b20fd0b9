from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from panel_service.base import PanelBase
from panel_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow, OwnedRow, one_of


class MeetingState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    MINUTES_APPROVED = "minutes_approved"


class Meeting(OwnedRow, PanelBase):
    """A meeting of the Panel: its agenda, who was present, and its minutes."""

    __tablename__ = "meetings"
    __table_args__ = (
        one_of("state", MeetingState),
        CheckConstraint(
            "(state = 'minutes_approved') = (minutes_approved_at IS NOT NULL)", name="approved_when"
        ),
        CheckConstraint("state <> 'minutes_approved' OR minutes IS NOT NULL", name="approved_are_written"),
        Index(None, "organisation_id", "held_on"),
    )

    version: Mapped[int]
    state: Mapped[str]
    held_on: Mapped[date]
    present: Mapped[list[Any]]  # ids of members, once it was held
    quorum: Mapped[int | None]  # how many members were asked for when it was held
    quorum_met: Mapped[bool | None]
    minutes: Mapped[str | None]
    minutes_by: Mapped[UUID | None]
    minutes_approved_by: Mapped[UUID | None]
    minutes_approved_at: Mapped[datetime | None]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]


class AgendaItem(AddedOnlyRow, PanelBase):
    """A case on an agenda, with the versions on the table. A later agenda of the meeting stands beside the earlier."""

    __tablename__ = "agenda_items"
    __table_args__ = (
        of_case(),
        ForeignKeyConstraint(["organisation_id", "meeting_id"], ["meetings.organisation_id", "meetings.id"]),
        UniqueConstraint("organisation_id", "meeting_id", "agenda_version", "position"),
        UniqueConstraint("organisation_id", "meeting_id", "agenda_version", "case_id"),
        Index(None, "organisation_id", "case_id"),
    )

    meeting_id: Mapped[UUID]
    agenda_version: Mapped[int]  # the meeting's version that set it; the highest stands
    position: Mapped[int]
    case_id: Mapped[UUID]
    documents: Mapped[dict[str, Any]]  # the highest version on the table by kind of document


class Interest(AddedOnlyRow, PanelBase):
    """A member's interest in a case. It stands for good: the member is recused from the case."""

    __tablename__ = "interests"
    __table_args__ = (
        of_case(),
        ForeignKeyConstraint(["organisation_id", "member_id"], ["members.organisation_id", "members.id"]),
        ForeignKeyConstraint(["organisation_id", "meeting_id"], ["meetings.organisation_id", "meetings.id"]),
        UniqueConstraint("organisation_id", "case_id", "member_id"),
        Index(None, "organisation_id", "principal_id", "case_id"),
    )

    case_id: Mapped[UUID]
    member_id: Mapped[UUID]
    principal_id: Mapped[UUID]  # the member's: recusal follows the person, whatever the appointment
    meeting_id: Mapped[UUID]
    nature: Mapped[str]
    declared_by: Mapped[UUID | None]
    declared_at: Mapped[datetime]
