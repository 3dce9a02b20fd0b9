"""The moves of a message that was sent, and what each leaves behind."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.acting import Acting, changed_subjects
from service_kit.audit import record_audit_of_each
from service_kit.db import set_tenant
from service_kit.exchange.answers import Outcome
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.models import OutboundMessage, OutboundState
from shared_schemas.exchange.receipts import ReceiptLine

# The kind under which a message whose receipt has come is told to whatever settles the transaction.
DELIVERY = "delivery"


async def set_state(
    session: AsyncSession, message: OutboundMessage, state: OutboundState, **values: Any
) -> None:
    """Move a message, which the caller has locked, and end its lease."""
    await session.execute(
        update(OutboundMessage)
        .where(OutboundMessage.organisation_id == message.organisation_id, OutboundMessage.id == message.id)
        .values(state=state.value, lease_token=None, leased_until=None, **values)
        .execution_options(synchronize_session=False)
    )


async def mark_delivered(
    session: AsyncSession, keys: LinkKeys, message: OutboundMessage, receipt: ReceiptLine, note: str
) -> None:
    """Keep the counterpart's signed receipt; with it the message has arrived for good."""
    await set_state(
        session,
        message,
        OutboundState.DELIVERED,
        attempts=message.attempts + 1,
        last_outcome=Outcome.DELIVERED.value,
        delivered_at=func.now(),
        problem=None,
        receipt=note,
        receipt_reference=receipt.reference,
        receipt_stored_at=receipt.stored_at,
    )
    await tell_delivered(session, [(keys, message.id, receipt)])


async def tell_delivered(
    session: AsyncSession, delivered: Sequence[tuple[LinkKeys, UUID, ReceiptLine]]
) -> None:
    """Audit that messages of one organisation have arrived, and tell whatever settles the transaction."""
    now = await set_tenant(session, delivered[0][0].organisation_id)
    for keys, message_id, _ in delivered:
        changed_subjects(session)[DELIVERY, message_id] = Acting(session, keys.caller(), now)
    await record_audit_of_each(
        session,
        delivered[0][0].caller(),
        "exchange.delivered",
        "exchange_message",
        {message_id: {"hash": line.hash, "reference": line.reference} for _, message_id, line in delivered},
    )
