"""Proposals to give up a dead message or to put another in its place: made by one person, confirmed by another."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service_kit.tables import KitBase, OwnedRow, one_of


class DisposalKind(StrEnum):
    REPLACE = "replace"  # a corrected message of the same type takes its number
    DISCARD = "discard"  # `exchange.discarded.v1` takes its number


class DisposalState(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"  # by a person
    ENDED = "ended"  # the message was sent again, or turned out to be held


class DisposalReason(StrEnum):
    """Why a message is given up or corrected; it crosses with a discarded one."""

    SENT_IN_ERROR = "sent_in_error"
    WRONG_CONTENT = "wrong_content"
    WRONG_COUNTERPART = "wrong_counterpart"
    NOT_TAKEN = "not_taken"  # the counterpart does not take it, whatever is corrected
    SUPERSEDED = "superseded"  # what was written since tells all of it
    TOLD_OTHERWISE = "told_otherwise"  # the counterpart has it by another way


class Disposal(OwnedRow, KitBase):
    """At most one is open for a message."""

    __tablename__ = "exchange_disposals"
    __table_args__ = (
        one_of("kind", DisposalKind),
        one_of("state", DisposalState),
        one_of("reason", DisposalReason),
        CheckConstraint(
            "(state = 'confirmed') = (successor_id IS NOT NULL)", name="confirmed_has_a_successor"
        ),
        CheckConstraint(
            "state <> 'confirmed' OR (settled_by IS NOT NULL AND settled_by <> proposed_by)", name="two_people"
        ),
        ForeignKeyConstraint(
            ["organisation_id", "message_id"], ["outbound_messages.organisation_id", "outbound_messages.id"]
        ),
        Index(None, "organisation_id", "message_id", "id"),
        Index(
            "uq_exchange_disposals_open", "organisation_id", "message_id",
            unique=True, postgresql_where=text("state = 'proposed'"),
        ),
    )  # fmt: skip

    message_id: Mapped[UUID]
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=DisposalState.PROPOSED.value)
    version: Mapped[int] = mapped_column(server_default="1")  # proposed anew, it is another: its ETag
    reason: Mapped[str]
    words: Mapped[str | None]  # for the people here; they never cross
    # The corrected data, only while it is proposed: once confirmed it is the new message's, and nowhere else.
    data: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    proposed_by: Mapped[UUID]
    proposed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    settled_by: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]
    successor_id: Mapped[UUID | None]  # the message that stands under the number now
