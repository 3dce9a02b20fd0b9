"""Addenda: what is added to a rapid review after it was sent; the review itself never changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped

from local_service.base import LocalBase
from local_service.cases.file import CaseFile, touch
from local_service.cases.models import of_case
from local_service.dates import check_past
from local_service.panel_link import send_to_panel
from local_service.rapid_reviews.rules import why_no_addendum
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.tables import AddedOnlyRow
from shared_schemas.messages.exercise import RAPID_REVIEW_ADDENDUM, RapidReviewAddendumBody
from shared_schemas.rapid_reviews import RapidReviewAddendum


class Addendum(AddedOnlyRow, LocalBase):
    """What was added, with the message by which the Panel is told."""

    __tablename__ = "rapid_review_addenda"
    __table_args__ = (of_case(), UniqueConstraint("organisation_id", "case_id", "version"))

    case_id: Mapped[UUID]
    version: Mapped[int]
    content: Mapped[dict[str, Any]]  # shared_schemas' RapidReviewAddendum
    added_by: Mapped[UUID | None]
    added_at: Mapped[datetime]
    message_id: Mapped[UUID]


async def add_addendum(
    acting: Acting, settings: LocalSettings, file: CaseFile, given: RapidReviewAddendum
) -> Addendum:
    """Add to a rapid review that was sent, and tell the Panel. The case's row is locked, so versions do not collide."""
    refuse(why_no_addendum(file))
    check_addendum_dates(given, acting.now)
    case, version = file.case, len(await addenda_of(acting, file.case.id)) + 1
    body = RapidReviewAddendumBody(
        **dict(given), case_id=case.id, rule_set=case.rule_set, version=version, added_at=acting.now
    )
    addendum = Addendum(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=case.id,
        version=version,
        content=given.model_dump(mode="json"),
        added_by=acting.caller.principal_id,
        added_at=acting.now,
        message_id=await send_to_panel(acting, settings, case, RAPID_REVIEW_ADDENDUM, body),
    )
    acting.session.add(addendum)
    touch(acting, case)
    await acting.session.flush()
    detail = {"version": version, "message": str(addendum.message_id)}
    await acting.event("rapid_review.added_to", "case", case.id, detail)
    return addendum


async def addenda_of(acting: Acting, case_id: UUID) -> Sequence[Addendum]:
    """Give what was added to a case's rapid review, the first one first."""
    statement = (
        select(Addendum)
        .where(Addendum.organisation_id == acting.organisation_id, Addendum.case_id == case_id)
        .order_by(Addendum.version)
    )
    return (await acting.session.execute(statement)).scalars().all()


def check_addendum_dates(given: RapidReviewAddendum, now: datetime) -> None:
    """Refuse a decision or a sign-off of a day that has not come yet."""
    if given.decision_on_next_steps is not None:
        check_past("/decision_on_next_steps/decided_on", given.decision_on_next_steps.decided_on, now)
    for place, view in enumerate(given.partner_views or []):
        check_past(f"/partner_views/{place}/signed_off_on", view.signed_off_on, now)
