"""Tables of reviewers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from panel_service.base import PanelBase
from service_kit.tables import OwnedRow


class PoolEntry(OwnedRow, PanelBase):
    """A potential reviewer in the pool, or formerly in it (SI 2018/789 reg 4(1), 5(1)); nobody is deleted."""

    __tablename__ = "reviewer_pool"
    __table_args__ = (
        CheckConstraint("(removed_on IS NULL) = (removed_reasons IS NULL)", name="removed_has_reasons"),
        CheckConstraint("removed_on >= joined_on", name="removed_after_joining"),
        CheckConstraint("available_to >= available_from", name="available_in_order"),
        Index(None, "organisation_id", "removed_on", "id"),
    )

    version: Mapped[int]
    name: Mapped[str]
    experience: Mapped[str]
    themes: Mapped[list[Any]]
    available: Mapped[bool]
    available_from: Mapped[date | None]
    available_to: Mapped[date | None]
    joined_on: Mapped[date]
    removed_on: Mapped[date | None]
    removed_reasons: Mapped[str | None]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
