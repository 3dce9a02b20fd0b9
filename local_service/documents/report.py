"""The report of a local review as a document."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict

from local_service.cases.file import lock_file, read_file
from local_service.local_reviews.report_document import attach_document, attached_document
from service_kit.acting import Acting, Requires
from service_kit.documents.content import DocumentResponse
from service_kit.documents.models import Document
from service_kit.documents.router import CONTENT
from service_kit.documents.schemas import DocumentRead, show_document
from service_kit.etags import IfMatchDep, etag
from service_kit.problems import ApiProblem
from service_kit.routes import StrictRoute
from shared_schemas.base import Facts

router = APIRouter(
    prefix="/v1/cases/{case_id}/local-review/document", tags=["documents"], route_class=StrictRoute
)


class Attachment(Facts):
    """Which document is the report."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"document_id": "01a1eef7-f530-7b7a-8d12-3e4f5a6b7c8d"}]}
    )

    document_id: UUID


@router.put("", summary="Attach the local review's report as a document")
async def put_report_document(
    case_id: UUID,
    body: Attachment,
    acting: Annotated[Acting, Requires("local-reviews:write")],
    expected: IfMatchDep,
    response: Response,
) -> DocumentRead:
    """Attach a document that was uploaded; it goes to the Panel with the completed review (s16F(3)).

    `If-Match` is the local review's ETag; the answer's ETag is its next. Another document takes the place of the one before.
    """
    file = await lock_file(acting, case_id)
    document, version = await attach_document(acting, file, expected, body.document_id)
    response.headers["ETag"] = etag(version)
    return show_document(document)


@router.get("", summary="Read what is known of the report's document")
async def read_report_document(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read")]
) -> DocumentRead:
    """Read its hash, size, kind and title. 404 where none is attached."""
    document = await _attached(acting, case_id)
    await acting.audit("local_review.document_read", "case", case_id, {"document": str(document.id)})
    return show_document(document)


@router.get(
    "/content",
    summary="Download the report's document",
    response_class=Response,
    responses={200: {"description": "The bytes.", "content": CONTENT}},
)
async def read_report_content(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read")], request: Request
) -> DocumentResponse:
    """Download the report as it was uploaded."""
    document = await _attached(acting, case_id)
    await acting.audit("local_review.document_downloaded", "case", case_id, {"document": str(document.id)})
    return DocumentResponse(request.app.state.documents, document)


async def _attached(acting: Acting, case_id: UUID) -> Document:
    file = await read_file(acting, case_id)
    document = await attached_document(acting, file.case.id)
    if document is None:
        raise ApiProblem("not-found")
    return document
