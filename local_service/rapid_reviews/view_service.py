from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from local_service.cases.file import CaseFile
from local_service.rapid_reviews.models import RapidReview
from local_service.rapid_reviews.rules import check_size
from local_service.rapid_reviews.view_models import PartnersView
from local_service.rapid_reviews.view_rules import (
    check_signed_on,
    standing_views,
    why_no_further_partner,
    why_no_view,
    why_not_outstanding,
    why_not_this_partner,
    with_views,
)
from local_service.rapid_reviews.view_schemas import OutstandingCreate, Stance, ViewCreate, ViewRead
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.problems import ApiProblem
from shared_schemas.rapid_reviews import PartnerView


async def give_view(acting: Acting, file: CaseFile, expected_version: int, given: ViewCreate) -> PartnersView:
    """Add the view of the caller's own partner, signed off; a later one stands in its place.

    Raises 409, 412 where the rapid review is not as it was last read.
    """
    refuse(why_no_view(file))
    if file.rapid_review is None:
        raise ApiProblem("not-found")
    check_version(file.rapid_review.version, expected_version)
    earlier = await _signed_by_caller(acting)
    refuse(why_not_this_partner(acting.caller, earlier, given.partner, given.organisation))
    check_signed_on(given.on, received_at=file.case.information_received_at, now=acting.now)
    facts = {
        "dissents": given.view is Stance.DISSENT,
        "reasons": given.reasons,
        "signed_off": True,
        "signed_off_on": given.on,
    }
    return await _add(acting, file, given, facts, "rapid_review.view_given")


async def record_outstanding(acting: Acting, file: CaseFile, given: OutstandingCreate) -> PartnersView:
    """Add that a partner's sign-off is outstanding, and why: a rapid review is completed with that as well."""
    refuse(why_no_view(file))
    standing = standing_views(await views_of(acting, file.case.id))
    refuse(why_not_outstanding(standing, given.partner, given.organisation))
    facts = {"signed_off": False, "outstanding_reason": given.reason}
    return await _add(acting, file, given, facts, "rapid_review.sign_off_outstanding")


async def take_views(acting: Acting, review: RapidReview) -> None:
    """Write the partners' views into their section: what a partner gave itself stands before what was written of it."""
    views = await views_of(acting, review.case_id)
    if views:
        by_hand = [PartnerView.model_validate(one) for one in review.sections.get("partner_views") or []]
        written = [view.model_dump(mode="json") for view in with_views(by_hand, views)]
        review.sections = {**review.sections, "partner_views": written}
        check_size(review.sections)


async def views_of(acting: Acting, case_id: UUID) -> Sequence[PartnersView]:
    """Give every view there was on a case, the first one first."""
    statement = (
        select(PartnersView)
        .where(PartnersView.organisation_id == acting.organisation_id, PartnersView.case_id == case_id)
        .order_by(PartnersView.number)
    )
    return (await acting.session.execute(statement)).scalars().all()


def show_views(views: Sequence[PartnersView]) -> list[ViewRead]:
    """Show views, and which of them stand."""
    standing = {view.id for view in standing_views(views)}
    return [show_view(view, stands=view.id in standing) for view in views]


def show_view(view: PartnersView, *, stands: bool = True) -> ViewRead:
    """Show one view."""
    stance = None
    if view.signed_off:
        stance = Stance.DISSENT if view.dissents else Stance.AGREE
    names = ViewRead.model_fields.keys() - {"view", "stands"}
    return ViewRead(**{name: getattr(view, name) for name in names}, view=stance, stands=stands)


async def _signed_by_caller(acting: Acting) -> Sequence[PartnersView]:
    statement = select(PartnersView).where(
        PartnersView.organisation_id == acting.organisation_id,
        PartnersView.recorded_by == acting.caller.principal_id,
        PartnersView.signed_off,
    )
    return (await acting.session.execute(statement)).scalars().all()


async def _add(
    acting: Acting, file: CaseFile, given: ViewCreate | OutstandingCreate, facts: dict[str, Any], event: str
) -> PartnersView:
    # The case's row is locked, so nobody else counts at the same time.
    views = await views_of(acting, file.case.id)
    refuse(why_no_further_partner(standing_views(views), given.partner, given.organisation))
    view = PartnersView(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=file.case.id,
        number=len(views) + 1,
        partner=given.partner,
        organisation=given.organisation,
        recorded_by=acting.caller.principal_id,
        recorded_by_name=acting.caller.principal_name,
        recorded_at=acting.now,
        **facts,
    )
    acting.session.add(view)
    await acting.session.flush()
    await acting.event(event, "case", file.case.id, {"number": view.number, "partner": view.partner})
    return view
