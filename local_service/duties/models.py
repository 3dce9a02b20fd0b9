from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.clock.rule_sets import End
from service_kit.tables import AddedOnlyRow, OwnedRow, one_of


class KeptState(StrEnum):
    """What of a duty's status does not change with the day; due soon and overdue are told on reading."""

    NOT_STARTED = "not_started"
    NO_TIME_STATED = "no_time_stated"
    RUNNING = "running"
    MET = "met"
    MET_LATE = "met_late"
    NOT_KEPT = "not_kept"
    LIFTED = "lifted"
    NOT_COVERED = "not_covered"


class CaseDuty(OwnedRow, LocalBase):
    """A duty of a case in one narrow row, so that a partnership's duties are listed without opening its cases.

    Written anew from the case's records whenever one of them changes; nothing is decided by it.
    """

    __tablename__ = "case_duties"
    __table_args__ = (
        of_case(),
        one_of("state", KeptState),
        one_of("ends", End),
        UniqueConstraint("organisation_id", "case_id", "code"),
        Index(None, "organisation_id", "sort_on", "id"),
        Index(
            "ix_case_duties_running",
            "organisation_id",
            "sort_on",
            "id",
            postgresql_where=text("state = 'running'"),
        ),
    )

    case_id: Mapped[UUID]
    code: Mapped[str]
    rule_set: Mapped[str]
    kind: Mapped[str]
    responsible: Mapped[str]
    stage: Mapped[str]  # the case's
    state: Mapped[str]
    ends: Mapped[str]
    anchor_on: Mapped[date | None]
    due_on: Mapped[date | None]
    met_on: Mapped[date | None]
    sort_on: Mapped[date] = mapped_column(comment="due_on, or the last day there is where no date is known")
    calendar_edition: Mapped[UUID | None]  # by which due_on was reckoned; none: the one that ships
    date_changes: Mapped[int] = mapped_column(server_default="0")  # the calendar feed's SEQUENCE
    told_due_soon_for: Mapped[date | None]  # the due date of which this was told, so that it is told once
    told_overdue_for: Mapped[date | None]


class DutyLateness(AddedOnlyRow, LocalBase):
    """Why a duty is late: no law stops a clock, but the reasons stand on record."""

    __tablename__ = "duty_lateness"
    __table_args__ = (of_case(), Index(None, "organisation_id", "case_id", "code", "id"))

    case_id: Mapped[UUID]
    code: Mapped[str]
    due_on: Mapped[date]
    reason: Mapped[str]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]


class CalendarAddress(OwnedRow, LocalBase):
    """A person's secret address of the calendar feed; only the hash of its secret is stored."""

    __tablename__ = "calendar_addresses"
    __table_args__ = (UniqueConstraint("organisation_id", "secret_hash"),)

    principal_id: Mapped[UUID]
    principal_name: Mapped[str]
    purpose: Mapped[str]
    secret_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
