"""Documents that people of this service bring: uploaded, named, read."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from service_kit.acting import Acting, Requires
from service_kit.documents.content import DocumentResponse
from service_kit.documents.kinds import SUFFIXES
from service_kit.documents.schemas import DocumentPatch, DocumentRead, show_document
from service_kit.documents.service import get_document, name_document, record_document
from service_kit.documents.uploading import UPLOAD_PATH, WRITE_SCOPE, UploadDep, UploadOnceDep
from service_kit.etags import IfMatchDep, etag
from service_kit.routes import StrictRoute

BINARY = {"type": "string", "format": "binary"}
CONTENT: dict[str, Any] = {media: {"schema": BINARY, "example": "the file's bytes"} for media in SUFFIXES}

router = APIRouter(prefix=UPLOAD_PATH, tags=["documents"], route_class=StrictRoute)


@router.post(
    "",
    status_code=201,
    summary="Upload a document",
    response_model=DocumentRead,
    openapi_extra={"requestBody": {"required": True, "content": CONTENT}},
    responses={200: {"model": DocumentRead, "description": "Held already: the document there is."}},
)
async def post_document(
    upload: UploadDep, acting: Annotated[Acting, Requires(WRITE_SCOPE)], once: UploadOnceDep
) -> Response:
    """Upload a PDF, Word document or plain text, as the body itself. What it is, is read from its content.

    201 for content that is new, 200 with the document there is for content that is held. Its title follows by PATCH.
    """
    document, is_new = await record_document(acting, upload)
    headers = {"Location": f"{UPLOAD_PATH}/{document.id}", "ETag": etag(document.version)}
    return await once.answer(show_document(document), status=201 if is_new else 200, headers=headers)


@router.get("/{document_id}", summary="Read what is known of a document")
async def read_document(
    document_id: UUID, acting: Annotated[Acting, Requires("documents:read")], response: Response
) -> DocumentRead:
    """Read its hash, size, kind and title; the content is beside it, under `/content`."""
    document = await get_document(acting, document_id)
    await acting.audit("document.read", "document", document.id)
    response.headers["ETag"] = etag(document.version)
    return show_document(document)


@router.patch("/{document_id}", summary="Name a document")
async def patch_document(
    document_id: UUID,
    body: DocumentPatch,
    acting: Annotated[Acting, Requires(WRITE_SCOPE)],
    expected: IfMatchDep,
    response: Response,
) -> DocumentRead:
    """Give it another title. The content never changes: another content is another document."""
    document = await name_document(acting, document_id, expected, body.title)
    response.headers["ETag"] = etag(document.version)
    return show_document(document)


@router.get(
    "/{document_id}/content",
    summary="Download a document",
    response_class=Response,
    responses={200: {"description": "The bytes.", "content": CONTENT}},
)
async def read_content(
    document_id: UUID, acting: Annotated[Acting, Requires("documents:read")], request: Request
) -> DocumentResponse:
    """Download the content as it was uploaded; its ETag is its SHA-256."""
    document = await get_document(acting, document_id)
    await acting.audit("document.downloaded", "document", document.id, {"sha256": document.sha256})
    return DocumentResponse(request.app.state.documents, document)
