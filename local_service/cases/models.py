from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKeyConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from local_service.base import LocalBase
from service_kit.tables import OwnedRow, one_of


class CaseStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    NOT_NOTIFIABLE = "not_notifiable"
    WITHDRAWN = "withdrawn"


def of_case() -> ForeignKeyConstraint:
    """Tie a row to its case, within the same organisation."""
    return ForeignKeyConstraint(
        ["organisation_id", "case_id"], ["cases.organisation_id", "cases.id"], ondelete="RESTRICT"
    )


class Case(OwnedRow, LocalBase):
    """One incident. ``incident`` holds its facts as they were validated; columns repeat only what is searched by."""

    __tablename__ = "cases"
    __table_args__ = (
        one_of("status", CaseStatus),
        CheckConstraint(
            "(status IN ('not_notifiable', 'withdrawn')) = (lifted_at IS NOT NULL)", name="lifted_has_a_time"
        ),
        CheckConstraint("(source_system IS NULL) = (source_reference IS NULL)", name="source_is_whole"),
        UniqueConstraint("organisation_id", "source_system", "source_reference"),
        UniqueConstraint("organisation_id", "exchange_reference"),
        Index(None, "organisation_id", "status", "id"),
        Index(None, "organisation_id", "source_system", "id"),
    )

    version: Mapped[int]
    facts_version: Mapped[int]  # the version by which the incident's facts last changed
    status: Mapped[str]
    source_system: Mapped[str | None]
    source_reference: Mapped[str | None]
    exchange_reference: Mapped[UUID]  # what both services know the case by: the subject of its messages
    rule_set: Mapped[str]
    occurred_on: Mapped[date]
    nature: Mapped[str]
    information_received_at: Mapped[datetime]  # the earliest at which any one of the partners received it
    incident: Mapped[dict[str, Any]]  # shared_schemas' IncidentFacts without the children
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]  # when its duties were lifted: found not notifiable, or withdrawn


def _fact(name: str) -> Any:
    """Give a column the database itself keeps equal to a fact."""
    return mapped_column(Text, Computed(f"facts ->> '{name}'", persisted=True), deferred=True)


def _known_by(column: str) -> Index:
    return Index(
        f"ix_children_{column}", "organisation_id", column, postgresql_where=text(f"{column} IS NOT NULL")
    )


class Child(OwnedRow, LocalBase):
    """A child of an incident, under one id for as long as the case lives."""

    __tablename__ = "children"
    __table_args__ = (
        of_case(),
        Index(None, "organisation_id", "case_id", "position"),
        Index(
            "uq_children_index_child", "organisation_id", "case_id",
            unique=True, postgresql_where=text("index_child"),
        ),
        *(_known_by(name) for name in ("la_child_id", "nhs_number", "unique_pupil_number", "date_of_birth")),
    )  # fmt: skip

    case_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(comment="0, 1, 2 … in the order the caller gave")
    index_child: Mapped[bool]
    facts: Mapped[dict[str, Any]]  # ChildFacts without index_child
    # What the same child in another case is found by. Under row security no index on an expression is used.
    la_child_id: Mapped[str | None] = _fact("la_child_id")
    nhs_number: Mapped[str | None] = _fact("nhs_number")
    unique_pupil_number: Mapped[str | None] = _fact("unique_pupil_number")
    date_of_birth: Mapped[str | None] = _fact("date_of_birth")
