"""What has happened, for others to follow: one order, without gaps, ids and codes only."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.acting import Acting, Requires
from service_kit.db import Database
from service_kit.feed import FeedEntry

router = APIRouter(prefix="/v1/changes", tags=["changes"])

MAX_WAIT_SECONDS = 30
LOOK_AGAIN_SECONDS = 0.5
_ENTRIES = (
    select(FeedEntry)
    .where(FeedEntry.organisation_id == bindparam("organisation_id"), FeedEntry.position > bindparam("after"))
    .order_by(FeedEntry.position)
    .limit(bindparam("at_most"))
)


class Change(BaseModel):
    """One thing that has happened. Read what it tells of under its own path."""

    model_config = ConfigDict(from_attributes=True)

    position: int = Field(description="1, 2, 3 … for each organisation, without gaps.")
    type: str = Field(description="Such as `notification.authorised`; new ones may be added.")
    at: datetime
    subject_kind: str
    subject_id: UUID
    detail: dict[str, Any] = Field(description="Ids, codes and versions; never a person's data.")


class Changes(BaseModel):
    """Changes in their order."""

    items: list[Change]
    last_position: int = Field(description="Give it as `after` next time.")


@router.get("", summary="Follow what has happened")
async def list_changes(
    request: Request,
    acting: Annotated[Acting, Requires("changes:read")],
    after: Annotated[int, Query(ge=0, le=2**62, description="The last position you have seen.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    wait: Annotated[
        int, Query(ge=0, le=MAX_WAIT_SECONDS, description="Seconds to wait for a change where there is none.")
    ] = 0,
) -> Changes:
    """List what has happened after a position, oldest first. Ask again with `last_position`; nothing is missed.

    An entry appears within about a second of what it tells.
    """
    found = await _read(acting.session, acting.organisation_id, after, limit)
    # Behind the last position there is nothing to wait for: no reader was ever given such a one.
    if not found and wait and after <= await _last_position(acting.session, acting.organisation_id):
        # Nobody waits with a transaction open: its connection is another caller's meanwhile.
        await acting.session.commit()
        found = await _wait_for_change(request.app.state.database, acting.organisation_id, after, limit, wait)
    items = [Change.model_validate(entry) for entry in found]
    return Changes(items=items, last_position=items[-1].position if items else after)


async def _wait_for_change(
    database: Database, organisation_id: UUID, after: int, limit: int, seconds: float
) -> Sequence[FeedEntry]:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while (left := end - loop.time()) > 0:
        await asyncio.sleep(min(LOOK_AGAIN_SECONDS, left))
        async with database.transaction(organisation_id) as session:
            found = await _read(session, organisation_id, after, limit)
        if found:
            return found
    return []


async def _last_position(session: AsyncSession, organisation_id: UUID) -> int:
    statement = select(func.max(FeedEntry.position)).where(FeedEntry.organisation_id == organisation_id)
    return (await session.execute(statement)).scalar_one() or 0


async def _read(session: AsyncSession, organisation_id: UUID, after: int, limit: int) -> Sequence[FeedEntry]:
    values = {"organisation_id": organisation_id, "after": after, "at_most": limit}
    return (await session.execute(_ENTRIES, values)).scalars().all()
