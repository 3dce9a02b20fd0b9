from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from panel_service.base import PanelBase
from service_kit.tables import AddedOnlyRow, OwnedRow, one_of


class MemberKind(StrEnum):
    """Safeguarding partners (Children Act 2004 s16E(3)) and the relevant agencies beside them."""

    LOCAL_AUTHORITY = "local_authority"
    INTEGRATED_CARE_BOARD = "integrated_care_board"
    POLICE = "police"
    RELEVANT_AGENCY = "relevant_agency"


class SuccessionKind(StrEnum):
    MERGER = "merger"
    REORGANISATION = "reorganisation"
    DIVISION = "division"


def of_partnership(column: str = "partnership_id") -> ForeignKeyConstraint:
    """Tie a row to a partnership, within the same organisation."""
    return ForeignKeyConstraint(
        ["organisation_id", column], ["partnerships.organisation_id", "partnerships.id"]
    )


class Partnership(OwnedRow, PanelBase):
    """A safeguarding partnership; `party` is who it is on its link. One without a link writes by form or post."""

    __tablename__ = "partnerships"
    __table_args__ = (
        UniqueConstraint("organisation_id", "code"),
        UniqueConstraint("organisation_id", "link_id"),
        UniqueConstraint("organisation_id", "party"),
        CheckConstraint("(link_id IS NULL) = (party IS NULL)", name="linked_as_a_party"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_it_begins"),
    )

    code: Mapped[str]
    name: Mapped[str]
    party: Mapped[UUID | None]
    link_id: Mapped[UUID | None] = mapped_column(comment="exchange_links.id")
    valid_from: Mapped[date | None]
    valid_to: Mapped[
        date | None
    ]  # the last day before its successor; its cases stay with it until they close
    created_at: Mapped[datetime]


class PartnershipMember(OwnedRow, PanelBase):
    """An organisation's part in a partnership, from a day to a day; ended, it stays on record."""

    __tablename__ = "partnership_members"
    __table_args__ = (
        of_partnership(),
        one_of("kind", MemberKind),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_it_begins"),
        Index(None, "organisation_id", "partnership_id"),
        Index(None, "organisation_id", "kind", "code"),
    )

    partnership_id: Mapped[UUID]
    kind: Mapped[str]
    code: Mapped[str]  # DfE code of an authority, ODS code of a board, slug of a force
    name: Mapped[str]
    acts_for: Mapped[str | None]  # code of the member of the same kind that it acts for (s16J)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class PartnershipSuccession(AddedOnlyRow, PanelBase):
    """One partnership came after another: history is kept, nothing is moved."""

    __tablename__ = "partnership_successions"
    __table_args__ = (
        of_partnership("predecessor_id"),
        of_partnership("successor_id"),
        one_of("kind", SuccessionKind),
        UniqueConstraint("organisation_id", "predecessor_id", "successor_id"),
        CheckConstraint("predecessor_id <> successor_id", name="not_its_own"),
    )

    predecessor_id: Mapped[UUID]
    successor_id: Mapped[UUID]
    kind: Mapped[str]
    on_day: Mapped[date]
    reasons: Mapped[str]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]


class TestExchange(OwnedRow, PanelBase):
    """A message sent to a partnership to see whether it comes back, before anything depends on it."""

    __test__ = False
    __tablename__ = "partnership_test_exchanges"
    __table_args__ = (
        of_partnership(),
        Index(None, "organisation_id", "partnership_id", "id"),
    )

    partnership_id: Mapped[UUID]
    message_id: Mapped[UUID]
    started_by: Mapped[UUID | None]
    started_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answer_message_id: Mapped[UUID | None]
