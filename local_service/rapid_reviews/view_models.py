from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import AddedOnlyRow, one_of
from shared_schemas.incidents import SafeguardingPartnerKind


class PartnersView(AddedOnlyRow, LocalBase):
    """A safeguarding partner's view of a rapid review with its sign-off, or why the sign-off is outstanding."""

    __tablename__ = "rapid_review_views"
    __table_args__ = (
        of_case(),
        one_of("partner", SafeguardingPartnerKind),
        CheckConstraint(
            "signed_off = (signed_off_on IS NOT NULL) AND signed_off = (dissents IS NOT NULL) "
            "AND signed_off = (outstanding_reason IS NULL)",
            name="signed_or_why_not",
        ),
        CheckConstraint("dissents IS NOT TRUE OR reasons IS NOT NULL", name="dissent_has_reasons"),
        UniqueConstraint("organisation_id", "case_id", "number"),
        Index(None, "organisation_id", "recorded_by", "id"),
    )

    case_id: Mapped[UUID]
    number: Mapped[int]
    partner: Mapped[str]
    organisation: Mapped[str]
    dissents: Mapped[bool | None]
    reasons: Mapped[str | None]
    signed_off: Mapped[bool]
    signed_off_on: Mapped[date | None]
    outstanding_reason: Mapped[str | None]
    recorded_by: Mapped[UUID | None]
    recorded_by_name: Mapped[str]
    recorded_at: Mapped[datetime]
