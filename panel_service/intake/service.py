"""What a message from a partnership does here, once its turn has come. Nothing it says is ever overwritten."""

from uuid import UUID

from panel_service.cases.models import Case, CaseState
from panel_service.intake.documents import documents_of
from panel_service.intake.keeping import (
    CONTRADICTION,
    find_case_of,
    keep_document,
    known_case,
    on_our_clock,
    read_body,
    versions_of,
)
from panel_service.intake.models import DocumentKind
from panel_service.intake.rules import is_next_version, may_receive_local_review
from panel_service.partnerships.service import partnership_of_party
from panel_service.statistics.service import count_notification
from service_kit.acting import Acting
from service_kit.exchange.message_types import ReceivedMessage, SetAside
from service_kit.ids import new_id
from shared_schemas.messages.local import (
    LocalReviewBody,
    LocalReviewDecisionBody,
    NotificationBody,
    RapidReviewBody,
)


async def apply_notification(acting: Acting, message: ReceivedMessage) -> None:
    """Open the case with the first version of a notification; add each later one beside it (s16C(1))."""
    body = read_body(message, NotificationBody)
    case = await find_case_of(acting, message)
    if case is None:
        case = await _open_case(acting, message, body)
        await count_notification(acting, case.id, body.incident, case.received_at)
    elif case.state == CaseState.WITHDRAWN or not is_next_version(
        await versions_of(acting, case.id, DocumentKind.NOTIFICATION), body.version
    ):
        raise SetAside(CONTRADICTION)
    else:
        case.nature, case.occurred_on = body.incident.nature, body.incident.occurred_on
    await keep_document(acting, case, message, DocumentKind.NOTIFICATION, body, body.version)


async def apply_rapid_review(acting: Acting, message: ReceivedMessage) -> None:
    """Put the findings and the in-principle view beside the notification. There is one rapid review for a case."""
    body = read_body(message, RapidReviewBody)
    case = await known_case(acting, message)
    if await versions_of(acting, case.id, DocumentKind.RAPID_REVIEW):
        raise SetAside(CONTRADICTION)
    if case.state == CaseState.AWAITING_RAPID_REVIEW:
        case.state = CaseState.AWAITING_DECISION
    await keep_document(acting, case, message, DocumentKind.RAPID_REVIEW, body, 1)


async def apply_local_review_decision(acting: Acting, message: ReceivedMessage) -> None:
    """Record what the partners decided on a local review; the decision is theirs (s16F(1)(b)) and may change."""
    body = read_body(message, LocalReviewDecisionBody)
    case = await known_case(acting, message)
    versions = await versions_of(acting, case.id, DocumentKind.LOCAL_REVIEW_DECISION)
    await keep_document(acting, case, message, DocumentKind.LOCAL_REVIEW_DECISION, body, len(versions) + 1)


async def apply_local_review(acting: Acting, message: ReceivedMessage) -> None:
    """Record a completed local review with its full report (s16F(3), SI 2018/789 reg 15)."""
    body = read_body(message, LocalReviewBody)
    case = await known_case(acting, message)
    decisions = await documents_of(acting, case.id, DocumentKind.LOCAL_REVIEW_DECISION)
    commissioned = [bool(document.body["commissioned"]) for document in decisions]
    reviews = await versions_of(acting, case.id, DocumentKind.LOCAL_REVIEW)
    if reviews or not may_receive_local_review(commissioned):
        raise SetAside(CONTRADICTION)
    await keep_document(acting, case, message, DocumentKind.LOCAL_REVIEW, body, 1)


async def _open_case(acting: Acting, message: ReceivedMessage, body: NotificationBody) -> Case:
    partnership = await partnership_of_party(acting, message.counterpart_party)
    if partnership is None or not is_next_version([], body.version):
        raise SetAside(CONTRADICTION)
    case = Case(
        organisation_id=acting.organisation_id,
        id=new_id(),
        version=0,
        state=CaseState.AWAITING_RAPID_REVIEW,
        partnership_id=partnership.id,
        link_id=message.link_id,
        exchange_reference=UUID(message.subject),
        partnership_case_id=body.case_id,
        rule_set=body.rule_set,
        nature=body.incident.nature,
        occurred_on=body.incident.occurred_on,
        received_at=await on_our_clock(acting, message.stored_at),
        updated_at=acting.now,
    )
    acting.session.add(case)
    await acting.session.flush()
    return case
