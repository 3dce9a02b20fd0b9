"""National reviews as the Panel tells of them."""

from uuid import UUID

from sqlalchemy import select

from local_service.cases.file import open_file, touch
from local_service.cases.models import Case
from local_service.national_reviews.models import NationalReviewStep
from local_service.national_reviews.rules import fits_told
from local_service.national_reviews.service import steps_of
from service_kit.acting import Acting
from service_kit.exchange.message_types import MessageType, ReceivedMessage, SetAside
from service_kit.exchange.models import OutboundMessage
from service_kit.ids import new_id
from shared_schemas.messages.national_reviews import (
    CLOSED,
    OPENED,
    PUBLISHED,
    UPDATED,
    NationalReviewClosedBody,
    NationalReviewOpenedBody,
    NationalReviewPublishedBody,
    NationalReviewTold,
    NationalReviewUpdatedBody,
)

EVENTS = {
    OPENED: "national_review.opened",
    UPDATED: "national_review.updated",
    PUBLISHED: "national_review.published",
    CLOSED: "national_review.closed",
}


async def apply_step(acting: Acting, message: ReceivedMessage) -> None:
    """Keep a step of a national review with its case. One that no opening came before is set aside for a person."""
    body = message.data
    if not isinstance(body, NationalReviewTold):
        raise TypeError("a message of another type than a national review's")
    case = await _lock_case(acting, message)
    told = await steps_of(acting, case.id, body.national_review_id)
    if not fits_told([step.type for step in told], message.type):
        raise SetAside("contradicts-record")
    acting.session.add(
        NationalReviewStep(
            organisation_id=acting.organisation_id,
            id=new_id(),
            case_id=case.id,
            national_review_id=body.national_review_id,
            type=message.type,
            step=body.step,
            on_day=body.on,
            body=body.model_dump(mode="json"),
            message_id=message.id,
            received_at=acting.now,
        )
    )
    touch(acting, case)
    await acting.session.flush()
    detail = {"national_review": str(body.national_review_id), "step": body.step}
    await acting.event(EVENTS[message.type], "case", case.id, detail)


async def _lock_case(acting: Acting, message: ReceivedMessage) -> Case:
    """Find and lock the case, notified on the link the message came by; else the message is set aside."""
    statement = (
        select(Case)
        .where(
            Case.organisation_id == acting.organisation_id, Case.exchange_reference == UUID(message.subject)
        )
        .with_for_update()
    )
    case = (await acting.session.execute(statement)).scalar_one_or_none()
    if case is None:
        raise SetAside("contradicts-record")
    sent = (await open_file(acting.session, case)).sent_notifications
    notified = (
        await acting.session.get(OutboundMessage, (acting.organisation_id, sent[0].message_id))
        if sent
        else None
    )
    if notified is None or notified.link_id != message.link_id:
        raise SetAside("contradicts-record")
    return case


RECEIVES: tuple[MessageType, ...] = (
    MessageType(OPENED, NationalReviewOpenedBody, apply_step),
    MessageType(UPDATED, NationalReviewUpdatedBody, apply_step),
    MessageType(PUBLISHED, NationalReviewPublishedBody, apply_step),
    MessageType(CLOSED, NationalReviewClosedBody, apply_step),
)
