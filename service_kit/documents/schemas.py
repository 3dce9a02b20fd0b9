"""What is said of a document."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service_kit.documents.models import Document, ScanState
from shared_schemas.base import Facts
from shared_schemas.classification import Classification, Classified
from shared_schemas.text import ShortText

Title = Annotated[ShortText, Classified(Classification.SPECIAL_CATEGORY)]


class DocumentPatch(Facts):
    """What may be changed of a document: its title alone."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"title": "Report, as signed off"}]}
    )

    title: Title


class DocumentRead(BaseModel):
    """A document: what is known of it without opening it."""

    id: UUID
    version: int = Field(description="Its ETag: counts changes of the title; the content never changes.")
    sha256: str = Field(description="The SHA-256 of the content: who holds the same has the same document.")
    size: int = Field(description="In bytes.")
    media_type: str = Field(description="What the content is, which was looked at.")
    title: Annotated[str | None, Classified(Classification.SPECIAL_CATEGORY)]
    scan: ScanState = Field(description="Whether a scanner cleared it; not_scanned where none is set up.")
    uploaded_by: UUID | None = Field(description="Null where it came from a counterpart.")
    at: datetime


def show_document(document: Document) -> DocumentRead:
    """Show one."""
    return DocumentRead.model_validate(document, from_attributes=True)
