"""Making a proof file: what both sides told each other about one subject, with each side's signatures."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from service_kit.audit_tree.views import published_checkpoint
from service_kit.exchange.links import LinkKeys, load_link
from service_kit.exchange.models import ExchangeKey, InboundMessage, OutboundMessage
from service_kit.exchange.proving.agreement import Agreement
from service_kit.exchange.reconciling.models import FurtherReceipt
from service_kit.identity import ServiceState
from shared_schemas.exchange.keys import write_public_key
from shared_schemas.exchange.proofs import (
    KIND,
    Proof,
    ProofCheckpoint,
    ProofKey,
    ProofLink,
    ProofMessage,
    sign_proof,
)
from shared_schemas.exchange.receipts import Receipt, ReceiptLine, write_receipt
from shared_schemas.exchange.summaries import SummaryDirection


@dataclass
class Gathering:
    """What is put together, in one transaction."""

    session: AsyncSession
    organisation_id: UUID
    subject: str
    key_bytes: bytes
    link_id: UUID | None  # only this link: two counterparts may have chosen the same subject
    with_bodies: bool
    links: dict[UUID, LinkKeys] = field(default_factory=dict)


async def prove(
    session: AsyncSession,
    organisation_id: UUID,
    subject: str,
    key_bytes: bytes,
    *,
    link_id: UUID | None = None,
    with_bodies: bool = False,
) -> Proof | None:
    """Make the proof of all messages about a subject, signed; ``None`` where there is none.

    Without ``with_bodies`` no message's content is read. Raises ``LinkUnusable`` where the organisation has no
    signing key any more. The caller audits the reading.
    """
    work = Gathering(session, organisation_id, subject, key_bytes, link_id, with_bodies)
    sent = (await session.execute(_of_subject(work, OutboundMessage))).scalars().all()
    received = (await session.execute(_of_subject(work, InboundMessage))).scalars().all()
    if not sent and not received:
        return None
    for message in (*sent, *received):
        if message.link_id not in work.links:
            work.links[message.link_id] = await load_link(
                session, organisation_id, message.link_id, key_bytes
            )
    now, epoch = (await session.execute(_TIMES)).one()
    agreement = Agreement(session, organisation_id)
    messages = [await _show_sent(work, message, agreement) for message in sent]
    messages += [await _show_received(work, message, agreement, epoch) for message in received]
    checkpoint = await published_checkpoint(session, organisation_id)
    proof = Proof(
        format=KIND,
        made_at=now,
        party=organisation_id,
        subject=subject,
        links=[ProofLink(link=link, counterpart=keys.counterpart_party) for link, keys in work.links.items()],
        keys=await _public_keys(work),
        messages=messages,
        statements=agreement.statements,
        checkpoint=ProofCheckpoint(note=checkpoint) if checkpoint else None,
    )
    return sign_proof(proof, next(iter(work.links.values())).own_key)


async def organisations_of(session: AsyncSession, subject: str) -> Sequence[UUID]:
    """Find whose subject it is, among all that this transaction sees."""
    sent = select(OutboundMessage.organisation_id).where(OutboundMessage.subject == subject)
    received = select(InboundMessage.organisation_id).where(InboundMessage.subject == subject)
    return (await session.execute(sent.union(received))).scalars().all()


_TIMES = select(func.now(), func.date_trunc("second", ServiceState.epoch))


def _of_subject(work: Gathering, table: type[Any]) -> Select[Any]:
    statement = select(table).where(
        table.organisation_id == work.organisation_id, table.subject == work.subject
    )
    if work.link_id is not None:
        statement = statement.where(table.link_id == work.link_id)
    if not work.with_bodies:
        statement = statement.options(defer(table.body, raiseload=True))
    return statement.order_by(table.link_id, table.number, table.id)


async def _show_sent(work: Gathering, message: OutboundMessage, agreement: Agreement) -> ProofMessage:
    further = (
        select(FurtherReceipt.receipt)
        .where(
            FurtherReceipt.organisation_id == work.organisation_id, FurtherReceipt.message_id == message.id
        )
        .order_by(FurtherReceipt.id)
    )
    receipts = [message.receipt] if message.receipt else []
    keys = work.links[message.link_id]
    return ProofMessage(
        **_facts(message, SummaryDirection.SENT),
        receipts=[*receipts, *(await work.session.execute(further)).scalars()],
        headers=None,
        body=_body(work, message),
        agreed=await agreement.find(keys, message, SummaryDirection.SENT, also=message.recovered_by),
    )


async def _show_received(
    work: Gathering, message: InboundMessage, agreement: Agreement, epoch: datetime
) -> ProofMessage:
    keys = work.links[message.link_id]
    line = ReceiptLine(message.id, message.hash, message.reference, message.stored_at)
    receipt = Receipt(link=message.link_id, receiver=work.organisation_id, epoch=epoch, lines=(line,))
    return ProofMessage(
        **_facts(message, SummaryDirection.RECEIVED),
        # What a receipt says never changes; its signature is made when it is given.
        receipts=[write_receipt(receipt, *keys.signing_keys)],
        headers={name: str(value) for name, value in message.headers.items()},
        body=_body(work, message),
        agreed=await agreement.find(keys, message, SummaryDirection.RECEIVED),
    )


def _facts(message: OutboundMessage | InboundMessage, direction: SummaryDirection) -> dict[str, Any]:
    return {
        "link": message.link_id,
        "direction": direction,
        "id": message.id,
        "hash": message.hash,
        "type": message.type,
        "number": message.number,
        "chain": message.chain_id,
        "state": message.state,
    }


def _body(work: Gathering, message: OutboundMessage | InboundMessage) -> str | None:
    if not work.with_bodies or message.body is None:
        return None
    return base64.b64encode(message.body).decode()


async def _public_keys(work: Gathering) -> list[ProofKey]:
    parties = {work.organisation_id, *(keys.counterpart_party for keys in work.links.values())}
    statement = (
        select(ExchangeKey)
        .where(ExchangeKey.organisation_id == work.organisation_id, ExchangeKey.party.in_(parties))
        .order_by(ExchangeKey.party, ExchangeKey.id)
    )
    return [
        ProofKey(
            party=row.party,
            kind=row.kind,
            public_key=write_public_key(Ed25519PublicKey.from_public_bytes(row.public_key)),
            valid_from=row.valid_from,
            valid_until=row.valid_until,
        )
        for row in (await work.session.execute(statement)).scalars()
    ]
