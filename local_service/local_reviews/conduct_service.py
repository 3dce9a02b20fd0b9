"""Steps in conducting a local review: each is a rule, an entry, and where the Panel is told, a message."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from local_service.local_reviews.conduct_rules import (
    check_answered_on,
    find_hold,
    find_request,
    why_no_answer,
    why_no_conduct,
    why_no_progress,
    why_not_lifted,
)
from local_service.local_reviews.conduct_schemas import (
    AccessCreate,
    AnswerCreate,
    CheckpointCreate,
    DelayCreate,
    HoldCreate,
    LiftingCreate,
    ProgressCreate,
    RemovalCreate,
    RequestCreate,
    ReviewerCreate,
    TermsCreate,
)
from local_service.local_reviews.course import add_entry
from local_service.local_reviews.course_models import CourseEntry, EntryKind
from local_service.local_reviews.opening import OpenReview
from local_service.local_reviews.publication_rules import check_past_day, why_not_a_person
from local_service.local_reviews.reviewer_rules import (
    REMOVES,
    check_removed_on,
    find_reviewer,
    why_no_appointment,
    why_no_removal,
)
from local_service.panel_link import send_to_panel
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.identity import Principal
from service_kit.ids import new_id
from service_kit.moves import Refusal, refuse
from service_kit.problems import field_problem
from shared_schemas.messages.review_course import (
    DELAY,
    LOCAL_REVIEW_REVIEWER,
    DelayBody,
    ReviewerBody,
)


async def set_terms(acting: Acting, opened: OpenReview, given: TermsCreate) -> None:
    """Add a version of the terms of reference."""
    refuse(why_no_conduct(opened.course.state))
    row = await add_entry(acting, opened.file, EntryKind.TERMS_OF_REFERENCE, given)
    await _event(acting, opened, "local_review.terms_set", row)


async def appoint_reviewer(
    acting: Acting, settings: LocalSettings, opened: OpenReview, given: ReviewerCreate
) -> None:
    """Appoint a reviewer and tell the Panel (SI 2018/789 reg 12)."""
    refuse(why_no_appointment(opened.course.state))
    check_past_day("appointed_on", given.appointed_on, acting.now)
    reviewer_id = new_id()
    body = ReviewerBody(
        **given.model_dump(exclude={"appointed_on"}),
        case_id=opened.file.case.id,
        reviewer_id=reviewer_id,
        change="appointed",
        on=given.appointed_on,
    )
    message_id = await send_to_panel(acting, settings, opened.file.case, LOCAL_REVIEW_REVIEWER, body)
    kind = EntryKind.REVIEWER_APPOINTED
    row = await add_entry(acting, opened.file, kind, given, message_id=message_id, entry_id=reviewer_id)
    await _event(acting, opened, "local_review.reviewer_appointed", row, reviewer=str(reviewer_id))


async def remove_reviewer(
    acting: Acting, settings: LocalSettings, opened: OpenReview, reviewer_id: UUID, given: RemovalCreate
) -> None:
    """Remove a reviewer, at any time prior to publication, and tell the Panel (SI 2018/789 reg 13)."""
    reviewer = find_reviewer(opened.course, reviewer_id)
    refuse(why_no_removal(opened.course, reviewer))
    check_past_day("on", given.on, acting.now)
    check_removed_on(given.on, reviewer)
    body = ReviewerBody(
        case_id=opened.file.case.id,
        reviewer_id=reviewer_id,
        change="removed",
        name=reviewer.name,
        organisation=reviewer.organisation,
        on=given.on,
        reasons=given.reasons,
    )
    message_id = await send_to_panel(acting, settings, opened.file.case, LOCAL_REVIEW_REVIEWER, body)
    row = await add_entry(
        acting,
        opened.file,
        EntryKind.REVIEWER_REMOVED,
        given,
        message_id=message_id,
        reviewer_id=str(reviewer_id),
    )
    await _event(acting, opened, "local_review.reviewer_removed", row, reviewer=str(reviewer_id))


async def give_access(acting: Acting, opened: OpenReview, reviewer_id: UUID, given: AccessCreate) -> None:
    """Let a reviewer's credential read this review for a limited time; a removal ends it."""
    reviewer = find_reviewer(opened.course, reviewer_id)
    if reviewer.removal is not None:
        refuse(Refusal("The reviewer is removed.", REMOVES, ("appoint_reviewer",)))
    if given.ends_at <= acting.now:
        raise field_problem("/ends_at", "time_in_the_past", "Must lie in the future.")
    known = select(Principal.id).where(
        Principal.id == given.principal_id, Principal.organisation_id == acting.organisation_id
    )
    if (await acting.session.execute(known)).scalar_one_or_none() is None:
        raise field_problem("/principal_id", "unknown_principal", "Is nobody of this organisation.")
    row = await add_entry(acting, opened.file, EntryKind.REVIEWER_ACCESS, given, reviewer_id=str(reviewer_id))
    await _event(acting, opened, "local_review.access_given", row, reviewer=str(reviewer_id))


async def add_checkpoint(acting: Acting, opened: OpenReview, given: CheckpointCreate) -> None:
    """Record how the review stood when it was monitored (SI 2018/789 reg 14(1))."""
    refuse(why_no_conduct(opened.course.state))
    check_past_day("on", given.on, acting.now)
    row = await add_entry(acting, opened.file, EntryKind.CHECKPOINT, given)
    await _event(acting, opened, "local_review.checked", row)


async def add_request(acting: Acting, opened: OpenReview, given: RequestCreate) -> None:
    """Record a written request for information or a draft (SI 2018/789 reg 14(2), (3))."""
    refuse(why_no_conduct(opened.course.state))
    check_past_day("requested_on", given.requested_on, acting.now)
    row = await add_entry(acting, opened.file, EntryKind.SUPERVISION_REQUEST, given)
    await _event(acting, opened, "local_review.requested", row, what=given.what)


async def answer_request(acting: Acting, opened: OpenReview, number: int, given: AnswerCreate) -> None:
    """Record when a request was answered."""
    request = find_request(opened.course, number)
    refuse(why_no_answer(request))
    check_past_day("answered_on", given.answered_on, acting.now)
    check_answered_on(given.answered_on, request)
    row = await add_entry(acting, opened.file, EntryKind.SUPERVISION_ANSWER, given, request=number)
    await _event(acting, opened, "local_review.answered", row, request=number)


async def place_hold(acting: Acting, opened: OpenReview, given: HoldCreate) -> None:
    """Hold publication up for a parallel process."""
    refuse(why_no_conduct(opened.course.state))
    row = await add_entry(acting, opened.file, EntryKind.HOLD, given)
    await _event(acting, opened, "local_review.held", row, process=given.process)


async def lift_hold(
    acting: Acting, opened: OpenReview, expected: int, number: int, given: LiftingCreate
) -> None:
    """Lift a hold: a person does, with a reason."""
    check_version(opened.review.version, expected)
    hold = find_hold(opened.course, number)
    refuse(why_not_a_person(acting.caller, "lifts a hold"))
    refuse(why_not_lifted(hold))
    row = await add_entry(acting, opened.file, EntryKind.HOLD_LIFTED, given, hold=number)
    await _event(acting, opened, "local_review.hold_lifted", row, hold=number)


async def tell_of_delay(
    acting: Acting, settings: LocalSettings, opened: OpenReview, given: DelayCreate
) -> None:
    """Tell the Panel why it is late, and record when the Secretary of State was told."""
    refuse(why_no_conduct(opened.course.state))
    if given.secretary_of_state_told_on is not None:
        check_past_day("secretary_of_state_told_on", given.secretary_of_state_told_on, acting.now)
    body = DelayBody(**given.model_dump(), case_id=opened.file.case.id)
    message_id = await send_to_panel(acting, settings, opened.file.case, DELAY, body)
    row = await add_entry(acting, opened.file, EntryKind.DELAY, given, message_id=message_id)
    await _event(acting, opened, "local_review.delayed", row, reason=given.reason)


async def follow_up(acting: Acting, opened: OpenReview, number: int, given: ProgressCreate) -> None:
    """Record what became of a recommendation of the report; what was recorded before stays."""
    refuse(why_no_progress(opened.course, number))
    since = opened.course.completed_at
    check_past_day("on", given.on, acting.now, since=since)
    kind = EntryKind.RECOMMENDATION_PROGRESS
    version = opened.course.versions[-1].version
    row = await add_entry(acting, opened.file, kind, given, recommendation=number, report_version=version)
    await _event(acting, opened, "local_review.followed_up", row, recommendation=number, status=given.status)


async def _event(acting: Acting, opened: OpenReview, name: str, row: CourseEntry, **detail: Any) -> None:
    await acting.event(name, "case", opened.file.case.id, {"number": row.number, **detail})
