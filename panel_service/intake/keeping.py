"""Keeping what a partnership sent beside what it sent before; what every kind of message shares."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import func, select

from panel_service.cases.models import Case, CaseState
from panel_service.intake.documents import documents_of
from panel_service.intake.models import DocumentKind, ReceivedDocument
from panel_service.intake.rules import unknown_codes
from panel_service.triage.attention import note_document
from service_kit.acting import Acting
from service_kit.exchange.message_types import ReceivedMessage, SetAside
from service_kit.ids import new_id

CONTRADICTION = "contradicts-record"

Body = TypeVar("Body", bound=BaseModel)


async def find_case_of(acting: Acting, message: ReceivedMessage) -> Case | None:
    """Find and lock the case a message is about."""
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


async def known_case(acting: Acting, message: ReceivedMessage) -> Case:
    """Find and lock the case, or set the message aside where there is none, or it is withdrawn."""
    case = await find_case_of(acting, message)
    if case is None:
        # Streams are in order and a notification comes first; what comes without one needs a person.
        raise SetAside(CONTRADICTION)
    if case.state == CaseState.WITHDRAWN:
        # Its sender promised that nothing follows a withdrawal.
        raise SetAside(CONTRADICTION)
    return case


async def versions_of(acting: Acting, case_id: UUID, kind: DocumentKind) -> list[int]:
    """Give the versions of one kind that are held."""
    return [document.version for document in await documents_of(acting, case_id, kind)]


async def keep_document(
    acting: Acting, case: Case, message: ReceivedMessage, kind: DocumentKind, body: BaseModel, version: int
) -> None:
    """Keep one document beside those before it; the case counts up. Audited as an event."""
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
            sent_at=await on_our_clock(acting, message.time),
            received_at=await on_our_clock(acting, message.stored_at),
            body=body.model_dump(mode="json"),
            unknown_codes=unknown,
        )
    )
    case.version += 1
    case.updated_at = acting.now
    await acting.session.flush()
    await note_document(acting, case, kind, body, version, message.time)
    detail = {"kind": kind, "version": version, "message": str(message.id), "unknown_codes": len(unknown)}
    await acting.event("document.received", "case", case.id, detail)


async def on_our_clock(acting: Acting, at: datetime) -> datetime:
    """Give a time of the wire on the clock that rules go by: the two differ in a demonstration only."""
    transaction_time: datetime = (await acting.session.execute(select(func.now()))).scalar_one()
    return at + (acting.now - transaction_time)


def read_body(message: ReceivedMessage, kind: type[Body]) -> Body:
    """Narrow a message's data to the body its type has."""
    if not isinstance(message.data, kind):
        raise TypeError(f"a message of another type than {kind.__name__}")
    return message.data
