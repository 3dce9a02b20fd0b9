from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from panel_service.documents.service import ReceivedReport
from service_kit.documents.models import ScanState
from shared_schemas.classification import Classification, Classified


class ReportDocumentRead(BaseModel):
    """A report as it was received."""

    id: UUID
    sha256: str = Field(description="The SHA-256 that the message names and the content has.")
    size: int = Field(description="In bytes.")
    media_type: str = Field(description="What the content is, which was looked at here.")
    title: Annotated[str | None, Classified(Classification.SPECIAL_CATEGORY)]
    scan: ScanState = Field(description="Whether this service's scanner cleared it.")
    message_id: UUID = Field(description="The message that named it.")
    received_at: datetime


def show_report(report: ReceivedReport) -> ReportDocumentRead:
    """Show one."""
    return ReportDocumentRead(
        id=report.document.id,
        sha256=report.document.sha256,
        size=report.document.size,
        media_type=report.document.media_type,
        title=report.named.title,
        scan=ScanState(report.document.scan),
        message_id=report.received.message_id,
        received_at=report.received.received_at,
    )
