"""What is known of a restore, link by link: why it was suspected, what was compared, and each loss by name."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from service_kit.tables import KitBase, OwnedRow, one_of


class SuspicionReason(StrEnum):
    """Why a service takes its own database to be older than what its counterparts hold."""

    SYSTEM_IDENTIFIER = "system_identifier"  # another PostgreSQL cluster than the one that was stored
    TIMELINE = (
        "timeline"  # the same cluster on another timeline: a promotion, or a recovery to a point in time
    )
    RECEIVED_COUNT = "received_count"  # the counterpart holds more than was ever written here
    COSIGNED_SIZE = "cosigned_size"  # the counterpart countersigned more of the audit tree than there is
    HELD_UNKNOWN = "held_unknown"  # the counterpart holds, under our signature, what is unknown here
    PERSON = "person"


class FindingKind(StrEnum):
    """What was lost, and what became of it."""

    RECOVERED = "recovered"  # we had sent it, the counterpart holds it: known again
    REPLACED = "replaced"  # our own, on a number that was taken: written again under the next free one
    FILLED = "filled"  # a number whose message nobody has
    TO_COME_AGAIN = "to_come_again"  # we had signed for it and do not hold it: the counterpart sends it again
    DIFFERENT = "different"  # known on both sides with other bytes: no machine heals it


class Restore(OwnedRow, KitBase):
    """One suspicion on one link, until it is settled; while it is open, nothing is sent on the link."""

    __tablename__ = "exchange_restores"
    __table_args__ = (
        one_of("reason", SuspicionReason),
        ForeignKeyConstraint(
            ["organisation_id", "link_id"], ["exchange_links.organisation_id", "exchange_links.id"]
        ),
        Index(
            "uq_exchange_restores_open", "organisation_id", "link_id",
            unique=True, postgresql_where=text("settled_at IS NULL"),
        ),
    )  # fmt: skip

    link_id: Mapped[UUID]
    reason: Mapped[str]
    detail: Mapped[dict[str, Any]]  # ids, codes and counts
    suspected_at: Mapped[datetime] = mapped_column(server_default=func.now())
    suspected_by: Mapped[UUID | None]  # the person who said so, and in what words
    said: Mapped[str | None]
    tried_at: Mapped[datetime | None]  # when the counterpart was last asked
    problem: Mapped[str | None]  # why the last asking brought no comparison
    compared_at: Mapped[datetime | None]
    difference: Mapped[dict[str, Any] | None]  # counts by kind of finding; empty where there is none
    epoch: Mapped[datetime | None]  # the epoch that the difference began
    confirmed_at: Mapped[
        datetime | None
    ]  # a person confirmed the pinned keys: what is unknown may be entered
    confirmed_by: Mapped[UUID | None]
    confirmation: Mapped[str | None]  # in what words
    settled_at: Mapped[datetime | None]


class RestoreFinding(OwnedRow, KitBase):
    """One loss by name. A filled number has no message that anybody could name; of what is to come again only the id is known."""

    __tablename__ = "exchange_restore_findings"
    __table_args__ = (
        one_of("kind", FindingKind),
        ForeignKeyConstraint(
            ["organisation_id", "restore_id"], ["exchange_restores.organisation_id", "exchange_restores.id"]
        ),
        Index(None, "organisation_id", "restore_id", "id"),
    )

    restore_id: Mapped[UUID]
    link_id: Mapped[UUID]
    kind: Mapped[str]
    message_id: Mapped[UUID | None]
    successor_id: Mapped[UUID | None]  # what was written in its place
    subject: Mapped[str | None]
    number: Mapped[int | None]
    type: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class ReturnsOpening(OwnedRow, KitBase):
    """A person let the counterpart read back what it had sent itself: who, why and how long."""

    __tablename__ = "exchange_returns_openings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "link_id"], ["exchange_links.organisation_id", "exchange_links.id"]
        ),
        Index(None, "organisation_id", "link_id", "id"),
    )

    link_id: Mapped[UUID]
    opened_by: Mapped[UUID]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    open_until: Mapped[datetime]
    reason: Mapped[str]


class StreamResumption(OwnedRow, KitBase):
    """A person had brought what a parked stream is about up to date, and let it go on."""

    __tablename__ = "exchange_stream_resumptions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "stream_id"], ["outbound_streams.organisation_id", "outbound_streams.id"]
        ),
        Index(None, "organisation_id", "stream_id", "id"),
    )

    stream_id: Mapped[UUID]
    parked_at: Mapped[datetime]
    parked_reason: Mapped[str]
    resumed_by: Mapped[UUID]
    resumed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    reason: Mapped[str]
