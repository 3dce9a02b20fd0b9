"""The document that is the report of a partnership's local review, as the partnership sent it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from panel_service.documents.schemas import ReportDocumentRead, show_report
from panel_service.documents.service import received_report
from service_kit.acting import Acting, Requires
from service_kit.documents.content import DocumentResponse
from service_kit.documents.router import CONTENT
from service_kit.routes import StrictRoute

router = APIRouter(
    prefix="/v1/cases/{case_id}/local-review/document", tags=["documents"], route_class=StrictRoute
)


@router.get("", summary="Read what is known of a local review's report")
async def read_report(case_id: UUID, acting: Annotated[Acting, Requires("cases:read")]) -> ReportDocumentRead:
    """Read the hash, size, kind and title of the report that came with the completed review (s16F(3)); 404 without one."""
    report = await received_report(acting, case_id)
    await acting.audit("local_review.document_read", "case", case_id, {"document": str(report.document.id)})
    return show_report(report)


@router.get(
    "/content",
    summary="Download a local review's report",
    response_class=Response,
    responses={200: {"description": "The bytes.", "content": CONTENT}},
)
async def read_report_content(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read")], request: Request
) -> DocumentResponse:
    """Download the report as the partnership sent it; its ETag is the SHA-256 that the message names."""
    report = await received_report(acting, case_id)
    await acting.audit(
        "local_review.document_downloaded", "case", case_id, {"document": str(report.document.id)}
    )
    return DocumentResponse(request.app.state.documents, report.document)
