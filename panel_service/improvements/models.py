"""Tables of improvements."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from panel_service.base import PanelBase
from panel_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow, OwnedRow, one_of
from shared_schemas.improvements import ImprovementScope, Progress, ResponseAnswer


class ImprovementState(StrEnum):
    IDENTIFIED = "identified"
    AGREED = "agreed"
    ADDRESSED = "addressed"
    RESPONDED = "responded"
    IN_PROGRESS = "in_progress"
    IMPLEMENTED = "implemented"
    NOT_IMPLEMENTED = "not_implemented"
    SUPERSEDED = "superseded"


class AddresseeKind(StrEnum):
    GOVERNMENT_DEPARTMENT = "government_department"
    NATIONAL_BODY = "national_body"
    PROFESSION = "profession"
    PARTNERSHIP = "partnership"
    OTHER = "other"


class Concern(StrEnum):
    """Why somebody is told of an improvement."""

    ADDRESSED = "addressed"
    CASE_IS_EVIDENCE = "case_is_evidence"
    CHOSEN = "chosen"


class EvidenceKind(StrEnum):
    NOTIFICATION = "notification"
    RAPID_REVIEW = "rapid_review"
    LOCAL_REVIEW = "local_review"
    NATIONAL_REVIEW = "national_review"
    OTHER = "other"


class SourceKind(StrEnum):
    """Where an improvement was recommended before."""

    IMPROVEMENT = "improvement"
    LOCAL_REVIEW = "local_review"
    NATIONAL_REVIEW = "national_review"


def of_improvement() -> ForeignKeyConstraint:
    """Tie a row to its improvement, within the same organisation."""
    return ForeignKeyConstraint(
        ["organisation_id", "improvement_id"], ["improvements.organisation_id", "improvements.id"]
    )


class Improvement(OwnedRow, PanelBase):
    """An improvement that should be made (Children Act 2004 s16B(2))."""

    __tablename__ = "improvements"
    __table_args__ = (
        one_of("state", ImprovementState),
        one_of("scope", ImprovementScope),
        CheckConstraint("agreed_by IS NULL OR agreed_by <> identified_by", name="agreed_by_another"),
        CheckConstraint("(state = 'superseded') = (superseded_by_id IS NOT NULL)", name="superseded_by_one"),
        ForeignKeyConstraint(
            ["organisation_id", "superseded_by_id"], ["improvements.organisation_id", "improvements.id"]
        ),
        Index(None, "organisation_id", "state", "id"),
    )

    version: Mapped[int]
    state: Mapped[str]
    scope: Mapped[str]
    what: Mapped[str]
    why: Mapped[str]
    themes: Mapped[list[Any]]
    identified_by: Mapped[UUID]
    identified_at: Mapped[datetime]
    agreed_by: Mapped[UUID | None]
    agreed_at: Mapped[datetime | None]
    addressed_at: Mapped[datetime | None]
    superseded_by_id: Mapped[UUID | None]
    updated_at: Mapped[datetime]


class ImprovementAddressee(OwnedRow, PanelBase):
    """Somebody an improvement is addressed to or who is told of it, and by which message."""

    __tablename__ = "improvement_addressees"
    __table_args__ = (
        of_improvement(),
        one_of("kind", AddresseeKind),
        one_of("concern", Concern),
        ForeignKeyConstraint(
            ["organisation_id", "partnership_id"], ["partnerships.organisation_id", "partnerships.id"]
        ),
        CheckConstraint("(kind = 'partnership') = (partnership_id IS NOT NULL)", name="partnership_by_id"),
        CheckConstraint("(message_id IS NULL) = (subject IS NULL)", name="message_has_a_subject"),
        UniqueConstraint("organisation_id", "improvement_id", "partnership_id"),
        Index(None, "organisation_id", "improvement_id", "id"),
    )

    improvement_id: Mapped[UUID]
    kind: Mapped[str]
    concern: Mapped[str]
    name: Mapped[str]
    partnership_id: Mapped[UUID | None]
    message_id: Mapped[UUID | None]  # null until told, and where it is told by hand
    subject: Mapped[UUID | None]  # of that message


class ImprovementEvidence(AddedOnlyRow, PanelBase):
    """What shows that the improvement should be made."""

    __tablename__ = "improvement_evidence"
    __table_args__ = (
        of_improvement(),
        of_case(),
        one_of("kind", EvidenceKind),
        CheckConstraint(
            "(kind IN ('notification', 'rapid_review', 'local_review')) = "
            "(case_id IS NOT NULL AND document_version IS NOT NULL)",
            name="case_evidence_is_whole",
        ),
        CheckConstraint("(kind = 'national_review') = (reference IS NOT NULL)", name="review_by_reference"),
        CheckConstraint("(kind = 'other') = (citation IS NOT NULL)", name="other_is_cited"),
        Index(None, "organisation_id", "improvement_id", "id"),
        Index(None, "organisation_id", "case_id"),
    )

    improvement_id: Mapped[UUID]
    kind: Mapped[str]
    case_id: Mapped[UUID | None]
    document_version: Mapped[int | None]
    reference: Mapped[str | None]
    national_review_id: Mapped[UUID | None]
    citation: Mapped[dict[str, Any] | None]
    added_by: Mapped[UUID | None]
    added_at: Mapped[datetime]


class ImprovementMove(AddedOnlyRow, PanelBase):
    """A step an improvement took: its history."""

    __tablename__ = "improvement_moves"
    __table_args__ = (of_improvement(), Index(None, "organisation_id", "improvement_id", "id"))

    improvement_id: Mapped[UUID]
    move: Mapped[str]
    from_state: Mapped[str]
    to_state: Mapped[str]
    facts: Mapped[dict[str, Any]]  # what was said with it, as it was validated
    moved_by: Mapped[UUID | None]  # null where a partnership's message moved it
    moved_at: Mapped[datetime]


class ImprovementResponse(AddedOnlyRow, PanelBase):
    """What an addressee says; the highest version stands."""

    __tablename__ = "improvement_responses"
    __table_args__ = (
        of_improvement(),
        ForeignKeyConstraint(
            ["organisation_id", "addressee_id"],
            ["improvement_addressees.organisation_id", "improvement_addressees.id"],
        ),
        one_of("response", ResponseAnswer),
        CheckConstraint(
            "progress IS NULL OR progress IN (" + ", ".join(f"'{value}'" for value in Progress) + ")",
            name="progress_known",
        ),
        UniqueConstraint("organisation_id", "addressee_id", "version"),
        Index(None, "organisation_id", "improvement_id", "id"),
    )

    improvement_id: Mapped[UUID]
    addressee_id: Mapped[UUID]
    version: Mapped[int]
    response: Mapped[str]
    progress: Mapped[str | None]
    facts: Mapped[dict[str, Any]]  # ResponseFacts and ProgressFacts
    responded_on: Mapped[date]
    message_id: Mapped[UUID | None]  # null where staff recorded it
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]


class RecommendedText(AddedOnlyRow, PanelBase):
    """What was recommended before, as the words it is found by; the text itself stays where it was said."""

    __tablename__ = "recommended_texts"
    __table_args__ = (
        one_of("source_kind", SourceKind),
        UniqueConstraint("organisation_id", "source_kind", "source_id", "position"),
    )

    source_kind: Mapped[str]
    source_id: Mapped[UUID]  # the improvement, the received document, or the national review
    case_id: Mapped[UUID | None]
    position: Mapped[int] = mapped_column(comment="0 is the summary, 1, 2 … the recommendations in order")
    said_on: Mapped[date]
    words: Mapped[list[Any]]
    themes: Mapped[list[Any]]
    themes_suggested: Mapped[bool]  # by words in the text; otherwise a person gave them


def of_text() -> ForeignKeyConstraint:
    """Tie a row to its recommended text, within the same organisation."""
    return ForeignKeyConstraint(
        ["organisation_id", "text_id"], ["recommended_texts.organisation_id", "recommended_texts.id"]
    )


class RecommendedBand(AddedOnlyRow, PanelBase):
    """One band of a text's min-hash signature: texts that share one are likely to share words."""

    __tablename__ = "recommended_bands"
    __table_args__ = (of_text(), Index(None, "organisation_id", "signature", "text_id"))

    text_id: Mapped[UUID]
    signature: Mapped[int] = mapped_column(BigInteger)


class RecommendedTheme(AddedOnlyRow, PanelBase):
    """One theme of a text: counted by year, and what texts on one theme are found by."""

    __tablename__ = "recommended_themes"
    __table_args__ = (of_text(), Index(None, "organisation_id", "theme", "said_on"))

    text_id: Mapped[UUID]
    theme: Mapped[str]
    said_on: Mapped[date]


class ConfirmedRecurrence(AddedOnlyRow, PanelBase):
    """A person confirmed that an improvement was previously identified (SI 2018/789 reg 3(a))."""

    __tablename__ = "improvement_recurrences"
    __table_args__ = (
        of_improvement(),
        of_text(),
        UniqueConstraint("organisation_id", "improvement_id", "text_id"),
    )

    improvement_id: Mapped[UUID]
    text_id: Mapped[UUID]
    remark: Mapped[str | None]
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime]
