"""Giving up a dead message, or putting a corrected one in its place: one person proposes, another confirms."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import func, select, update

from service_kit.acting import Acting
from service_kit.documents.models import Document
from service_kit.etags import check_version
from service_kit.exchange.alerts import AlertKind, clear_alerts
from service_kit.exchange.document_models import MessageDocument
from service_kit.exchange.letters.models import Disposal, DisposalKind, DisposalState
from service_kit.exchange.letters.rules import (
    TWO_PEOPLE,
    Disposed,
    LetterSetup,
    why_no_person,
    why_not_dead,
    why_not_open,
    why_not_this_person,
)
from service_kit.exchange.letters.schemas import DisposalCreate, DisposalDetail, DisposalRead
from service_kit.exchange.models import OutboundMessage, OutboundState
from service_kit.exchange.outbox import replace_message, schema_uri
from service_kit.ids import new_id
from service_kit.json_changes import find_changes
from service_kit.moves import Refusal, refuse
from service_kit.problems import ApiProblem, field_problem, validation_errors
from shared_schemas.exchange.envelope import parse_envelope
from shared_schemas.exchange.ijson import MalformedMessage
from shared_schemas.messages.exchange import DISCARDED

UNKNOWN_TYPE = Refusal(
    "This release has no schema of the message's type to check a correction by: send it again, or discard it.",
    TWO_PEOPLE,
    ("redrive", "discard"),
)
NO_BYTES = Refusal("The message's content is not held here, so nothing can be compared with it.", TWO_PEOPLE)


async def propose(acting: Acting, setup: LetterSetup, message_id: UUID, given: DisposalCreate) -> Disposal:
    """Propose it; proposed again while open, the proposal is renewed under the next version.

    Raises 404, 409 for a message that is not dead, 403 to a system, 422 where the corrected data breaks its schema.
    """
    message = await _lock_message(acting, message_id)
    refuse(why_no_person(acting.caller))
    refuse(why_not_dead(message))
    data = await _corrected(acting, setup, message, given.data) if given.data is not None else None
    disposal = await _open_proposal(acting, message_id)
    if disposal is None:
        disposal = Disposal(
            organisation_id=acting.organisation_id, id=new_id(), message_id=message_id, version=0
        )
        acting.session.add(disposal)
    disposal.version += 1
    disposal.kind, disposal.reason = given.kind.value, given.reason.value
    disposal.state = DisposalState.PROPOSED.value
    disposal.words, disposal.data = given.words, data
    disposal.proposed_by = _person(acting)
    disposal.proposed_at = await _database_time(acting)
    await acting.session.flush()
    detail = {"message": str(message_id), "kind": given.kind.value, "reason": given.reason.value}
    await acting.audit("exchange.disposal_proposed", "exchange_disposal", disposal.id, detail)
    return disposal


async def confirm(
    acting: Acting, setup: LetterSetup, message_id: UUID, disposal_id: UUID, expected: int
) -> Disposal:
    """Confirm what another person proposed: in one transaction the old is replaced and another has its number.

    Raises 404, 412 for a proposal that has changed since it was read, 409 for one that is not open or a message that
    is not dead any more, 403 for whoever proposed it or lacks what the type asks for, 413 for one too large.
    """
    message = await _lock_message(acting, message_id)
    disposal = await find_disposal(acting, message_id, disposal_id, lock=True)
    check_version(disposal.version, expected)
    refuse(why_not_open(disposal))
    refuse(why_not_dead(message))
    refuse(why_not_this_person(disposal, acting, setup.rules.confirming_scopes.get(message.type)))
    await _give_up(acting, message)
    successor = await _write_successor(acting, setup, message, disposal)
    await _settle(acting, disposal, DisposalState.CONFIRMED, successor)
    detail = {
        "by": str(successor),
        "kind": disposal.kind,
        "reason": disposal.reason,
        "disposal": str(disposal.id),
    }
    await acting.audit("exchange.replaced", "exchange_message", message.id, detail)
    if setup.rules.disposed is not None:
        await setup.rules.disposed(acting, _disposed(message, disposal, successor))
    return disposal


async def withdraw(acting: Acting, message_id: UUID, disposal_id: UUID) -> Disposal:
    """Withdraw a proposal, by whomever. Raises 404, 409."""
    await _lock_message(acting, message_id)
    disposal = await find_disposal(acting, message_id, disposal_id, lock=True)
    refuse(why_not_open(disposal))
    await _settle(acting, disposal, DisposalState.WITHDRAWN)
    detail = {"message": str(message_id)}
    await acting.audit("exchange.disposal_withdrawn", "exchange_disposal", disposal.id, detail)
    return disposal


async def find_disposal(
    acting: Acting, message_id: UUID, disposal_id: UUID, *, lock: bool = False
) -> Disposal:
    """Find a proposal of a message. Raises 404."""
    statement = select(Disposal).where(
        Disposal.organisation_id == acting.organisation_id,
        Disposal.id == disposal_id,
        Disposal.message_id == message_id,
    )
    found = (
        await acting.session.execute(statement.with_for_update() if lock else statement)
    ).scalar_one_or_none()
    if found is None:
        raise ApiProblem("not-found")
    return found


async def show_detail(acting: Acting, setup: LetterSetup, disposal: Disposal) -> DisposalDetail:
    """Show a proposal with its words and data, and whether the caller may confirm it."""
    message = await acting.session.get_one(OutboundMessage, (acting.organisation_id, disposal.message_id))
    refusal = why_not_open(disposal) or why_not_dead(message)
    refusal = refusal or why_not_this_person(
        disposal, acting, setup.rules.confirming_scopes.get(message.type)
    )
    changed: list[str] = []
    if disposal.data is not None and message.body is not None:
        told = parse_envelope(message.body).data
        changed = [change.pointer for change in find_changes(told, disposal.data)]
    return DisposalDetail(
        **DisposalRead.model_validate(disposal).model_dump(),
        words=disposal.words,
        data=disposal.data,
        changed=changed,
        may_confirm=refusal is None,
        why_not=refusal.detail if refusal else None,
    )


async def _corrected(
    acting: Acting, setup: LetterSetup, message: OutboundMessage, data: Mapping[str, Any]
) -> dict[str, Any]:
    """Check corrected data by the schema of its type, as strictly as what callers give; give it as it will be sent."""
    body = setup.bodies.get(message.type)
    refuse(UNKNOWN_TYPE if body is None else None)
    refuse(NO_BYTES if message.body is None else None)
    assert body is not None  # noqa: S101 -- narrows the types: both were refused above
    assert message.body is not None  # noqa: S101
    try:
        read = body.model_validate_json(json.dumps(data))
    except ValidationError as fault:
        errors = [
            {**error, "loc": ("data", *error["loc"])}
            for error in fault.errors(include_url=False, include_input=False)
        ]
        found = validation_errors(errors)
        detail = f"{len(found)} member(s) break the schema of {message.type}; see errors."
        raise ApiProblem("invalid-request", detail, errors=found) from None
    written = read.model_dump(mode="json")
    _refuse_another_subject(setup, parse_envelope(message.body).data, written)
    await _refuse_other_documents(acting, setup, message, read)
    return written


def _refuse_another_subject(setup: LetterSetup, told: Mapping[str, Any], written: Mapping[str, Any]) -> None:
    for name in sorted(setup.rules.kept_members & (told.keys() | written.keys())):
        if told.get(name) != written.get(name):
            raise field_problem(
                f"/data/{name}", "kept_member", "Must stay as it was: the counterpart knows the matter by it."
            )


async def _refuse_other_documents(
    acting: Acting, setup: LetterSetup, message: OutboundMessage, read: Any
) -> None:
    documents = setup.rules.documents.get(message.type)
    if documents is None:
        return
    statement = (
        select(Document.sha256)
        .join(
            MessageDocument,
            (MessageDocument.organisation_id == Document.organisation_id)
            & (MessageDocument.document_id == Document.id),
        )
        .where(
            MessageDocument.organisation_id == message.organisation_id,
            MessageDocument.message_id == message.id,
        )
    )
    if set(documents(read)) - set((await acting.session.execute(statement)).scalars()):
        raise field_problem("/data", "other_document", "Names a document that the message did not name.")


async def _write_successor(
    acting: Acting, setup: LetterSetup, message: OutboundMessage, disposal: Disposal
) -> UUID:
    if disposal.kind == DisposalKind.DISCARD:
        data = {"id": str(message.id), "hash": message.hash, "reason": disposal.reason}
        uri = schema_uri(setup.public_url, DISCARDED)
        return await replace_message(acting, message, type=DISCARDED, data=data, dataschema=uri, documents=())
    try:
        uri = schema_uri(setup.public_url, message.type)
        return await replace_message(
            acting, message, type=message.type, data=disposal.data or {}, dataschema=uri
        )
    except MalformedMessage:
        detail = "The corrected data is larger than one message may be (1 MiB)."
        raise ApiProblem("body-too-large", detail) from None


async def _give_up(acting: Acting, message: OutboundMessage) -> None:
    # Before the other is written: one number has one live message.
    await acting.session.execute(
        update(OutboundMessage)
        .where(OutboundMessage.organisation_id == message.organisation_id, OutboundMessage.id == message.id)
        .values(state=OutboundState.REPLACED.value)
        .execution_options(synchronize_session=False)
    )
    await clear_alerts(acting.session, message.organisation_id, AlertKind.MESSAGE_DEAD, message_id=message.id)


async def _settle(
    acting: Acting, disposal: Disposal, state: DisposalState, successor: UUID | None = None
) -> None:
    at = await _database_time(acting)
    # All at once: the table refuses a confirmation that names no second person.
    disposal.state, disposal.successor_id = state.value, successor
    disposal.settled_by, disposal.settled_at = acting.caller.principal_id, at
    # What it held is the new message's alone now, or nobody's.
    disposal.data = None
    await acting.session.flush()


async def _lock_message(acting: Acting, message_id: UUID) -> OutboundMessage:
    statement = select(OutboundMessage).where(
        OutboundMessage.organisation_id == acting.organisation_id, OutboundMessage.id == message_id
    )
    found = (
        await acting.session.execute(statement.with_for_update().execution_options(populate_existing=True))
    ).scalar_one_or_none()
    if found is None:
        raise ApiProblem("not-found")
    return found


async def _open_proposal(acting: Acting, message_id: UUID) -> Disposal | None:
    statement = select(Disposal).where(
        Disposal.organisation_id == acting.organisation_id,
        Disposal.message_id == message_id,
        Disposal.state == DisposalState.PROPOSED,
    )
    return (await acting.session.execute(statement.with_for_update())).scalar_one_or_none()


async def _database_time(acting: Acting) -> Any:
    # The exchange's own times are the database's, without a demonstration's offset.
    return (await acting.session.execute(select(func.now()))).scalar_one()


def _person(acting: Acting) -> UUID:
    principal = acting.caller.principal_id
    assert principal is not None  # noqa: S101 -- narrows the type; a system was refused above
    return principal


def _disposed(message: OutboundMessage, disposal: Disposal, successor: UUID) -> Disposed:
    return Disposed(
        message_id=message.id,
        successor_id=successor,
        link_id=message.link_id,
        subject=message.subject,
        type=message.type,
        kind=DisposalKind(disposal.kind),
        reason=disposal.reason,
    )
