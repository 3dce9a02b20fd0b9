"""Proposals of national reviews, as they come."""

from panel_service.intake.keeping import keep_document, known_case, read_body, versions_of
from panel_service.intake.models import DocumentKind
from service_kit.acting import Acting
from service_kit.exchange.message_types import MessageType, ReceivedMessage, SetAside
from shared_schemas.messages.national_reviews import PROPOSAL, NationalReviewProposalBody


async def apply_proposal(acting: Acting, message: ReceivedMessage) -> None:
    """Keep the partners' proposal beside those before; one comes with or after the rapid review, and none is skipped."""
    body = read_body(message, NationalReviewProposalBody)
    case = await known_case(acting, message)
    known = await versions_of(acting, case.id, DocumentKind.NATIONAL_REVIEW_PROPOSAL)
    reviewed = await versions_of(acting, case.id, DocumentKind.RAPID_REVIEW)
    if not reviewed or body.version != len(known) + 1:
        raise SetAside("contradicts-record")
    await keep_document(acting, case, message, DocumentKind.NATIONAL_REVIEW_PROPOSAL, body, body.version)


RECEIVES: tuple[MessageType, ...] = (MessageType(PROPOSAL, NationalReviewProposalBody, apply_proposal),)
