"""What the Panel says about a publication."""

from uuid import UUID

from sqlalchemy import select

from local_service.cases.file import open_file
from local_service.cases.models import Case
from local_service.local_reviews.course import add_entry, read_course
from local_service.local_reviews.course_models import EntryKind
from service_kit.acting import Acting
from service_kit.exchange.message_types import MessageType, ReceivedMessage, SetAside
from service_kit.exchange.models import OutboundMessage
from shared_schemas.messages.review_course import PUBLICATION_COMMENTED, PublicationCommentedBody

CONTRADICTION = "contradicts-record"


async def apply_comment(acting: Acting, message: ReceivedMessage) -> None:
    """Put a comment of the Panel beside the plan; one on a review or version there is not is set aside."""
    body = message.data
    if not isinstance(body, PublicationCommentedBody):
        raise TypeError("a message of another type than a comment on a publication")
    statement = select(Case).where(
        Case.organisation_id == acting.organisation_id, Case.exchange_reference == UUID(message.subject)
    )
    case = (await acting.session.execute(statement.with_for_update())).scalar_one_or_none()
    if case is None:
        raise SetAside(CONTRADICTION)
    file = await open_file(acting.session, case)
    review = file.local_review
    if review is None or review.message_id is None:
        raise SetAside(CONTRADICTION)
    sent = await acting.session.get(OutboundMessage, (acting.organisation_id, review.message_id))
    course = await read_course(acting, file, review)
    if sent is None or sent.link_id != message.link_id or body.report_version > len(course.versions):
        raise SetAside(CONTRADICTION)
    row = await add_entry(acting, file, EntryKind.PANEL_COMMENT, body, message_id=message.id)
    detail = {"number": row.number, "report_version": body.report_version}
    await acting.event("local_review.commented", "case", case.id, detail)


RECEIVES: tuple[MessageType, ...] = (
    MessageType(PUBLICATION_COMMENTED, PublicationCommentedBody, apply_comment),
)
