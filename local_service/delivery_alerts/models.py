"""Notifications that do not reach the Panel, and that the Panel was told by hand."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow, OwnedRow, one_of


class WhyUndelivered(StrEnum):
    REFUSED = "refused"  # the Panel's service refused it for good
    PARKED = "parked"  # a message before it was refused
    NOT_ARRIVED = "not_arrived"  # for an hour
    DISCARDED = "discarded"  # two people here gave it up


class ManualRoute(StrEnum):
    FORM = "form"
    EMAIL = "email"
    TELEPHONE = "telephone"
    POST = "post"


class UndeliveredNotification(OwnedRow, LocalBase):
    """An alert to the partnership's office: open until the Panel has the notification. One for each version."""

    __tablename__ = "undelivered_notifications"
    __table_args__ = (
        of_case(),
        one_of("why", WhyUndelivered),
        Index(
            "uq_undelivered_notifications_open", "organisation_id", "notification_id",
            unique=True, postgresql_where=text("cleared_at IS NULL"),
        ),
        Index(None, "organisation_id", "case_id", "id"),
    )  # fmt: skip

    case_id: Mapped[UUID]
    notification_id: Mapped[UUID]
    notification_version: Mapped[int]
    why: Mapped[str]
    problem: Mapped[str | None]  # a name of the problem catalogue
    undelivered_since: Mapped[datetime]  # when the notification was sent
    raised_at: Mapped[datetime] = mapped_column(server_default=func.now())
    cleared_at: Mapped[datetime | None]


class ManualNotification(AddedOnlyRow, LocalBase):
    """The Panel was told by hand: when, how and by whom. It is never changed; another telling is another row."""

    __tablename__ = "manual_notifications"
    __table_args__ = (
        of_case(),
        one_of("route", ManualRoute),
        Index(None, "organisation_id", "case_id", "id"),
    )

    case_id: Mapped[UUID]
    notification_version: Mapped[int]
    route: Mapped[str]
    told_at: Mapped[datetime]
    told_by: Mapped[str]  # the person who told the Panel, by name
    reference: Mapped[str | None]  # what the Panel calls it
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime]
