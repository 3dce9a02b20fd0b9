from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow, OwnedRow, one_of


class QueryState(StrEnum):
    OPEN = "open"  # the Panel asks
    ANSWERED = "answered"
    CLOSED = "closed"


class Side(StrEnum):
    PANEL = "panel"
    PARTNERSHIP = "partnership"


class PanelQuery(OwnedRow, LocalBase):
    """A question of the Panel about a case, under the Panel's own id."""

    __tablename__ = "panel_queries"
    __table_args__ = (of_case(), one_of("state", QueryState))

    case_id: Mapped[UUID]
    version: Mapped[int]
    number: Mapped[int]
    state: Mapped[str]
    subject: Mapped[str]
    due_on: Mapped[date | None]
    raised_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class PanelQueryEntry(AddedOnlyRow, LocalBase):
    """What one side said in a query."""

    __tablename__ = "panel_query_entries"
    __table_args__ = (
        of_case(),
        one_of("side", Side),
        ForeignKeyConstraint(
            ["organisation_id", "query_id"], ["panel_queries.organisation_id", "panel_queries.id"]
        ),
        UniqueConstraint("organisation_id", "query_id", "number"),
    )

    case_id: Mapped[UUID]
    query_id: Mapped[UUID]
    number: Mapped[int]
    side: Mapped[str]
    text: Mapped[str]
    corrected_by_notification_version: Mapped[int | None]
    said_by: Mapped[UUID | None]  # null where it came by a message
    said_at: Mapped[datetime]
    message_id: Mapped[UUID]


class PanelLetter(AddedOnlyRow, LocalBase):
    """A letter of the Panel as it came."""

    __tablename__ = "panel_letters"
    __table_args__ = (of_case(), UniqueConstraint("organisation_id", "case_id", "number"))

    case_id: Mapped[UUID]
    number: Mapped[int]
    decision_version: Mapped[int | None]
    view: Mapped[str | None]
    text: Mapped[str]
    issued_at: Mapped[datetime]
    received_at: Mapped[datetime]
    message_id: Mapped[UUID]
