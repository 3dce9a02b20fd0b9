"""Giving a document's bytes, a block at a time."""

from collections.abc import AsyncIterator

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from service_kit.documents.kinds import SUFFIXES
from service_kit.documents.models import Document
from service_kit.documents.store import DocumentStore
from service_kit.problems import unavailable


class DocumentResponse(Response):
    """A document to be saved and never shown; the name it is saved under tells nothing of what is in it.

    The storage is asked once the request's transaction is over. One that does not answer is 503; one that fails midway
    ends the connection, and the length that was announced tells so.
    """

    def __init__(self, store: DocumentStore, document: Document) -> None:
        name = f"{document.id}{SUFFIXES.get(document.media_type, '')}"
        headers = {
            "ETag": f'"{document.sha256}"',
            "Content-Length": str(document.size),
            "Content-Disposition": f'attachment; filename="{name}"',
        }
        super().__init__(headers=headers, media_type=document.media_type)
        self._blocks: AsyncIterator[bytes] = store.read(document.storage_key, document.size)

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            block = await anext(self._blocks, b"")
        except OSError:
            raise unavailable() from None
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        while block:
            await send({"type": "http.response.body", "body": block, "more_body": True})
            block = await anext(self._blocks, b"")
        await send({"type": "http.response.body", "body": b"", "more_body": False})
