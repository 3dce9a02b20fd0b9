"""Addenda and learning, as they come."""

from panel_service.intake.keeping import CONTRADICTION, keep_document, known_case, read_body, versions_of
from panel_service.intake.models import DocumentKind
from panel_service.intake.rules import is_next_version
from service_kit.acting import Acting
from service_kit.exchange.message_types import MessageType, ReceivedMessage, SetAside
from shared_schemas.messages.exercise import (
    LEARNING,
    RAPID_REVIEW_ADDENDUM,
    LearningBody,
    RapidReviewAddendumBody,
)


async def apply_addendum(acting: Acting, message: ReceivedMessage) -> None:
    """Put an addendum beside the rapid review it is of, in its turn; the review stays as it came."""
    body = read_body(message, RapidReviewAddendumBody)
    case = await known_case(acting, message)
    held = await versions_of(acting, case.id, DocumentKind.RAPID_REVIEW_ADDENDUM)
    if not await versions_of(acting, case.id, DocumentKind.RAPID_REVIEW) or not is_next_version(
        held, body.version
    ):
        raise SetAside(CONTRADICTION)
    await keep_document(acting, case, message, DocumentKind.RAPID_REVIEW_ADDENDUM, body, body.version)


async def apply_learning(acting: Acting, message: ReceivedMessage) -> None:
    """Put learning beside what came before it."""
    body = read_body(message, LearningBody)
    case = await known_case(acting, message)
    held = await versions_of(acting, case.id, DocumentKind.LEARNING)
    await keep_document(acting, case, message, DocumentKind.LEARNING, body, len(held) + 1)


RECEIVES: tuple[MessageType, ...] = (
    MessageType(RAPID_REVIEW_ADDENDUM, RapidReviewAddendumBody, apply_addendum),
    MessageType(LEARNING, LearningBody, apply_learning),
)
