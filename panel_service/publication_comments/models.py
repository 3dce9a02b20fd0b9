from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped

from panel_service.base import PanelBase
from panel_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow


class PublicationComment(AddedOnlyRow, PanelBase):
    """What the Panel said on a partnership's planned publication; a comment is added and never changed."""

    __tablename__ = "publication_comments"
    __table_args__ = (of_case(),)

    case_id: Mapped[UUID]
    report_version: Mapped[int]
    comment: Mapped[str]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
    message_id: Mapped[UUID]
