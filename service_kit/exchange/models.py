"""Tables of the exchange: links and keys, what is sent, what is received."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from service_kit.tables import KitBase, OwnedRow, one_of

LINK_SUBJECT = "link"  # the subject of the protocol's own messages


class LinkState(StrEnum):
    ACTIVE = "active"
    CLOSED = "closed"


class DeliveryMode(StrEnum):
    PUSH = "push"  # we post to the counterpart
    COLLECT = "collect"  # its network lets nothing in: it asks for what we have


class KeyKind(StrEnum):
    SIGNING = "signing"  # messages, questions, statements
    AUDIT = "audit"  # checkpoints of the audit tree


class OutboundState(StrEnum):
    PENDING = "pending"
    LEASED = "leased"
    DELIVERED = "delivered"
    DEAD = "dead"
    REPLACED = "replaced"
    VOID = "void"


class InboundState(StrEnum):
    HELD = "held"  # stored and receipted, waiting for its turn or for a second try
    APPLIED = "applied"
    SET_ASIDE = "set_aside"  # a rule said no: a person decides; the stream went on


class Link(OwnedRow, KitBase):
    """One organisation and one counterpart; both sides know it by the same id."""

    __tablename__ = "exchange_links"
    __table_args__ = (
        UniqueConstraint("organisation_id", "counterpart_party"),
        one_of("state", LinkState),
        one_of("delivery_mode", DeliveryMode),
    )

    counterpart_party: Mapped[UUID]
    counterpart_name: Mapped[str]
    counterpart_url: Mapped[str]  # its registered base URL, `…/v1/exchange/links/{link_id}`
    schemes: Mapped[list[str]] = mapped_column(ARRAY(Text))  # accepted from and signed for the counterpart
    state: Mapped[str] = mapped_column(server_default=LinkState.ACTIVE.value)
    # Of the first schema, and empty since the third: secrets are rows of exchange_link_secrets.
    secret_out: Mapped[bytes | None]
    secret_in: Mapped[bytes | None]
    paused_until: Mapped[datetime | None]  # the destination asked us to wait
    pause_reason: Mapped[str | None]
    clock_skew_seconds: Mapped[float | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    delivery_mode: Mapped[str] = mapped_column(server_default=DeliveryMode.PUSH.value)
    # Networks (CIDR) that this counterpart's address may lie in though they are not public.
    allowed_networks: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    # The breaker: destination faults in a row, and until when nothing but one probe is sent.
    faults_in_a_row: Mapped[int] = mapped_column(server_default="0")
    breaker_open_until: Mapped[datetime | None]
    breaker_wait_seconds: Mapped[float | None]
    # What the counterpart last said of itself, in its answer to `state`.
    counterpart_batch_max: Mapped[int] = mapped_column(server_default="1")
    counterpart_types: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    counterpart_epoch: Mapped[datetime | None]
    # Nothing is sent while a restore of either side is being settled.
    sending_held_at: Mapped[datetime | None]
    sending_held_reason: Mapped[str | None]
    # A person lets the counterpart read back what it itself sent, for a limited time.
    returns_open_until: Mapped[datetime | None]
    returns_opened_by: Mapped[UUID | None]


class ExchangeKey(OwnedRow, KitBase):
    """An Ed25519 key: our own (with its wrapped seed) or one pinned of a link's counterpart. Kept for ever."""

    __tablename__ = "exchange_keys"
    __table_args__ = (
        Index(None, "organisation_id", "party"),
        UniqueConstraint("organisation_id", "party", "public_key"),
        one_of("kind", KeyKind),
    )

    party: Mapped[UUID]
    kind: Mapped[str] = mapped_column(server_default=KeyKind.SIGNING.value)
    public_key: Mapped[bytes]
    wrapped_seed: Mapped[bytes | None]
    valid_from: Mapped[datetime] = mapped_column(server_default=func.now())
    valid_until: Mapped[datetime | None]
    successor_hash: Mapped[str | None]  # SHA-256 of the 32 bytes of the only key that may follow it
    wrapped_successor: Mapped[bytes | None]  # our own next key's seed, made with this one


class OutboundStream(OwnedRow, KitBase):
    """The counter of one link and subject: locked with the fact, so that commit order is number order."""

    __tablename__ = "outbound_streams"
    __table_args__ = (
        UniqueConstraint("organisation_id", "link_id", "subject"),
        ForeignKeyConstraint(
            ["organisation_id", "link_id"], ["exchange_links.organisation_id", "exchange_links.id"]
        ),
    )

    link_id: Mapped[UUID]
    subject: Mapped[str]
    last_number: Mapped[int] = mapped_column(server_default="0")
    parked_at: Mapped[datetime | None]  # waits until a person has brought what it is about up to date
    parked_reason: Mapped[str | None]


class OutboundMessage(OwnedRow, KitBase):
    """A message to a counterpart: its bytes never change, its state does."""

    __tablename__ = "outbound_messages"
    __table_args__ = (
        one_of("state", OutboundState),
        ForeignKeyConstraint(
            ["organisation_id", "stream_id"], ["outbound_streams.organisation_id", "outbound_streams.id"]
        ),
        ForeignKeyConstraint(["organisation_id", "link_id"], ["exchange_links.organisation_id", "exchange_links.id"]),
        # One live message a number: those replaced or void have given their number up.
        Index(
            "uq_outbound_messages_live_number", "organisation_id", "stream_id", "number",
            unique=True, postgresql_where=text("state NOT IN ('replaced', 'void')"),
        ),
        Index(
            "ix_outbound_messages_undelivered", "organisation_id", "stream_id", "number",
            postgresql_where=text("state IN ('pending', 'leased', 'dead')"),
        ),
        # What is due on each link; how many are on their way there now, which are few.
        Index(
            "ix_outbound_messages_due", "organisation_id", "link_id", "next_attempt_at",
            postgresql_where=text("state IN ('pending', 'leased')"),
        ),
        Index(
            "ix_outbound_messages_leased", "organisation_id", "link_id",
            postgresql_where=text("state = 'leased'"),
        ),
        Index("ix_outbound_messages_subject", "organisation_id", "subject", "number"),
    )  # fmt: skip

    link_id: Mapped[UUID]
    stream_id: Mapped[UUID]
    subject: Mapped[str]
    number: Mapped[int]
    chain_id: Mapped[UUID]  # the first message of those that replaced one another; its own id otherwise
    type: Mapped[str]
    body: Mapped[bytes | None]  # none only of one recovered from the counterpart, until it has given it back
    hash: Mapped[str]
    correlation_id: Mapped[str | None]
    traceparent: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recovered_at: Mapped[datetime | None]  # known again from the counterpart, after a restore
    recovered_by: Mapped[str | None]  # the counterpart's signed summary that covers it, in a receipt's place
    state: Mapped[str] = mapped_column(server_default=OutboundState.PENDING.value)
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_attempt_at: Mapped[datetime] = mapped_column(server_default=func.now())
    lease_token: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[UUID | None]  # the worker process, known by an id it made when it began
    last_outcome: Mapped[str | None]
    problem: Mapped[dict[str, Any] | None]  # the counterpart's problem that made it dead
    delivered_at: Mapped[datetime | None]
    receipt: Mapped[str | None]
    receipt_reference: Mapped[str | None]
    receipt_stored_at: Mapped[datetime | None]
    set_aside_problem: Mapped[str | None]  # the counterpart told that it set this message aside, and why


class DeliveryAttempt(OwnedRow, KitBase):
    __tablename__ = "delivery_attempts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "message_id"], ["outbound_messages.organisation_id", "outbound_messages.id"]
        ),
        Index(None, "organisation_id", "message_id", "id"),
        Index(None, "organisation_id", "link_id", "id"),
        Index(None, "organisation_id", "started_at"),
        Index(
            "ix_delivery_attempts_failed", "organisation_id", "outcome", "id",
            postgresql_where=text("outcome <> 'delivered'"),
        ),
    )  # fmt: skip

    message_id: Mapped[UUID]
    link_id: Mapped[UUID]
    started_at: Mapped[datetime]
    duration_ms: Mapped[int]
    outcome: Mapped[str]
    http_status: Mapped[int | None]
    problem: Mapped[str | None]  # the name of a catalogued problem, never the answer's words
    answer: Mapped[
        str | None
    ]  # how the answer began, where it was no receipt: a stranger's words, at most 4 KiB


class InboundStream(OwnedRow, KitBase):
    __tablename__ = "inbound_streams"
    __table_args__ = (
        UniqueConstraint("organisation_id", "link_id", "subject"),
        ForeignKeyConstraint(
            ["organisation_id", "link_id"], ["exchange_links.organisation_id", "exchange_links.id"]
        ),
    )

    link_id: Mapped[UUID]
    subject: Mapped[str]
    last_applied: Mapped[int] = mapped_column(server_default="0")


class InboundMessage(OwnedRow, KitBase):
    """A message received: kept byte for byte with what proves its origin, de-duplicated for ever."""

    __tablename__ = "inbound_messages"
    __table_args__ = (
        one_of("state", InboundState),
        ForeignKeyConstraint(
            ["organisation_id", "stream_id"], ["inbound_streams.organisation_id", "inbound_streams.id"]
        ),
        UniqueConstraint("organisation_id", "stream_id", "number", name="uq_inbound_messages_number"),
        UniqueConstraint("organisation_id", "link_id", "chain_id", name="uq_inbound_messages_chain"),
        Index("ix_inbound_messages_held", "next_apply_at", postgresql_where=text("state = 'held'")),
        Index("ix_inbound_messages_subject", "organisation_id", "subject", "number"),
        # Few at any time: what has not taken effect, by what it is about.
        Index(
            "ix_inbound_messages_unapplied",
            "organisation_id",
            "link_id",
            "subject",
            postgresql_where=text("state <> 'applied'"),
        ),
    )

    link_id: Mapped[UUID]
    stream_id: Mapped[UUID]
    subject: Mapped[str]
    number: Mapped[int]
    seen: Mapped[int]
    chain_id: Mapped[UUID]
    type: Mapped[str]
    body: Mapped[bytes]
    hash: Mapped[str]
    headers: Mapped[dict[str, Any]]  # webhook-id, webhook-timestamp, webhook-signature as they came
    reference: Mapped[str]
    stored_at: Mapped[datetime]
    correlation_id: Mapped[str | None]
    traceparent: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default=InboundState.HELD.value)
    applied_at: Mapped[datetime | None]
    apply_attempts: Mapped[int] = mapped_column(server_default="0")
    next_apply_at: Mapped[datetime] = mapped_column(server_default=func.now())
    problem: Mapped[str | None]  # why it was set aside, or the kind of error of the last try


class AskedQuestion(OwnedRow, KitBase):
    """A signed question that was answered: its `webhook-id` is good once, and kept for ten minutes."""

    __tablename__ = "asked_questions"
    __table_args__ = (UniqueConstraint("organisation_id", "link_id", "webhook_id"), Index(None, "at"))

    link_id: Mapped[UUID]
    webhook_id: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
