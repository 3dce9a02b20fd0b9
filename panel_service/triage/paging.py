"""Where a page of the queue ends: the lane and the place in its order, so that the next begins there."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from service_kit.pagination import MAX_PAGE
from service_kit.problems import field_problem

STUCK: Final = "stuck"
OVERDUE: Final = "overdue"
WAITING: Final = "waiting"
ORDERED_BY: Mapping[str, tuple[str, ...]] = {STUCK: (), OVERDUE: ("due_on",), WAITING: ("weight", "since")}


# What a timestamp can be in every offset.
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class Place(BaseModel):
    """The last case shown: its lane and what the lane is ordered by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lane: Literal["stuck", "overdue", "waiting"]
    id: UUID
    due_on: date | None = None
    weight: Annotated[int | None, Field(ge=0, le=1_000_000)] = None
    since: Annotated[AwareDatetime | None, Field(ge=EARLIEST, le=LATEST)] = None

    @model_validator(mode="after")
    def _has_what_its_lane_is_ordered_by(self) -> Self:
        missing = [name for name in ORDERED_BY[self.lane] if getattr(self, name) is None]
        if missing:
            raise PydanticCustomError("place", "lacks what its lane is ordered by")
        return self


class QueuePage(BaseModel):
    limit: int
    after: Place | None


async def read_queue_page(
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Items a page.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=400, description="`next_cursor` of the page before.")
    ] = None,
) -> QueuePage:
    """Read which page is asked for; a cursor that is none of ours is refused."""
    return QueuePage(limit=limit, after=_read(cursor) if cursor else None)


QueuePageDep = Annotated[QueuePage, Depends(read_queue_page)]


def write_cursor(place: Place) -> str:
    """Write a place down for the caller."""
    text = place.model_dump_json(exclude_none=True)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str) -> Place:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars="-_", validate=True)
        return Place.model_validate_json(text)
    except (binascii.Error, ValidationError, ValueError) as error:
        raise field_problem(
            "/query/cursor", "cursor", "Must be a next_cursor given by this service."
        ) from error
