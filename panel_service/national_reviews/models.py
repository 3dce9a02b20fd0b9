"""Tables of national reviews. The state is derived from their rows (states.py), never stored beside them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from panel_service.base import PanelBase
from panel_service.cases.models import of_case
from panel_service.national_reviews.states import PublishedForm, ReviewForm
from service_kit.tables import AddedOnlyRow, OwnedRow, one_of


def of_review() -> ForeignKeyConstraint:
    """Tie a row to its national review, within the same organisation."""
    return ForeignKeyConstraint(
        ["organisation_id", "review_id"], ["national_reviews.organisation_id", "national_reviews.id"]
    )


class NationalReview(OwnedRow, PanelBase):
    """A national child safeguarding practice review, of one case or of a theme over many (s16B(1)(b))."""

    __tablename__ = "national_reviews"
    __table_args__ = (
        one_of("form", ReviewForm),
        one_of("published_form", PublishedForm),
        CheckConstraint("(form = 'thematic') = (theme IS NOT NULL)", name="thematic_has_theme"),
        CheckConstraint(
            "(decided_on IS NULL) = (secretary_of_state_told_on IS NULL) "
            "AND (decided_on IS NULL) = (secretary_of_state_reference IS NULL)",
            name="decided_is_told",
        ),
        CheckConstraint("started_on IS NULL OR scope IS NOT NULL", name="started_has_scope"),
        CheckConstraint(
            "(published_on IS NULL) = (published_form IS NULL) AND (published_on IS NULL) = (publication IS NULL)",
            name="published_whole",
        ),
        CheckConstraint("(taken_down_on IS NULL) = (takedown IS NULL)", name="taken_down_has_reasons"),
        CheckConstraint("(closed_on IS NULL) = (closing_reasons IS NULL)", name="closed_has_reasons"),
        Index(None, "organisation_id", "published_on"),
    )

    version: Mapped[int]
    form: Mapped[str]
    title: Mapped[str]
    theme: Mapped[str | None]
    proposed_on: Mapped[date]
    proposal_reasons: Mapped[str]
    proposed_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    decided_on: Mapped[date | None]
    decision_reasons: Mapped[str | None]
    secretary_of_state_told_on: Mapped[date | None]
    secretary_of_state_reference: Mapped[str | None]
    scope: Mapped[dict[str, Any] | None]  # terms of reference, methodology, timescale
    started_on: Mapped[date | None]
    first_check_on: Mapped[date | None]
    published_on: Mapped[date | None]
    published_form: Mapped[str | None]
    publication: Mapped[dict[str, Any] | None]  # what was published, by its hash, and with which reasons
    taken_down_on: Mapped[date | None]
    takedown: Mapped[dict[str, Any] | None]
    closed_on: Mapped[date | None]
    closing_reasons: Mapped[str | None]


class ReviewCase(AddedOnlyRow, PanelBase):
    """A case that a national review is about, and the outcome of the decision it came in by."""

    __tablename__ = "national_review_cases"
    __table_args__ = (
        of_review(),
        of_case(),
        UniqueConstraint("organisation_id", "review_id", "case_id"),
        Index(None, "organisation_id", "case_id"),
    )

    review_id: Mapped[UUID]
    case_id: Mapped[UUID]
    outcome: Mapped[str]
    added_by: Mapped[UUID | None]
    added_at: Mapped[datetime]


class ReviewerAppointment(OwnedRow, PanelBase):
    """A reviewer of a national review, from selection to removal (SI 2018/789 regs 4 and 5)."""

    __tablename__ = "national_review_reviewers"
    __table_args__ = (
        of_review(),
        ForeignKeyConstraint(
            ["organisation_id", "pool_member_id"], ["reviewer_pool.organisation_id", "reviewer_pool.id"]
        ),
        CheckConstraint("(pool_member_id IS NULL) = (off_pool_reason IS NOT NULL)", name="pool_or_reason"),
        CheckConstraint(
            "(off_pool_reason IS NULL) = (off_pool_reasons IS NULL)", name="off_pool_has_reasons"
        ),
        CheckConstraint(
            "confirmed_on IS NULL OR recommended_on IS NOT NULL", name="confirmed_after_recommended"
        ),
        CheckConstraint(
            "removed_on IS NULL OR (confirmed_on IS NOT NULL AND removal_determined_on IS NOT NULL)",
            name="removed_after_determined",
        ),
        CheckConstraint(
            "considered_another_on IS NULL OR removed_on IS NOT NULL", name="considered_after_removal"
        ),
    )

    review_id: Mapped[UUID]
    pool_member_id: Mapped[UUID | None]
    name: Mapped[str]
    off_pool_reason: Mapped[str | None]
    off_pool_reasons: Mapped[str | None]
    selected_on: Mapped[date]
    recommended_on: Mapped[date | None]
    confirmed_on: Mapped[date | None]
    confirmation_reference: Mapped[str | None]
    removal_determined_on: Mapped[date | None]
    removal_reasons: Mapped[str | None]
    removed_on: Mapped[date | None]
    removal_reference: Mapped[str | None]
    removed_before_completion: Mapped[bool]
    considered_another_on: Mapped[date | None]
    considered_another: Mapped[dict[str, Any] | None]


class Checkpoint(AddedOnlyRow, PanelBase):
    """The Panel's monitoring of time and quality, at one of its regular intervals (SI 2018/789 reg 7(1))."""

    __tablename__ = "national_review_checkpoints"
    __table_args__ = (of_review(), CheckConstraint("next_on > on_day", name="next_is_later"))

    review_id: Mapped[UUID]
    on_day: Mapped[date]
    timeliness: Mapped[str]
    quality: Mapped[str]
    note: Mapped[str]
    next_on: Mapped[date]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]


class ReviewerRequest(OwnedRow, PanelBase):
    """A request in writing to a reviewer for specified information or a draft (SI 2018/789 reg 7(2), (3))."""

    __tablename__ = "national_review_requests"
    __table_args__ = (
        of_review(),
        CheckConstraint("due_on >= requested_on", name="due_after_requested"),
        CheckConstraint("answered_on >= requested_on", name="answered_after_requested"),
    )

    review_id: Mapped[UUID]
    kind: Mapped[str]
    what: Mapped[str]
    letter_reference: Mapped[str]
    requested_on: Mapped[date]
    due_on: Mapped[date]
    answered_on: Mapped[date | None]
    answer_note: Mapped[str | None]


class ReviewReport(OwnedRow, PanelBase):
    """One version of the report (SI 2018/789 reg 8). Its text never changes; quality and finality are added to it."""

    __tablename__ = "national_review_reports"
    __table_args__ = (
        of_review(),
        UniqueConstraint("organisation_id", "review_id", "report_version"),
        CheckConstraint("finalised_on IS NULL OR quality_assured_on IS NOT NULL", name="final_after_quality"),
    )

    review_id: Mapped[UUID]
    report_version: Mapped[int]
    report: Mapped[dict[str, Any]]
    sha256: Mapped[str]  # of the canonical report
    written_by: Mapped[UUID | None]
    written_at: Mapped[datetime]
    quality_assured_on: Mapped[date | None]
    quality_note: Mapped[str | None]
    finalised_on: Mapped[date | None]


class CopyGiven(AddedOnlyRow, PanelBase):
    """A copy given to the Secretary of State: the report, and the improvements information where only that goes out (reg 9)."""

    __tablename__ = "national_review_copies"
    __table_args__ = (
        of_review(),
        CheckConstraint(
            "(improvements_information IS NULL) = (information_sha256 IS NULL)", name="information_has_hash"
        ),
    )

    review_id: Mapped[UUID]
    report_version: Mapped[int]
    report_sha256: Mapped[str]
    improvements_information: Mapped[str | None]
    information_sha256: Mapped[str | None]
    copied_on: Mapped[date]
    reference: Mapped[str]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
