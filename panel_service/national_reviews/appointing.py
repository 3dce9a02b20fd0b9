"""The reviewers of a national review: selected, recommended, confirmed, removed (SI 2018/789 regs 4 and 5)."""

from uuid import UUID

from panel_service.national_reviews.changing import changed, check_day, open_for
from panel_service.national_reviews.file import ReviewFile, appointment_facts, read_review
from panel_service.national_reviews.models import ReviewerAppointment
from panel_service.national_reviews.rules import why_not_for_reviewer
from panel_service.national_reviews.schemas import (
    AnotherConsidered,
    Confirmed,
    Recommended,
    RemovalDetermined,
    ReviewerSelected,
)
from panel_service.national_reviews.states import Move, ReviewState
from panel_service.national_reviews.telling import tell_step
from panel_service.reviewers.rules import is_available, is_in_pool
from panel_service.reviewers.service import lock_member
from panel_service.settings import PanelSettings
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.ids import new_id
from service_kit.moves import Refusal, refuse
from service_kit.problems import field_problem


async def select_reviewer(
    acting: Acting, settings: PanelSettings, review_id: UUID, expected: int, given: ReviewerSelected
) -> ReviewFile:
    """Select a reviewer from the pool, or outside it for want of availability or experience (reg 4(3), (4))."""
    file = await open_for(acting, review_id, expected, Move.SELECT_REVIEWER)
    check_day(acting, given.selected_on, file.review.decided_on, pointer="/selected_on")
    appointment = ReviewerAppointment(
        organisation_id=acting.organisation_id,
        id=new_id(),
        review_id=review_id,
        pool_member_id=given.pool_member_id,
        name=given.name or "",
        off_pool_reason=given.off_pool_reason,
        off_pool_reasons=given.off_pool_reasons,
        selected_on=given.selected_on,
        removed_before_completion=False,
    )
    if given.pool_member_id is not None:
        appointment.name = await _name_in_pool(acting, file, given)
    acting.session.add(appointment)
    detail = {"reviewer": str(appointment.id), "off_pool_reason": given.off_pool_reason}
    await changed(acting, file.review, "national_review.reviewer_selected", **detail)
    await tell_step(acting, settings, file, ReviewState.REVIEWERS_SELECTED, given.selected_on)
    return await read_review(acting, review_id)


async def recommend_reviewer(
    acting: Acting,
    settings: PanelSettings,
    review_id: UUID,
    reviewer_id: UUID,
    expected: int,
    given: Recommended,
) -> ReviewFile:
    """Recommend a selected reviewer to the Secretary of State (reg 4(5))."""
    file, one = await _open(acting, review_id, reviewer_id, expected, Move.RECOMMEND_REVIEWER)
    check_day(acting, given.on, one.selected_on)
    one.recommended_on = given.on
    await changed(acting, file.review, "national_review.reviewer_recommended", reviewer=str(one.id))
    await tell_step(acting, settings, file, ReviewState.RECOMMENDED, given.on)
    return file


async def confirm_reviewer(
    acting: Acting,
    settings: PanelSettings,
    review_id: UUID,
    reviewer_id: UUID,
    expected: int,
    given: Confirmed,
) -> ReviewFile:
    """Record that the Secretary of State confirmed the appointment (reg 4(5))."""
    file, one = await _open(acting, review_id, reviewer_id, expected, Move.CONFIRM_REVIEWER)
    check_day(acting, given.on, one.recommended_on)
    one.confirmed_on, one.confirmation_reference = given.on, given.reference
    await changed(acting, file.review, "national_review.reviewer_confirmed", reviewer=str(one.id))
    await tell_step(acting, settings, file, ReviewState.CONFIRMED, given.on)
    return file


async def determine_removal(
    acting: Acting, review_id: UUID, reviewer_id: UUID, expected: int, given: RemovalDetermined
) -> ReviewFile:
    """Determine that a reviewer should be removed (reg 5(2)); one whom nobody confirmed yet is out by this alone."""
    file, one = await _open(acting, review_id, reviewer_id, expected, Move.DETERMINE_REMOVAL)
    check_day(acting, given.on, one.confirmed_on or one.selected_on)
    one.removal_determined_on, one.removal_reasons = given.on, given.reasons
    await changed(acting, file.review, "national_review.removal_determined", reviewer=str(one.id))
    return file


async def record_removal(
    acting: Acting,
    settings: PanelSettings,
    review_id: UUID,
    reviewer_id: UUID,
    expected: int,
    given: Confirmed,
) -> ReviewFile:
    """Record the Secretary of State's removal (reg 5(2)); before completion it opens the duty to consider another (reg 5(3))."""
    file, one = await _open(acting, review_id, reviewer_id, expected, Move.RECORD_REMOVAL)
    check_day(acting, given.on, one.removal_determined_on)
    one.removed_on, one.removal_reference = given.on, given.reference
    one.removed_before_completion = not file.facts.is_complete
    detail = {"reviewer": str(one.id), "before_completion": one.removed_before_completion}
    await changed(acting, file.review, "national_review.reviewer_removed", **detail)
    await tell_step(acting, settings, file, "reviewer_removed", given.on)
    return file


async def consider_another(
    acting: Acting, review_id: UUID, reviewer_id: UUID, expected: int, given: AnotherConsidered
) -> ReviewFile:
    """Record what came of considering another reviewer: somebody selected, or nobody, with reasons (reg 5(3))."""
    file, one = await _open(acting, review_id, reviewer_id, expected, Move.CONSIDER_ANOTHER)
    check_day(acting, given.on, one.removed_on)
    other = given.appointed_reviewer_id
    if other is not None and not any(
        entry.id == other and appointment_facts(entry).is_live for entry in file.appointments
    ):
        raise field_problem(
            "/appointed_reviewer_id",
            "not_a_reviewer",
            "Must be a reviewer of this review who is not removed.",
            rule="SI 2018/789 reg 5(3)",
        )
    one.considered_another_on = given.on
    one.considered_another = given.model_dump(mode="json", exclude={"on"})
    await changed(acting, file.review, "national_review.another_considered", reviewer=str(one.id))
    return file


async def _open(
    acting: Acting, review_id: UUID, reviewer_id: UUID, expected: int, move: Move
) -> tuple[ReviewFile, ReviewerAppointment]:
    file = await open_for(acting, review_id, expected)
    one = file.appointment(reviewer_id)
    today = london_date(acting.now)
    refuse(why_not_for_reviewer(file.facts, appointment_facts(one), move, today))
    return file, one


async def _name_in_pool(acting: Acting, file: ReviewFile, given: ReviewerSelected) -> str:
    """Give the name of a member who is in the pool and available on the day of selection. Raises 404, 409."""
    if given.pool_member_id is None:
        raise ValueError("nobody of the pool is named")
    member = await lock_member(acting, given.pool_member_id)
    on = given.selected_on
    instead = ("select another member of the pool", "select outside the pool with off_pool_reason")
    if not is_in_pool(joined_on=member.joined_on, removed_on=member.removed_on, on=on):
        refuse(Refusal("This person was not in the pool on that day.", "SI 2018/789 reg 4(3)", instead))
    if not is_available(
        available=member.available, begins=member.available_from, ends=member.available_to, on=on
    ):
        refuse(
            Refusal(
                "The pool says that this person was not available on that day.",
                "SI 2018/789 reg 4(4)",
                instead,
            )
        )
    if any(one.pool_member_id == member.id and appointment_facts(one).is_live for one in file.appointments):
        refuse(Refusal("This person is selected for this review already.", "SI 2018/789 reg 4(3)"))
    return member.name
