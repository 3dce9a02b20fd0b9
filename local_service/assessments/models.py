from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from local_service.base import LocalBase
from local_service.cases.models import of_case
from service_kit.tables import OwnedRow, one_of


class JudgementAnswer(StrEnum):
    """What the authority judges the case to be (Children Act 2004 s16B(9))."""

    SERIOUS_CASE = "serious_case"
    NOT_A_SERIOUS_CASE = "not_a_serious_case"


class Judgement(OwnedRow, LocalBase):
    """The authority's own judgement. A later one stands beside the earlier, never in its place."""

    __tablename__ = "judgements"
    __table_args__ = (
        of_case(),
        one_of("judgement", JudgementAnswer),
        UniqueConstraint("organisation_id", "case_id", "version"),
    )

    case_id: Mapped[UUID]
    version: Mapped[int]
    judgement: Mapped[str]
    reasons: Mapped[str]
    judged_by: Mapped[UUID | None]
    judged_at: Mapped[datetime]
