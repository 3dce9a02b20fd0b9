from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from panel_service.cases.schemas import DocumentRead
from panel_service.cases.service import find_case
from panel_service.intake.documents import documents_of
from panel_service.intake.models import DocumentKind, ReceivedDocument
from service_kit.acting import Acting, Requires
from service_kit.routes import StrictRoute
from shared_schemas.messages.national_reviews import NationalReviewProposalBody

router = APIRouter(
    prefix="/v1/cases/{case_id}/national-review-proposals",
    tags=["national reviews"],
    route_class=StrictRoute,
)


@router.get("", summary="List a partnership's proposals of a national review")
async def get_proposals(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read")]
) -> list[DocumentRead[NationalReviewProposalBody]]:
    """List why the partners think that the Panel might review a case, the first proposal first; the decision is the Panel's."""
    case = await find_case(acting, case_id)
    await acting.audit("national_review_proposals.read", "case", case.id)
    rows = await documents_of(acting, case.id, DocumentKind.NATIONAL_REVIEW_PROPOSAL)
    return [_show(row) for row in rows]


def _show(row: ReceivedDocument) -> DocumentRead[NationalReviewProposalBody]:
    facts = {
        "version": row.version,
        "message_id": row.message_id,
        "receipt_reference": row.reference,
        "sent_at": row.sent_at,
        "received_at": row.received_at,
        "unknown_codes": row.unknown_codes,
        "body": row.body,
    }
    return DocumentRead[NationalReviewProposalBody].model_validate(facts, context={"open_lists": True})
