"""The protocol's own messages: recorded, audited and shown, and never set aside."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import update

from service_kit.acting import Acting
from service_kit.exchange.key_receiving import take_key_change
from service_kit.exchange.message_types import MessageType, ReceivedMessage
from service_kit.exchange.models import OutboundMessage
from shared_schemas.messages.exchange import DISCARDED, KEY, SET_ASIDE, DiscardedBody, KeyBody, SetAsideBody


async def _record_set_aside(acting: Acting, message: ReceivedMessage) -> None:
    assert isinstance(message.data, SetAsideBody)  # noqa: S101 -- narrows the type; the registry pairs the two
    await acting.session.execute(
        update(OutboundMessage)
        .where(
            OutboundMessage.organisation_id == acting.organisation_id,
            OutboundMessage.link_id == message.link_id,
            OutboundMessage.id == message.data.id,
        )
        .values(set_aside_problem=message.data.problem)
    )
    await acting.audit(
        "exchange.set_aside_told", "exchange_message", message.data.id, {"problem": message.data.problem}
    )


async def _record_discarded(acting: Acting, message: ReceivedMessage) -> None:
    assert isinstance(message.data, DiscardedBody)  # noqa: S101 -- as above
    detail = {"by": str(message.id), "hash": message.data.hash, "reason": message.data.reason}
    # What was lost has no id that anybody knows: then the message that fills its number stands for it.
    of = message.data.id or message.id
    await acting.audit("exchange.discarded_told", "exchange_message", of, detail)


OWN_TYPES: Mapping[str, MessageType] = MappingProxyType(
    {
        SET_ASIDE: MessageType(SET_ASIDE, SetAsideBody, _record_set_aside),
        DISCARDED: MessageType(DISCARDED, DiscardedBody, _record_discarded),
        KEY: MessageType(KEY, KeyBody, take_key_change),
    }
)
