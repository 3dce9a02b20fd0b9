from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from panel_service.base import PanelBase
from panel_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow


class CountedNotification(AddedOnlyRow, PanelBase):
    """What statistics count of a case: its index child as at the first notification, in codes and bands alone.

    "Data is as at time of notification" (Department for Education, methodology): a later outcome changes nothing here.
    """

    __tablename__ = "counted_notifications"
    __table_args__ = (
        of_case(),
        UniqueConstraint("organisation_id", "case_id"),
        Index(None, "organisation_id", "notified_on"),
    )

    case_id: Mapped[UUID]
    notified_on: Mapped[date]  # in Europe/London
    nature: Mapped[str]
    region: Mapped[str]
    age_band: Mapped[str]
    sex: Mapped[str]
    ethnicity: Mapped[str]
    disability: Mapped[str]
    placement_type: Mapped[str]
    looked_after: Mapped[str]
    child_in_need_plan: Mapped[str]
    child_protection_plan: Mapped[str]
    known_to_any_agency: Mapped[str]


class StatisticsEdition(AddedOnlyRow, PanelBase):
    """A table as it was published; a later edition of the same year stands beside it."""

    __tablename__ = "statistics_editions"
    __table_args__ = (UniqueConstraint("organisation_id", "reporting_year", "edition"),)

    reporting_year: Mapped[int]  # the year in which it ends on 31 March
    edition: Mapped[int]
    rows: Mapped[list[Any]]
    published_by: Mapped[UUID | None]
    published_at: Mapped[datetime]
