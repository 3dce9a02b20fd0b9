"""The moves of a message that was sent, and what each leaves behind."""

from typing import Any

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.acting import Acting, changed_subjects
from service_kit.audit import record_audit
from service_kit.db import set_tenant
from service_kit.exchange.alerts import AlertKind, clear_alerts, raise_alert
from service_kit.exchange.answers import Outcome
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.models import OutboundMessage, OutboundState
from shared_schemas.exchange.receipts import ReceiptLine

# The kind under which a message whose receipt has come is told to whatever settles the transaction.
DELIVERY = "delivery"


async def set_state(
    session: AsyncSession, message: OutboundMessage, state: OutboundState, **values: Any
) -> None:
    """Move a message, which the caller has locked, and end its lease. One that dies is told of at once."""
    if state is OutboundState.DEAD:
        detail = {"type": message.type, "problem": (values.get("problem") or {}).get("name")}
        await raise_alert(
            session,
            message.organisation_id,
            AlertKind.MESSAGE_DEAD,
            link_id=message.link_id,
            message_id=message.id,
            subject=message.subject,
            detail=detail,
        )
    elif message.state == OutboundState.DEAD:
        await clear_alerts(session, message.organisation_id, AlertKind.MESSAGE_DEAD, message_id=message.id)
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
    acting = Acting(session, keys.caller(), await set_tenant(session, message.organisation_id))
    changed_subjects(session)[DELIVERY, message.id] = acting
    detail = {"hash": receipt.hash, "reference": receipt.reference}
    await record_audit(session, keys.caller(), "exchange.delivered", "exchange_message", message.id, detail)
