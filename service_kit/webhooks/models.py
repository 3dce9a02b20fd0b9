"""Tables of integrators' subscriptions: who is told, under which keys, what was sent and what came of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ForeignKeyConstraint, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from service_kit.tables import AddedOnlyRow, KitBase, OwnedRow, one_of
from shared_schemas.exchange.signatures import Scheme


class SubscriptionState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"


class PauseReason(StrEnum):
    ASKED = "asked"  # by the integrator or an administrator
    GONE = "gone"  # the endpoint answered 410
    FAILING = "failing"  # no success for fourteen days


class DeliveryState(StrEnum):
    PENDING = "pending"
    LEASED = "leased"
    DELIVERED = "delivered"
    EXPIRED = "expired"  # given up: the feed has what it told


class WebhookSubscription(OwnedRow, KitBase):
    """An endpoint that is told of events. ``cursor`` is the last place in the feed that it was looked at for."""

    __tablename__ = "webhook_subscriptions"
    __table_args__ = (
        one_of("state", SubscriptionState),
        one_of("pause_reason", PauseReason),
        one_of("scheme", Scheme),
    )

    url: Mapped[str]
    description: Mapped[str]
    event_types: Mapped[list[str] | None] = mapped_column(ARRAY(Text))  # none: whatever happens
    # Networks (CIDR) that this endpoint's address may lie in though they are not public.
    allowed_networks: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    scheme: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=SubscriptionState.ACTIVE.value)
    pause_reason: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default="1")
    cursor: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_by: Mapped[UUID | None]
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    # The endpoint as it last behaved: since when nothing arrives, and until when it is left alone.
    failing_since: Mapped[datetime | None]
    faults_in_a_row: Mapped[int] = mapped_column(server_default="0")
    breaker_open_until: Mapped[datetime | None]
    breaker_wait_seconds: Mapped[float | None]
    quiet_until: Mapped[datetime | None]


class WebhookKey(OwnedRow, KitBase):
    """A key that a subscription's deliveries are signed with: two sign while a change of it is on its way."""

    __tablename__ = "webhook_keys"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "subscription_id"],
            ["webhook_subscriptions.organisation_id", "webhook_subscriptions.id"],
        ),
        Index(None, "organisation_id", "subscription_id"),
    )

    subscription_id: Mapped[UUID]
    wrapped: Mapped[bytes]  # the HMAC secret, or the Ed25519 seed
    public_key: Mapped[bytes | None]  # of an Ed25519 key
    valid_from: Mapped[datetime] = mapped_column(server_default=func.now())
    valid_until: Mapped[datetime | None]


class WebhookDelivery(OwnedRow, KitBase):
    """An event for one subscription: its id and its bytes never change, its state does."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        one_of("state", DeliveryState),
        ForeignKeyConstraint(
            ["organisation_id", "subscription_id"],
            ["webhook_subscriptions.organisation_id", "webhook_subscriptions.id"],
        ),
        # An entry of the feed is one delivery of a subscription, however often it is looked at; a ping has no place.
        Index(
            "uq_webhook_deliveries_position", "organisation_id", "subscription_id", "position",
            unique=True, postgresql_where=text("position IS NOT NULL"),
        ),
        Index(
            "ix_webhook_deliveries_open", "organisation_id", "subscription_id", "next_attempt_at",
            postgresql_where=text("state IN ('pending', 'leased')"),
        ),
        Index("ix_webhook_deliveries_listed", "organisation_id", "subscription_id", "id"),
    )  # fmt: skip

    subscription_id: Mapped[UUID]
    position: Mapped[int | None] = mapped_column(BigInteger)
    type: Mapped[str]
    body: Mapped[bytes]
    state: Mapped[str] = mapped_column(server_default=DeliveryState.PENDING.value)
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_attempt_at: Mapped[datetime] = mapped_column(server_default=func.now())
    lease_token: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    last_outcome: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_since: Mapped[datetime] = mapped_column(server_default=func.now())  # made, or last asked for again
    delivered_at: Mapped[datetime | None]


class WebhookAttempt(AddedOnlyRow, KitBase):
    __tablename__ = "webhook_attempts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "delivery_id"],
            ["webhook_deliveries.organisation_id", "webhook_deliveries.id"],
        ),
        Index(None, "organisation_id", "delivery_id", "id"),
    )

    delivery_id: Mapped[UUID]
    started_at: Mapped[datetime]
    duration_ms: Mapped[int]
    outcome: Mapped[str]
    http_status: Mapped[int | None]
    answer: Mapped[str | None]  # how a refusing answer began: a stranger's words, at most 4 KiB
