"""Idempotency-Key: a POST done twice is done once, and its caller gets the first answer both times.

The record is written in the request's own transaction. A concurrent duplicate waits on the row, then reads
the stored answer; a refused request rolls the record back with everything else and leaves the key free.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import ForeignKey, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from service_kit.acting import SessionDep
from service_kit.db import sqlstate, table_of
from service_kit.identity import Caller
from service_kit.problems import ApiProblem, field_problem
from service_kit.refusals import audit_apart
from service_kit.tables import KitBase, Organisation

KEY = re.compile(r"[\x21-\x7e]{16,200}")
LOCK_NOT_AVAILABLE = "55P03"


class IdempotencyRecord(KitBase):
    __tablename__ = "idempotency_records"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id), primary_key=True)
    principal_id: Mapped[UUID] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    status: Mapped[int | None]
    headers: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    body: Mapped[bytes | None]


RECORDS = table_of(IdempotencyRecord)
CLAIM = insert(RECORDS).on_conflict_do_nothing().returning(RECORDS.c.key)
KEEP_ANSWER = (
    update(RECORDS)
    .where(
        RECORDS.c.organisation_id == bindparam("of_organisation"),
        RECORDS.c.principal_id == bindparam("of_principal"),
        RECORDS.c.route == bindparam("of_route"),
        RECORDS.c.key == bindparam("of_key"),
    )
    .values(status=bindparam("status"), headers=bindparam("headers"), body=bindparam("body"))
)


class AlreadyAnsweredError(Exception):
    """The same request was answered before: its stored answer is given again."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass(frozen=True)
class Once:
    """A request that takes effect once. The route's last line is ``return await once.answer(…)``."""

    session: AsyncSession
    caller: Caller
    route: str
    key: str

    async def answer(
        self, body: BaseModel, *, status: int = 201, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Store the answer with what it tells, and give it."""
        content = body.model_dump_json().encode()
        kept = dict(headers or {})
        answer = {
            "of_organisation": self.caller.organisation_id,
            "of_principal": self.caller.principal_id,
            "of_route": self.route,
            "of_key": self.key,
            "status": status,
            "headers": kept,
            "body": content,
        }
        await self.session.execute(KEEP_ANSWER, answer)
        return _response(content, status, kept)


async def begin_once(
    request: Request,
    session: SessionDep,
    idempotency_key: Annotated[
        str | None,
        Header(description="16 to 200 visible characters, new for each new request; a UUID does well."),
    ] = None,
) -> Once:
    """Claim the key for this request; errors as in ``claim_once``."""
    return await claim_once(request, session, idempotency_key, hashlib.sha256(await request.body()).digest())


async def claim_once(
    request: Request, session: AsyncSession, idempotency_key: str | None, fingerprint: bytes
) -> Once:
    """Claim a key for a request whose body the fingerprint stands for.

    Raises 400 without a key, 422 for a key used with another request, 409 while the same request is still
    being answered, and ``AlreadyAnsweredError`` where the answer is known.
    """
    if idempotency_key is None:
        raise ApiProblem("idempotency-key-missing")
    if not KEY.fullmatch(idempotency_key):
        raise field_problem(
            "/header/idempotency-key", "header_format", "Must be 16 to 200 visible characters."
        )
    # The key counts within one caller, so the caller must be known first: authentication (which each route
    # asks for on its own, with its scopes) has left it here.
    caller: Caller = request.scope["state"]["caller"]
    route = f"{request.method} {request.url.path}"
    once = Once(session, caller, route, idempotency_key)
    if not await _claim(once, fingerprint):
        raise AlreadyAnsweredError(await _stored_answer(once, fingerprint))
    return once


OnceDep = Annotated[Once, Depends(begin_once)]


async def _claim(once: Once, fingerprint: bytes) -> bool:
    record = {
        "organisation_id": once.caller.organisation_id,
        "principal_id": once.caller.principal_id,
        "route": once.route,
        "key": once.key,
        "fingerprint": fingerprint,
    }
    try:
        return (await once.session.execute(CLAIM, record)).one_or_none() is not None
    except DBAPIError as error:
        if sqlstate(error) == LOCK_NOT_AVAILABLE:
            raise ApiProblem("request-in-progress", headers={"Retry-After": "1"}) from error
        raise


async def _stored_answer(once: Once, fingerprint: bytes) -> Response:
    record = (
        await once.session.execute(
            select(IdempotencyRecord).where(
                IdempotencyRecord.organisation_id == once.caller.organisation_id,
                IdempotencyRecord.principal_id == once.caller.principal_id,
                IdempotencyRecord.route == once.route,
                IdempotencyRecord.key == once.key,
            )
        )
    ).scalar_one_or_none()
    if record is None or record.status is None or record.body is None:
        # The first request rolled back while this one waited on its row.
        raise ApiProblem("request-in-progress", headers={"Retry-After": "1"})
    if record.fingerprint != fingerprint:
        raise ApiProblem("idempotency-key-reused")
    return _response(record.body, record.status, {**(record.headers or {}), "Idempotency-Replayed": "true"})


def _response(content: bytes, status: int, headers: Mapping[str, str]) -> Response:
    return Response(content, status, dict(headers), "application/json")


async def answer_again(request: Request, error: Exception) -> Response:
    """Give a stored answer again; the repetition is audited in a transaction of its own."""
    assert isinstance(error, AlreadyAnsweredError)  # noqa: S101 -- narrows the type; registered for this class only
    await audit_apart(request, "request.repeated", {})
    return error.response
