"""Keyset pages: a page costs the same at any depth, and rows added meanwhile shift nothing."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar, TypeVarTuple
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from service_kit.problems import field_problem

Item = TypeVar("Item")
Row = TypeVar("Row")
Columns = TypeVarTuple("Columns")
MAX_PAGE = 200


class Page(BaseModel, Generic[Item]):
    items: list[Item]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page; null on the last.")


class PageRequest(BaseModel):
    limit: int
    after: UUID | None


async def read_page_request(
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Items a page.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=100, description="`next_cursor` of the page before.")
    ] = None,
) -> PageRequest:
    """Read which page is asked for; a cursor that is none of ours is refused."""
    return PageRequest(limit=limit, after=_read_cursor(cursor) if cursor else None)


PageDep = Annotated[PageRequest, Depends(read_page_request)]


def newest_first(
    statement: Select[*Columns], key: InstrumentedAttribute[UUID], page: PageRequest
) -> Select[*Columns]:
    """Order by a UUIDv7 key, newest first, from the cursor on, one row more than the page shows."""
    if page.after is not None:
        statement = statement.where(key < page.after)
    return statement.order_by(key.desc()).limit(page.limit + 1)


def make_page(
    rows: Sequence[Row], page: PageRequest, show: Callable[[Row], Item], key: Callable[[Row], UUID]
) -> Page[Item]:
    """Cut the one row more and make the cursor of it."""
    shown = rows[: page.limit]
    more = len(rows) > page.limit
    return Page(
        items=[show(row) for row in shown], next_cursor=_write_cursor(key(shown[-1])) if more else None
    )


def _write_cursor(key: UUID) -> str:
    return base64.urlsafe_b64encode(key.bytes).decode().rstrip("=")


def _read_cursor(cursor: str) -> UUID:
    try:
        return UUID(bytes=base64.b64decode(cursor + "==", altchars="-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise field_problem(
            "/query/cursor", "cursor", "Must be a next_cursor given by this service."
        ) from error
