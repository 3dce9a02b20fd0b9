from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from panel_service.base import PanelBase
from service_kit.tables import OwnedRow, one_of


class ReviewKind(StrEnum):
    NATIONAL = "national"
    LOCAL = "local"


class PublicationForm(StrEnum):
    """The report itself, or where that is inappropriate the information on improvements (s16B(5), s16F(5))."""

    REPORT = "report"
    IMPROVEMENTS_ONLY = "improvements_only"


class RegisterEntry(OwnedRow, PanelBase):
    """A published review as anybody may find it, for at least as long as regs 10 and 17 say."""

    __tablename__ = "public_register_entries"
    __table_args__ = (
        one_of("kind", ReviewKind),
        one_of("form", PublicationForm),
        CheckConstraint(
            "(taken_down_on IS NULL) = (taken_down_reasons IS NULL)", name="taken_down_for_reasons"
        ),
        UniqueConstraint("organisation_id", "source_id"),
        Index(None, "organisation_id", "kind", "id"),
    )

    kind: Mapped[str]
    form: Mapped[str]
    source_id: Mapped[UUID]  # the review, or the case whose local review it is; not shown
    title: Mapped[str]
    publisher: Mapped[str]
    address: Mapped[str]
    published_on: Mapped[date]
    available_until_at_least: Mapped[date]
    entered_by: Mapped[UUID | None]
    entered_at: Mapped[datetime]
    taken_down_on: Mapped[date | None]
    taken_down_reasons: Mapped[str | None]
