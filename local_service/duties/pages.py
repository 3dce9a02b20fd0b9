"""Pages of a list ordered by date: the cursor names the last row's date and id."""

import base64
import binascii
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from service_kit.pagination import MAX_PAGE
from service_kit.problems import field_problem


@dataclass(frozen=True)
class DatedPage:
    """Which page is asked for: what comes after a date and, on it, an id."""

    limit: int
    after: tuple[date, UUID] | None


async def read_dated_page(
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Items a page.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=100, description="`next_cursor` of the page before.")
    ] = None,
) -> DatedPage:
    """Read which page is asked for; a cursor that is none of ours is refused."""
    return DatedPage(limit, _read(cursor) if cursor else None)


DatedPageDep = Annotated[DatedPage, Depends(read_dated_page)]


def write_cursor(day: date, key: UUID) -> str:
    """Give the cursor of the page that begins after this row."""
    return base64.urlsafe_b64encode(day.toordinal().to_bytes(4, "big") + key.bytes).decode().rstrip("=")


def _read(cursor: str) -> tuple[date, UUID]:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars="-_", validate=True)
        return date.fromordinal(int.from_bytes(raw[:4], "big")), UUID(bytes=raw[4:])
    except (binascii.Error, ValueError, OverflowError) as error:
        raise field_problem(
            "/query/cursor", "cursor", "Must be a next_cursor given by this service."
        ) from error
