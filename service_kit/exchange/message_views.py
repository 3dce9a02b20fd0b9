"""What operators are shown of links and messages."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service_kit.exchange.models import DeliveryMode
from service_kit.exchange.status import MessageState, MessageStatus


class LinkRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    counterpart_party: UUID
    counterpart_name: str
    counterpart_url: str
    schemes: list[str] = Field(description="Signature schemes that are accepted and sent.")
    state: str
    delivery_mode: DeliveryMode = Field(
        description="`push`: we post to it. `collect`: its network lets nothing in, so it asks for what is due."
    )
    paused_until: datetime | None = Field(
        description="Nothing is sent before; far in the future: a person must act."
    )
    pause_reason: str | None
    faults_in_a_row: int = Field(description="Requests in a row that its counterpart itself did not answer.")
    breaker_open_until: datetime | None = Field(
        description="Nothing but one probe is sent, and that not before; it ends with the counterpart's first own answer."
    )
    clock_skew_seconds: float | None = Field(
        description="How far ahead the counterpart's clock was when it last refused a signature."
    )
    waiting: int = Field(description="Messages under way or waiting for it.")
    dead: int = Field(description="Messages the counterpart refused for good: a person must act.")


class LinkList(BaseModel):
    items: list[LinkRead]


class MessageRead(MessageStatus):
    """A message as those who run the service see it; never its content."""

    link_id: UUID
    subject: str = Field(description="The exchange reference, or `link` for the protocol's own messages.")
    hash: str = Field(description="SHA-256 of the message's bytes, lower-case hex.")
    attempts: int = Field(description="Sent: attempts to deliver it; received: failed tries to apply it.")
    last_outcome: str | None = Field(
        description="Sent: what came of the last attempt; received: the kind of the last error."
    )
    next_attempt_at: datetime | None = Field(description="When it is tried again, where it waits.")


class AttemptRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    started_at: datetime
    duration_ms: int
    outcome: str
    http_status: int | None
    problem: str | None = Field(description="The name of the catalogued problem that was answered.")
    answer: str | None = Field(
        description="How the answer began where it was no receipt, at most 4 KiB of plain text: a stranger's words."
    )


class AttemptLogEntry(AttemptRead):
    """An attempt with the message it was made for, without its content."""

    id: UUID
    message_id: UUID
    link_id: UUID
    subject: str = Field(description="The exchange reference, or `link` for the protocol's own messages.")
    type: str
    number: int = Field(description="The message's number in its stream.")
    message_state: MessageState = Field(description="Where the message stands now.")


class RefusedMember(BaseModel):
    pointer: str = Field(description="JSON pointer into the message.")
    code: str


class MessageDetail(MessageRead):
    """A message with its history."""

    attempt_history: list[AttemptRead] = Field(description="The latest 100, newest first.")
    refused_members: list[RefusedMember] = Field(description="Of a dead one: what the counterpart refused.")
    receipt: str | None = Field(
        description="The counterpart's signed receipt (a C2SP signed note): the proof."
    )
