"""The question by which a restored party gets back what it had sent itself."""

from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared_schemas.exchange.limits import BODY_MAX_BYTES

RETURNS_MAX: Final = 20
# A batch of messages of 1 MiB together, or a single one with the frame around it.
RETURNS_READ_MAX_BYTES: Final = BODY_MAX_BYTES + 1024
NOTHING: Final = b"[]"  # none of those asked for is held


class ReturnsQuestion(BaseModel):
    """Asks for the bytes of messages that the asker sent on this link."""

    model_config = ConfigDict(
        frozen=True,
        hide_input_in_errors=True,
        json_schema_extra={"examples": [{"ids": ["01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01"]}]},
    )

    ids: list[UUID] = Field(min_length=1, max_length=RETURNS_MAX, description="At most 20 at a time.")
