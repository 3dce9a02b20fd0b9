"""A national review from proposal to start, and its end."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from panel_service.cases.models import Case
from panel_service.cases.service import decisions_of, lock_case, releases_of
from panel_service.decisions.models import DecisionState
from panel_service.decisions.showing import state_of
from panel_service.national_reviews.changing import changed, check_day, open_for
from panel_service.national_reviews.file import ReviewFile, read_review
from panel_service.national_reviews.models import NationalReview, ReviewCase
from panel_service.national_reviews.rules import available_until_min, why_outcome_does_not_fit
from panel_service.national_reviews.schemas import (
    CaseAdded,
    Closed,
    Proposal,
    PublishedReview,
    ReviewDecision,
    Scope,
    Started,
)
from panel_service.national_reviews.states import Move, PublishedForm, ReviewForm, ReviewState
from panel_service.national_reviews.telling import tell, tell_opened, tell_scope, tell_step
from panel_service.public_register.models import RegisterEntry
from panel_service.settings import PanelSettings
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.ids import new_id
from service_kit.moves import Refusal, refuse
from service_kit.problems import ApiProblem
from shared_schemas.messages.national_reviews import CLOSED, NationalReviewClosedBody


async def deciding_outcome(acting: Acting, case_id: UUID) -> str | None:
    """Give the outcome of the Panel's released decision that stands on a case; None where there is none."""
    releases = await releases_of(acting, case_id)
    released = [
        decision
        for decision in await decisions_of(acting, case_id)
        if state_of(decision, releases.get(decision.id)) is DecisionState.RELEASED
    ]
    return released[-1].outcome if released else None


async def propose(acting: Acting, given: Proposal) -> ReviewFile:
    """Propose a national review of cases on which the Panel's decision that stands says so (s16B(1)). Raises 404, 409."""
    check_day(acting, given.proposed_on, pointer="/proposed_on")
    cases = [await lock_case(acting, case_id) for case_id in sorted(given.case_ids)]
    review = NationalReview(
        organisation_id=acting.organisation_id,
        id=new_id(),
        version=1,
        form=given.form,
        title=given.title,
        theme=given.theme,
        proposed_on=given.proposed_on,
        proposal_reasons=given.reasons,
        proposed_by=acting.caller.principal_id,
        recorded_at=acting.now,
        updated_at=acting.now,
    )
    entries = [await _entry(acting, review, case) for case in cases]
    acting.session.add(review)
    await acting.session.flush()
    acting.session.add_all(entries)
    await acting.session.flush()
    detail = {"form": review.form, "cases": len(cases)}
    await acting.event("national_review.proposed", "national_review", review.id, detail)
    return await read_review(acting, review.id)


async def add_case(
    acting: Acting, settings: PanelSettings, review_id: UUID, expected: int, given: CaseAdded
) -> ReviewFile:
    """Take a case into a thematic review, also while it is in progress; its partnership is told."""
    file = await open_for(acting, review_id, expected, Move.ADD_CASE)
    if any(case.id == given.case_id for _, case in file.cases):
        raise ApiProblem("conflict", "The case is in this national review already.")
    case = await lock_case(acting, given.case_id)
    acting.session.add(await _entry(acting, file.review, case))
    await changed(acting, file.review, "national_review.case_added", case=str(case.id))
    today = london_date(acting.now)
    await tell_opened(acting, settings, file.review, [case], "case_added", today)
    if file.review.scope is not None:
        await tell_scope(acting, settings, file.review, [case], today)
    return await read_review(acting, review_id)


async def decide(
    acting: Acting, settings: PanelSettings, review_id: UUID, expected: int, given: ReviewDecision
) -> ReviewFile:
    """Record the decision to review and that the Secretary of State was told; the partnerships are told (s16B(1)(b)).

    Refused (409) where a later decision on one of the cases no longer says so.
    """
    file = await open_for(acting, review_id, expected, Move.DECIDE)
    review = file.review
    check_day(acting, given.decided_on, review.proposed_on, pointer="/decided_on")
    told = "/secretary_of_state_told_on"
    check_day(acting, given.secretary_of_state_told_on, given.decided_on, pointer=told)
    for case_id in sorted(case.id for _, case in file.cases):
        # Locked, so that no later decision comes in between.
        outcome = await deciding_outcome(acting, (await lock_case(acting, case_id)).id)
        refuse(why_outcome_does_not_fit(ReviewForm(review.form), outcome))
    review.decided_on, review.decision_reasons = given.decided_on, given.reasons
    review.secretary_of_state_told_on = given.secretary_of_state_told_on
    review.secretary_of_state_reference = given.secretary_of_state_reference
    await changed(acting, review, "national_review.decided")
    cases = [case for _, case in file.cases]
    await tell_opened(acting, settings, review, cases, ReviewState.DECIDED, given.decided_on)
    return file


async def set_scope(
    acting: Acting, settings: PanelSettings, review_id: UUID, expected: int, given: Scope
) -> ReviewFile:
    """Set, or set anew, terms of reference, methodology and timescale; the partnerships are told."""
    file = await open_for(acting, review_id, expected, Move.SET_SCOPE)
    file.review.scope = given.model_dump(mode="json")
    await changed(acting, file.review, "national_review.scoped")
    cases = [case for _, case in file.cases]
    await tell_scope(acting, settings, file.review, cases, london_date(acting.now))
    return file


async def start(
    acting: Acting, settings: PanelSettings, review_id: UUID, expected: int, given: Started
) -> ReviewFile:
    """Start the work, once the Secretary of State has confirmed a reviewer (reg 4(5))."""
    file = await open_for(acting, review_id, expected, Move.START)
    confirmed = [one.confirmed_on for one in file.appointments if one.confirmed_on is not None]
    check_day(acting, given.on, min(confirmed))
    file.review.started_on, file.review.first_check_on = given.on, given.first_check_on
    await changed(acting, file.review, "national_review.started")
    await tell_step(acting, settings, file, ReviewState.IN_PROGRESS, given.on)
    return file


async def close(
    acting: Acting, settings: PanelSettings, review_id: UUID, expected: int, given: Closed
) -> ReviewFile:
    """Close a review: after publication, or before its report is final because the Panel does not go on with it."""
    file = await open_for(acting, review_id, expected, Move.CLOSE)
    review = file.review
    check_day(acting, given.on, review.proposed_on, review.decided_on, review.published_on)
    review.closed_on, review.closing_reasons = given.on, given.reasons
    published = review.published_on is not None
    await changed(acting, review, "national_review.closed", published=published)
    if review.decided_on is not None:
        body = NationalReviewClosedBody(
            national_review_id=review.id,
            step=ReviewState.CLOSED,
            on=given.on,
            published=published,
            published_on=review.published_on,
        )
        await tell(acting, settings, [case for _, case in file.cases], CLOSED, body)
    return file


async def published_reviews(session: AsyncSession, organisation_id: UUID) -> list[PublishedReview]:
    """Give the national reviews that stand published, the latest first: for readers without a credential (reg 10).

    One whose entry was taken off the public register does not stand, nor on this list.
    """
    off_register = select(RegisterEntry.id).where(
        RegisterEntry.organisation_id == NationalReview.organisation_id,
        RegisterEntry.source_id == NationalReview.id,
        RegisterEntry.taken_down_on.is_not(None),
    )
    statement = (
        select(NationalReview)
        .where(
            NationalReview.organisation_id == organisation_id,
            NationalReview.published_on.is_not(None),
            NationalReview.taken_down_on.is_(None),
            ~off_register.exists(),
        )
        .order_by(NationalReview.published_on.desc(), NationalReview.id.desc())
    )
    return [_public(review) for review in (await session.execute(statement)).scalars()]


def _public(review: NationalReview) -> PublishedReview:
    if review.published_on is None or review.publication is None or review.published_form is None:
        raise ValueError("not published")
    return PublishedReview(
        id=review.id,
        title=review.title,
        summary=review.publication["summary"],
        form=PublishedForm(review.published_form),
        published_on=review.published_on,
        available_until_min=available_until_min(review.published_on),
        address=review.publication["address"],
        sha256=review.publication["sha256"],
        thematic=review.form == ReviewForm.THEMATIC,
    )


async def _entry(acting: Acting, review: NationalReview, case: Case) -> ReviewCase:
    outcome = await deciding_outcome(acting, case.id)
    refuse(why_outcome_does_not_fit(ReviewForm(review.form), outcome))
    if review.form == ReviewForm.SINGLE_CASE and await _open_reviews_of(acting, case.id):
        refuse(Refusal("A national review of this case alone is open.", "Children Act 2004 s16B(1)(b)"))
    return ReviewCase(
        organisation_id=acting.organisation_id,
        id=new_id(),
        review_id=review.id,
        case_id=case.id,
        outcome=outcome,
        added_by=acting.caller.principal_id,
        added_at=acting.now,
    )


async def _open_reviews_of(acting: Acting, case_id: UUID) -> Sequence[UUID]:
    statement = (
        select(NationalReview.id)
        .join(
            ReviewCase,
            (ReviewCase.organisation_id == NationalReview.organisation_id)
            & (ReviewCase.review_id == NationalReview.id),
        )
        .where(
            NationalReview.organisation_id == acting.organisation_id,
            NationalReview.form == ReviewForm.SINGLE_CASE,
            NationalReview.closed_on.is_(None),
            ReviewCase.case_id == case_id,
        )
    )
    return (await acting.session.execute(statement)).scalars().all()
