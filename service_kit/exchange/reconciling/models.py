"""Tables of reconciliation: what each comparison found, when the next is due, and receipts beyond the first."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, Index, Text, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from service_kit.tables import AddedOnlyRow, KitBase, OwnedRow, one_of


class RunReason(StrEnum):
    """Why a comparison was made."""

    DAILY = "daily"
    ASKED = "asked"  # by a person
    EPOCH = "epoch"  # the counterpart's history began anew
    COUNTERPART = "counterpart"  # it asked for what had been given up here
    RESTORE = "restore"  # of ourselves


class FindingKind(StrEnum):
    """What a comparison can find, by the protocol's table, and what it may be told that is not true."""

    RECEIVER_LACKS = "receiver_lacks"  # though the sender has its receipt
    RECEIPT_MISSING = "receipt_missing"  # the receiver holds it; pending or dead at the sender
    GIVEN_UP_BUT_HELD = "given_up_but_held"  # the receiver holds it; replaced or void at the sender
    UNKNOWN_TO_SENDER = "unknown_to_sender"  # the receiver holds it
    HASHES_DIFFER = "hashes_differ"
    STATEMENT_REFUSED = "statement_refused"  # what the counterpart says does not fit what it signs


def _of_a_link() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["organisation_id", "link_id"], ["exchange_links.organisation_id", "exchange_links.id"]
    )


class Reconciliation(AddedOnlyRow, KitBase):
    """One comparison with a counterpart in both directions; when equal, with the other's signed word of it."""

    __tablename__ = "reconciliations"
    __table_args__ = (
        one_of("reason", RunReason),
        _of_a_link(),
        Index(None, "organisation_id", "link_id", "id"),
    )

    link_id: Mapped[UUID]
    reason: Mapped[str]
    started_at: Mapped[datetime]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    first_day: Mapped[date | None]  # none: every day there is
    days: Mapped[int]  # how many were compared, both directions together
    sent_equal: Mapped[bool]
    received_equal: Mapped[bool]
    findings: Mapped[list[Any]]  # the first thousand, each {kind, direction, day, message_id}
    finding_count: Mapped[int]
    unequal_since: Mapped[date | None]  # the earliest day that differed: the next comparison begins no later
    counterpart_epoch: Mapped[datetime]
    # The counterpart's signed summaries, as they came: what it received of us, what it sent us.
    received_summaries: Mapped[list[str]] = mapped_column(ARRAY(Text))
    sent_summaries: Mapped[list[str]] = mapped_column(ARRAY(Text))


class ReconciliationPlan(OwnedRow, KitBase):
    """When a link is compared next. One worker has it at a time, by a lease that ends with it."""

    __tablename__ = "reconciliation_plans"
    __table_args__ = (
        UniqueConstraint("organisation_id", "link_id"),
        one_of("reason", RunReason),
        _of_a_link(),
        Index(None, "due_at"),
    )

    link_id: Mapped[UUID]
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    reason: Mapped[str] = mapped_column(server_default=RunReason.DAILY.value)
    all_days: Mapped[bool] = mapped_column(server_default="false")
    asked_at: Mapped[datetime | None]  # when somebody last wanted it at once
    leased_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(
        server_default="0"
    )  # in a row that found it not equal, or nobody there
    problem: Mapped[str | None]  # why the last try compared nothing
    gaps_asked_at: Mapped[datetime | None]


class FurtherReceipt(AddedOnlyRow, KitBase):
    """A receipt for a message that has one already: it was sent again, and the first stays where it is."""

    __tablename__ = "further_receipts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "message_id"], ["outbound_messages.organisation_id", "outbound_messages.id"]
        ),
        Index(None, "organisation_id", "message_id", "id"),
    )

    message_id: Mapped[UUID]
    receipt: Mapped[str]
    receipt_reference: Mapped[str]
    receipt_stored_at: Mapped[datetime]
    kept_at: Mapped[datetime] = mapped_column(server_default=func.now())
