"""What a person must hear of: raised once, seen until it is over, and kept afterwards."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from service_kit.ids import new_id
from service_kit.tables import KitBase, OwnedRow, one_of


class AlertKind(StrEnum):
    MESSAGE_DEAD = "message_dead"  # the counterpart refused it for good
    UNDELIVERED = "undelivered"  # for fifteen minutes
    URGENT_UNDELIVERED = "urgent_undelivered"  # of a type that must arrive the same day
    APPLY_FAILED = "apply_failed"  # received, and an unexpected error keeps it from taking effect
    GAP = "gap"  # a number before it has not come for fifteen minutes
    DESTINATION_ANSWERS_WRONGLY = "destination_answers_wrongly"  # something answers, but not the counterpart
    CLOCK_SKEW = "clock_skew"
    HASHES_DIFFER = "hashes_differ"  # both sides hold one id with other bytes
    HELD_UNKNOWN = "held_unknown"  # the counterpart holds of ours what we do not know
    NOT_EQUAL = "not_equal"  # not found equal for twenty-six hours
    STATEMENT_REFUSED = "statement_refused"  # what the counterpart listed does not fit what it signed
    RESTORE_SUSPECTED = "restore_suspected"
    CHECKPOINT_REFUSED = "checkpoint_refused"
    KEY_CHANGE_REFUSED = "key_change_refused"
    SUBSCRIPTION_PAUSED = "subscription_paused"


class Alert(OwnedRow, KitBase):
    """At most one is open of a kind for the same link and message."""

    __tablename__ = "exchange_alerts"
    __table_args__ = (
        one_of("kind", AlertKind),
        Index(
            "uq_exchange_alerts_open", "organisation_id", "kind", "link_id", "message_id",
            unique=True, postgresql_where=text("cleared_at IS NULL"), postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip

    kind: Mapped[str]
    link_id: Mapped[UUID | None]
    message_id: Mapped[UUID | None]
    subject: Mapped[str | None]
    detail: Mapped[dict[str, Any]]  # ids, codes, counts and times; never a field's value
    raised_at: Mapped[datetime] = mapped_column(server_default=func.now())
    cleared_at: Mapped[datetime | None]


async def raise_alert(
    session: AsyncSession,
    organisation_id: UUID,
    kind: AlertKind,
    *,
    link_id: UUID | None = None,
    message_id: UUID | None = None,
    subject: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> bool:
    """Raise an alert; ``False``, and nothing changed, where the same one is open already."""
    statement = (
        insert(Alert)
        .values(
            organisation_id=organisation_id,
            id=new_id(),
            kind=kind.value,
            link_id=link_id,
            message_id=message_id,
            subject=subject,
            detail=dict(detail or {}),
        )
        .on_conflict_do_nothing()
        .returning(Alert.id)
    )
    return (await session.execute(statement)).one_or_none() is not None


async def clear_alerts(
    session: AsyncSession,
    organisation_id: UUID,
    *kinds: AlertKind,
    link_id: UUID | None = None,
    message_id: UUID | None = None,
) -> None:
    """End the open alerts of these kinds, of one link or message where it is named."""
    statement = update(Alert).where(
        Alert.organisation_id == organisation_id,
        Alert.kind.in_([kind.value for kind in kinds]),
        Alert.cleared_at.is_(None),
    )
    if link_id is not None:
        statement = statement.where(Alert.link_id == link_id)
    if message_id is not None:
        statement = statement.where(Alert.message_id == message_id)
    await session.execute(
        statement.values(cleared_at=func.now()).execution_options(synchronize_session=False)
    )
