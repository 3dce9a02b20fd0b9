from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from panel_service.base import PanelBase
from service_kit.tables import OwnedRow


class Partnership(OwnedRow, PanelBase):
    """A safeguarding partnership the Panel exchanges with; its id is the party it is on its link."""

    __tablename__ = "partnerships"
    __table_args__ = (
        UniqueConstraint("organisation_id", "code"),
        UniqueConstraint("organisation_id", "link_id"),
    )

    code: Mapped[str]
    name: Mapped[str]
    link_id: Mapped[UUID | None] = mapped_column(comment="exchange_links.id")
    created_at: Mapped[datetime]
