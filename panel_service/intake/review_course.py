"""The course of a local review, as it comes."""

from collections.abc import Sequence
from typing import Any

from panel_service.cases.models import Case
from panel_service.cases.service import decisions_of
from panel_service.intake.documents import documents_of
from panel_service.intake.keeping import CONTRADICTION, keep_document, known_case, read_body, versions_of
from panel_service.intake.models import DocumentKind, ReceivedDocument
from panel_service.intake.review_course_rules import (
    Held,
    decision_is_known,
    held_versions,
    notice_fits,
    reviewer_fits,
)
from panel_service.public_register.entering import enter_local_review
from service_kit.acting import Acting
from service_kit.exchange.message_types import MessageType, ReceivedMessage, SetAside
from shared_schemas.messages.review_course import (
    DECISION_REPLY,
    DELAY,
    LOCAL_REVIEW_REVIEWER,
    PUBLICATION_NOTICE,
    DecisionReplyBody,
    DelayBody,
    PublicationNoticeBody,
    ReviewerBody,
)


async def apply_reviewer(acting: Acting, message: ReceivedMessage) -> None:
    """Keep that a reviewer was appointed or removed (SI 2018/789 regs 12 and 13)."""
    body = read_body(message, ReviewerBody)
    case = await known_case(acting, message)
    former = await documents_of(acting, case.id, DocumentKind.LOCAL_REVIEW_REVIEWER)
    if not reviewer_fits([document.body for document in former], body):
        raise SetAside(CONTRADICTION)
    await _keep_next(acting, case, message, DocumentKind.LOCAL_REVIEW_REVIEWER, body)


async def apply_notice(acting: Acting, message: ReceivedMessage) -> None:
    """Keep a notice of publication; one of a version that was never given, or is another's, needs a person (reg 16)."""
    body = read_body(message, PublicationNoticeBody)
    case = await known_case(acting, message)
    if not notice_fits(await held_reports(acting, case), body):
        raise SetAside(CONTRADICTION)
    await _keep_next(acting, case, message, DocumentKind.PUBLICATION_NOTICE, body)
    await enter_local_review(acting, case, body)


async def apply_delay(acting: Acting, message: ReceivedMessage) -> None:
    """Keep why a local review or its publication is late."""
    body = read_body(message, DelayBody)
    case = await known_case(acting, message)
    await _keep_next(acting, case, message, DocumentKind.DELAY, body)


async def apply_reply(acting: Acting, message: ReceivedMessage) -> None:
    """Keep the partners' reply to a decision of ours; the decision on a local review is theirs (s16F(1)(b))."""
    body = read_body(message, DecisionReplyBody)
    case = await known_case(acting, message)
    versions = [decision.decision_version for decision in await decisions_of(acting, case.id)]
    if not decision_is_known(versions, body.decision_version):
        raise SetAside(CONTRADICTION)
    await _keep_next(acting, case, message, DocumentKind.DECISION_REPLY, body)


async def held_reports(acting: Acting, case: Case) -> list[Held]:
    """Give the versions of the report that are held, each with the hash it was told under."""
    reviews = await documents_of(acting, case.id, DocumentKind.LOCAL_REVIEW)
    notices = await documents_of(acting, case.id, DocumentKind.PUBLICATION_NOTICE)
    return held_versions(_bodies(reviews), _bodies(notices))


async def _keep_next(
    acting: Acting,
    case: Case,
    message: ReceivedMessage,
    kind: DocumentKind,
    body: ReviewerBody | PublicationNoticeBody | DelayBody | DecisionReplyBody,
) -> None:
    number = len(await versions_of(acting, case.id, kind)) + 1
    await keep_document(acting, case, message, kind, body, number)


def _bodies(documents: Sequence[ReceivedDocument]) -> list[dict[str, Any]]:
    return [document.body for document in documents]


RECEIVES: tuple[MessageType, ...] = (
    MessageType(LOCAL_REVIEW_REVIEWER, ReviewerBody, apply_reviewer),
    MessageType(PUBLICATION_NOTICE, PublicationNoticeBody, apply_notice),
    MessageType(DELAY, DelayBody, apply_delay),
    MessageType(DECISION_REPLY, DecisionReplyBody, apply_reply),
)
