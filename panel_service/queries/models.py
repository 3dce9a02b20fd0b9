from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from panel_service.base import PanelBase
from panel_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow, OwnedRow, one_of


class QueryState(StrEnum):
    OPEN = "open"  # the partnership is asked
    ANSWERED = "answered"
    CLOSED = "closed"


class Side(StrEnum):
    PANEL = "panel"
    PARTNERSHIP = "partnership"


class Query(OwnedRow, PanelBase):
    """A question to the partnership about a case, until the Panel closes it."""

    __tablename__ = "queries"
    __table_args__ = (
        of_case(),
        one_of("state", QueryState),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_when"),
        UniqueConstraint("organisation_id", "case_id", "number"),
        # The queue asks for those that are not closed, of one case.
        Index(None, "organisation_id", "case_id", "state"),
    )

    case_id: Mapped[UUID]
    version: Mapped[int]
    number: Mapped[int]
    state: Mapped[str]
    subject: Mapped[str]
    due_on: Mapped[date | None]
    raised_at: Mapped[datetime]
    closed_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]


class QueryEntry(AddedOnlyRow, PanelBase):
    """What one side said in a query: a question, an answer, or more of either."""

    __tablename__ = "query_entries"
    __table_args__ = (
        of_case(),
        one_of("side", Side),
        ForeignKeyConstraint(["organisation_id", "query_id"], ["queries.organisation_id", "queries.id"]),
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
