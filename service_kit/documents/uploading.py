"""A file as a request brings it: written to disk while it comes, checked and kept before the transaction opens."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, SecurityScopes
from starlette.requests import ClientDisconnect

from service_kit.acting import BEARER, SessionDep, authenticate
from service_kit.db import Database
from service_kit.documents.files import TooLarge, WrittenFile, write_stream
from service_kit.documents.kinds import SUFFIXES
from service_kit.documents.store import DocumentStore, KeptFile
from service_kit.idempotency import Once, claim_once
from service_kit.identity import Caller
from service_kit.problems import ApiProblem, unavailable

UPLOAD_PATH = "/v1/documents"
WRITE_SCOPE = "documents:write"
CHUNK_SECONDS = 30  # a caller who sends nothing for so long has gone


async def take_upload(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
    idempotency_key: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> KeptFile:
    """Take the body in while it comes, if the caller may send one; no transaction is open meanwhile.

    Gives the file as it lies in the storage; no row tells of it yet.

    Raises 400 for one cut short, 401, 403, 413, 415, and 422 ``document-refused``.
    """
    caller = await _caller(request, bearer)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in SUFFIXES:
        raise ApiProblem(
            "unsupported-media-type", f"A document's Content-Type is one of {', '.join(SUFFIXES)}."
        )
    if idempotency_key is None:
        raise ApiProblem("idempotency-key-missing")
    store: DocumentStore = request.app.state.documents
    path = store.incoming.fresh()
    try:
        written = await _write(request, store, path)
        return await store.keep(caller.organisation_id, written, media_type=media_type)
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


UploadDep = Annotated[KeptFile, Depends(take_upload)]


async def begin_upload_once(
    request: Request,
    session: SessionDep,
    upload: UploadDep,
    idempotency_key: Annotated[
        str | None,
        Header(description="16 to 200 visible characters, new for each new request; a UUID does well."),
    ] = None,
) -> Once:
    """Claim the key for this content: the hash that was made while it came stands for the body."""
    content = f"{upload.media_type} {upload.sha256}".encode()
    return await claim_once(request, session, idempotency_key, hashlib.sha256(content).digest())


UploadOnceDep = Annotated[Once, Depends(begin_upload_once)]


async def _caller(request: Request, bearer: HTTPAuthorizationCredentials | None) -> Caller:
    # In a transaction of its own: that of the request opens when the whole file is here.
    database: Database = request.app.state.database
    async with database.transaction() as session:
        acting = await authenticate(request, SecurityScopes([WRITE_SCOPE]), session, bearer, None, None)
    return acting.caller


async def _write(request: Request, store: DocumentStore, path: Path) -> WrittenFile:
    try:
        written = await write_stream(_chunks(request), path, largest=store.max_bytes)
    except TooLarge:
        raise ApiProblem("body-too-large") from None
    except (ClientDisconnect, TimeoutError):
        raise unavailable() from None
    announced = request.headers.get("content-length")
    if announced is not None and announced != str(written.size):
        raise ApiProblem("malformed-body", "The body is not as long as its Content-Length says.")
    return written


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    stream = aiter(request.stream())
    while True:
        async with asyncio.timeout(CHUNK_SECONDS):
            chunk = await anext(stream, None)
        if chunk is None:
            return
        yield chunk
