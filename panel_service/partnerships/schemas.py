from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class PartnershipRead(BaseModel):
    """A safeguarding partnership (Children Act 2004 s16E) as the Panel knows it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID = Field(description="Also its party on the exchange: `urn:uuid:{id}`.")
    code: str
    name: str
    link_id: UUID | None
    created_at: datetime
