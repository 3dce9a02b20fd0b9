"""The protocol's own messages: recorded, audited and shown, and never set aside."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import update

from service_kit.acting import Acting
from service_kit.exchange.message_types import MessageType, ReceivedMessage
from service_kit.exchange.models import OutboundMessage

SET_ASIDE_TYPE = "exchange.set_aside.v1"
DISCARDED_TYPE = "exchange.discarded.v1"

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]


class SetAsideBody(BaseModel):
    """The receiver holds a message, but a rule of its own keeps it from taking effect: a person decides there."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": "01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01", "problem": "contradicts-record"}]
        }
    )

    id: UUID = Field(description="The message that was set aside.")
    problem: Name = Field(description="Why: the last part of a catalogued problem's type.")


class DiscardedBody(BaseModel):
    """Two people at the sender gave a message up; this one stands under its number."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01",
                    "hash": "eb8c1949f583591d7f2ca62f5379f25cd1ef128a194a641c5b8fc07e7ea8a86e",
                    "reason": "sent_in_error",
                }
            ]
        }
    )

    id: UUID = Field(description="The message that was given up.")
    hash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="SHA-256 of its bytes, lower-case hex."
    )
    reason: Name = Field(description="A reason code.")


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
    await acting.audit("exchange.discarded_told", "exchange_message", message.data.id, detail)


OWN_TYPES: Mapping[str, MessageType] = MappingProxyType(
    {
        SET_ASIDE_TYPE: MessageType(SET_ASIDE_TYPE, SetAsideBody, _record_set_aside),
        DISCARDED_TYPE: MessageType(DISCARDED_TYPE, DiscardedBody, _record_discarded),
    }
)
