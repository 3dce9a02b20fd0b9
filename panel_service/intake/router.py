"""What follows a rapid review, as it came: read beside the case."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from panel_service.cases.schemas import DocumentRead
from panel_service.cases.service import find_case
from panel_service.cases.view import read_document
from panel_service.intake.documents import documents_of
from panel_service.intake.models import DocumentKind
from service_kit.acting import Acting, Requires
from shared_schemas.messages.exercise import LearningBody, RapidReviewAddendumBody

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["documents"])
ReadingDep = Annotated[Acting, Requires("cases:read")]


@router.get("/addenda", summary="List what was added to a case's rapid review")
async def get_addenda(case_id: UUID, acting: ReadingDep) -> list[DocumentRead[RapidReviewAddendumBody]]:
    """List every addendum as it came, the first one first; the rapid review stands with the case."""
    case = await find_case(acting, case_id)
    await acting.audit("rapid_review_addenda.read", "case", case.id)
    rows = await documents_of(acting, case.id, DocumentKind.RAPID_REVIEW_ADDENDUM)
    return [read_document(row, DocumentRead[RapidReviewAddendumBody]) for row in rows]


@router.get("/learning", summary="List the learning from a case")
async def get_learning(case_id: UUID, acting: ReadingDep) -> list[DocumentRead[LearningBody]]:
    """List the learning that the partnership shared onward, with whom it had shared it before."""
    case = await find_case(acting, case_id)
    await acting.audit("learning.read", "case", case.id)
    rows = await documents_of(acting, case.id, DocumentKind.LEARNING)
    return [read_document(row, DocumentRead[LearningBody]) for row in rows]
