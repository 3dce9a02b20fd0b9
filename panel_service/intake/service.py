"""What a message from a partnership does here, once its turn has come. Nothing it says is ever overwritten."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import func, select

from panel_service.cases.models import Case, CaseState
from panel_service.intake.documents import documents_of
from panel_service.intake.models import DocumentKind, ReceivedDocument
from panel_service.intake.rules import is_next_version, may_receive_local_review, unknown_codes
from panel_service.partnerships.service import partnership_of_party
from service_kit.acting import Acting
from service_kit.exchange.message_types import ReceivedMessage, SetAside
from service_kit.ids import new_id
from shared_schemas.messages.local import (
    LocalReviewBody,
    LocalReviewDecisionBody,
    NotificationBody,
    RapidReviewBody,
)

CONTRADICTION = "contradicts-record"

Body = TypeVar("Body", bound=BaseModel)


async def apply_notification(acting: Acting, message: ReceivedMessage) -> None:
    """Open the case with the first version of a notification; add each later one beside it (s16C(1))."""
    body = _body(message, NotificationBody)
    case = await _find_case(acting, message)
    if case is None:
        case = await _open_case(acting, message, body)
    elif not is_next_version(await _versions(acting, case.id, DocumentKind.NOTIFICATION), body.version):
        raise SetAside(CONTRADICTION)
    else:
        case.nature, case.occurred_on = body.incident.nature, body.incident.occurred_on
    await _keep(acting, case, message, DocumentKind.NOTIFICATION, body, body.version)


async def apply_rapid_review(acting: Acting, message: ReceivedMessage) -> None:
    """Put the findings and the in-principle view beside the notification. There is one rapid review for a case."""
    body = _body(message, RapidReviewBody)
    case = await _known_case(acting, message)
    if await _versions(acting, case.id, DocumentKind.RAPID_REVIEW):
        raise SetAside(CONTRADICTION)
    if case.state == CaseState.AWAITING_RAPID_REVIEW:
        case.state = CaseState.AWAITING_DECISION
    await _keep(acting, case, message, DocumentKind.RAPID_REVIEW, body, 1)


async def apply_local_review_decision(acting: Acting, message: ReceivedMessage) -> None:
    """Record what the partners decided on a local review; the decision is theirs (s16F(1)(b)) and may change."""
    body = _body(message, LocalReviewDecisionBody)
    case = await _known_case(acting, message)
    versions = await _versions(acting, case.id, DocumentKind.LOCAL_REVIEW_DECISION)
    await _keep(acting, case, message, DocumentKind.LOCAL_REVIEW_DECISION, body, len(versions) + 1)


async def apply_local_review(acting: Acting, message: ReceivedMessage) -> None:
    """Record a completed local review with its full report (s16F(3), SI 2018/789 reg 15)."""
    body = _body(message, LocalReviewBody)
    case = await _known_case(acting, message)
    decisions = await documents_of(acting, case.id, DocumentKind.LOCAL_REVIEW_DECISION)
    commissioned = [bool(document.body["commissioned"]) for document in decisions]
    reviews = await _versions(acting, case.id, DocumentKind.LOCAL_REVIEW)
    if reviews or not may_receive_local_review(commissioned):
        raise SetAside(CONTRADICTION)
    await _keep(acting, case, message, DocumentKind.LOCAL_REVIEW, body, 1)


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
        received_at=await _on_our_clock(acting, message.stored_at),
        updated_at=acting.now,
    )
    acting.session.add(case)
    await acting.session.flush()
    return case


async def _find_case(acting: Acting, message: ReceivedMessage) -> Case | None:
    statement = (
        select(Case)
        .where(
            Case.organisation_id == acting.organisation_id,
            Case.link_id == message.link_id,
            Case.exchange_reference == UUID(message.subject),
        )
        .with_for_update()
    )
    return (await acting.session.execute(statement)).scalar_one_or_none()


async def _known_case(acting: Acting, message: ReceivedMessage) -> Case:
    case = await _find_case(acting, message)
    if case is None:
        # Streams are in order and a notification comes first; what comes without one needs a person.
        raise SetAside(CONTRADICTION)
    return case


async def _versions(acting: Acting, case_id: UUID, kind: DocumentKind) -> list[int]:
    return [document.version for document in await documents_of(acting, case_id, kind)]


async def _keep(
    acting: Acting, case: Case, message: ReceivedMessage, kind: DocumentKind, body: BaseModel, version: int
) -> None:
    unknown = unknown_codes(type(body), body)
    acting.session.add(
        ReceivedDocument(
            organisation_id=acting.organisation_id,
            id=new_id(),
            case_id=case.id,
            kind=kind,
            version=version,
            message_id=message.id,
            reference=message.reference,
            sent_at=await _on_our_clock(acting, message.time),
            received_at=await _on_our_clock(acting, message.stored_at),
            body=body.model_dump(mode="json"),
            unknown_codes=unknown,
        )
    )
    case.version += 1
    case.updated_at = acting.now
    await acting.session.flush()
    detail = {"kind": kind, "version": version, "message": str(message.id), "unknown_codes": len(unknown)}
    await acting.audit("document.received", "case", case.id, detail)


async def _on_our_clock(acting: Acting, at: datetime) -> datetime:
    """Give a time of the wire on the clock that rules go by: the two differ in a demonstration only."""
    transaction_time: datetime = (await acting.session.execute(select(func.now()))).scalar_one()
    return at + (acting.now - transaction_time)


def _body(message: ReceivedMessage, kind: type[Body]) -> Body:
    if not isinstance(message.data, kind):
        raise TypeError(f"a message of another type than {kind.__name__}")
    return message.data
