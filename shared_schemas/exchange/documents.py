"""How a part of a document is named on the wire: what is signed says which document it is of, and where it belongs."""

import re
from typing import Annotated, Final
from uuid import uuid4

from pydantic import BaseModel, Field

from shared_schemas.exchange.encoding import write_base64

SHA256_PATTERN: Final = "^[0-9a-f]{64}$"
PART_MEDIA_TYPE: Final = "application/octet-stream"
_PART_ID = re.compile(r"(?P<place>[A-Za-z0-9_-]{43}-[0-9]{1,9})-[0-9a-f]{8}")


class PartAnswer(BaseModel):
    """What the receiver holds of a document after a part."""

    hash: Annotated[str, Field(pattern=SHA256_PATTERN)]
    held: Annotated[int, Field(ge=0, description="Bytes held from the beginning.")]
    complete: Annotated[bool, Field(description="Whether it is whole, has its hash, and was taken.")]


def new_part_id(sha256: str, offset: int) -> str:
    """Make the `webhook-id` of one attempt at one part: it is signed, so no part can be put in another's place."""
    return f"{_place(sha256, offset)}-{uuid4().hex[:8]}"


def is_id_of_part(webhook_id: str, sha256: str, offset: int) -> bool:
    """Whether a `webhook-id` was made for the part at this place of this document."""
    found = _PART_ID.fullmatch(webhook_id)
    return found is not None and found["place"] == _place(sha256, offset)


def _place(sha256: str, offset: int) -> str:
    encoded = write_base64(bytes.fromhex(sha256)).rstrip("=").replace("+", "-").replace("/", "_")
    return f"{encoded}-{offset}"
