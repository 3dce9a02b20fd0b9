"""Messages to a counterpart, made with the facts they tell: one transaction, one number, bytes written once."""

from collections.abc import Collection, Mapping
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, and_, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.acting import Acting
from service_kit.exchange.document_models import MessageDocument
from service_kit.exchange.links import LinkUnusable
from service_kit.exchange.models import InboundStream, Link, OutboundMessage
from service_kit.ids import new_id
from service_kit.wake_up import Channel, wake_after_commit
from shared_schemas.exchange.envelope import (
    LINK_SUBJECT,
    message_hash,
    new_salt,
    parse_envelope,
    write_message,
)

# The row stays locked until the transaction ends, so that the order of numbers is the order of commits and a
# rolled-back number is given again.
NEXT_NUMBER = text("""
    INSERT INTO outbound_streams AS s (organisation_id, id, link_id, subject, last_number)
    VALUES (:organisation_id, :id, :link_id, :subject, 1)
    ON CONFLICT (organisation_id, link_id, subject) DO UPDATE SET last_number = s.last_number + 1
    RETURNING s.id, s.last_number
""")


def schema_uri(public_url: str, message_type: str) -> str:
    """Name the schema of a type at the service that writes it."""
    return f"{public_url.rstrip('/')}/schemas/{message_type}.json"


async def send_message(
    acting: Acting,
    *,
    link: UUID,
    subject: str,
    type: str,  # noqa: A002 -- the attribute's name on the wire
    data: Mapping[str, Any],
    dataschema: str,
    documents: Collection[UUID] = (),
) -> UUID:
    """Put a message into the outbox with the transaction's facts; give its id. It leaves after the commit.

    ``subject`` is the exchange reference, a UUID in lower case, or ``link``; ``data`` is made of JSON values. ``documents`` are those
    it names: the counterpart is given them first.
    Where one transaction sends to several streams, send in one order everywhere: each stream stays locked.
    Raises ``LinkUnusable`` for a link this organisation has not, and what ``write_message`` raises.
    """
    return await _enter(
        acting.session,
        organisation_id=acting.organisation_id,
        link_id=link,
        subject=subject,
        message_type=type,
        data=data,
        dataschema=dataschema,
        correlation_id=acting.caller.correlation_id,
        traceparent=acting.caller.traceparent,
        documents=documents,
    )


async def send_again_under_next_number(session: AsyncSession, message: OutboundMessage) -> UUID:
    """Write what a message tells once more, as the newest of its chain, under the stream's next number."""
    assert message.body is not None  # noqa: S101 -- what is written again is our own, with its bytes
    envelope = parse_envelope(message.body)
    return await _enter(
        session,
        organisation_id=message.organisation_id,
        link_id=message.link_id,
        subject=message.subject,
        message_type=message.type,
        data=envelope.data,
        dataschema=envelope.dataschema,
        replaces=message.chain_id,
        correlation_id=message.correlation_id,
        traceparent=message.traceparent,
        documents=(await session.execute(_named_by(message))).scalars().all(),
    )


async def _enter(
    session: AsyncSession,
    *,
    organisation_id: UUID,
    link_id: UUID,
    subject: str,
    message_type: str,
    data: Mapping[str, Any],
    dataschema: str,
    replaces: UUID | None = None,
    correlation_id: str | None,
    traceparent: str | None,
    documents: Collection[UUID] = (),
) -> UUID:
    key = {"organisation_id": organisation_id, "link_id": link_id, "subject": subject}
    # The link is looked for first: a stream of an unknown link would break a constraint.
    if (await session.execute(select(Link.id).where(*_is_link(organisation_id, link_id)))).first() is None:
        raise LinkUnusable
    stream_id, number = (await session.execute(NEXT_NUMBER, key | {"id": new_id()})).one()
    # A statement of its own, after the lock: it sees what was applied while this transaction waited for it.
    party, seen, time = (await session.execute(_circumstances(organisation_id, link_id, subject))).one()
    message_id = new_id()
    body = write_message(
        message_id=message_id,
        source=organisation_id,
        message_type=message_type,
        subject=_wire_subject(subject),
        time=time,
        dataschema=dataschema,
        destination=party,
        streamsequence=number,
        seensequence=seen,
        salt=new_salt(),
        data=dict(data),
        replaces=replaces,
    )
    await session.execute(
        insert(OutboundMessage).values(
            id=message_id,
            stream_id=stream_id,
            number=number,
            chain_id=replaces or message_id,
            type=message_type,
            body=body,
            hash=message_hash(body),
            correlation_id=correlation_id,
            traceparent=traceparent,
            **key,
        )
    )
    wake_after_commit(session, Channel.OUTBOX)
    for document_id in documents:
        row = {"organisation_id": organisation_id, "id": new_id(), "message_id": message_id}
        await session.execute(insert(MessageDocument).values(**row, document_id=document_id))
    return message_id


def _named_by(message: OutboundMessage) -> Select[UUID]:
    return select(MessageDocument.document_id).where(
        MessageDocument.organisation_id == message.organisation_id, MessageDocument.message_id == message.id
    )


def _is_link(organisation_id: UUID, link_id: UUID) -> tuple[Any, ...]:
    return (Link.organisation_id == organisation_id, Link.id == link_id)


def _circumstances(organisation_id: UUID, link_id: UUID, subject: str) -> Any:
    """The counterpart, what was applied of the opposite stream, and the transaction's time by the database's clock."""
    opposite = and_(
        InboundStream.organisation_id == Link.organisation_id,
        InboundStream.link_id == Link.id,
        InboundStream.subject == subject,
    )
    seen = func.coalesce(InboundStream.last_applied, 0)
    columns = select(Link.counterpart_party, seen, func.now())
    return columns.outerjoin_from(Link, InboundStream, opposite).where(*_is_link(organisation_id, link_id))


def _wire_subject(subject: str) -> UUID | Literal["link"]:
    return "link" if subject == LINK_SUBJECT else UUID(subject)
