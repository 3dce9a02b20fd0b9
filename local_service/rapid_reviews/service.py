from local_service.cases.file import CaseFile, touch
from local_service.dates import check_past
from local_service.parts import merge_parts
from local_service.rapid_reviews.models import RapidReview, RapidReviewState
from local_service.rapid_reviews.rules import (
    check_complete,
    check_size,
    required_sections,
    why_no_start,
    why_no_writing,
)
from local_service.rapid_reviews.schemas import RapidReviewPatch, RapidReviewRead, RapidReviewStage
from local_service.rapid_reviews.sending import send_completed_review
from local_service.rapid_reviews.view_service import take_views
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.clock.rule_sets import published_rule_sets
from service_kit.clock.working_days import london_date
from service_kit.etags import check_version
from service_kit.exchange.status import is_receipted
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.problems import ApiProblem, field_problem
from shared_schemas.rapid_reviews import RapidReviewSections, missing_sections


async def start_review(acting: Acting, file: CaseFile) -> RapidReview:
    """Start the rapid review, which may be before the notification is sent."""
    refuse(why_no_start(file))
    review = RapidReview(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=file.case.id,
        version=1,
        state=RapidReviewState.DRAFT,
        sections={},
        started_by=acting.caller.principal_id,
        started_at=acting.now,
    )
    acting.session.add(review)
    touch(acting, file.case)
    await acting.session.flush()
    await acting.event("rapid_review.started", "case", file.case.id)
    return review


async def write_sections(
    acting: Acting, file: CaseFile, expected_version: int, patch: RapidReviewPatch
) -> RapidReview:
    """Save sections, each whole; those not given stay."""
    refuse(why_no_writing(file))
    review = _started(file)
    check_version(review.version, expected_version)
    _check_dates(acting, patch.sections)
    given = patch.sections.model_dump(mode="json", exclude_unset=True)
    review.sections = merge_parts(review.sections, given)
    check_size(review.sections)
    review.version += 1
    touch(acting, file.case)
    await acting.session.flush()
    await acting.event("rapid_review.written", "case", file.case.id, {"sections": sorted(given)})
    return review


async def complete_review(
    acting: Acting, settings: LocalSettings, file: CaseFile, expected_version: int
) -> RapidReview:
    """Complete it with the decision on next steps, which meets the duty; send it if the notification was sent."""
    refuse(why_no_writing(file))
    review = _started(file)
    check_version(review.version, expected_version)
    await take_views(acting, review)
    rule_set = published_rule_sets().get(file.case.rule_set)
    check_complete(RapidReviewSections.model_validate(review.sections), rule_set)
    review.state = RapidReviewState.COMPLETE
    review.completed_by = acting.caller.principal_id
    review.completed_at = acting.now
    review.version += 1
    if file.sent_notifications:
        await send_completed_review(acting, settings, file.case, review)
    touch(acting, file.case)
    await acting.session.flush()
    await acting.event("rapid_review.completed", "case", file.case.id, {"version": review.version})
    return review


async def show_review(acting: Acting, file: CaseFile, review: RapidReview) -> RapidReviewRead:
    """Show a rapid review with what is still missing."""
    sections = RapidReviewSections.model_validate(review.sections)
    rule_set = published_rule_sets().get(file.case.rule_set)
    return RapidReviewRead(
        case_id=file.case.id,
        version=review.version,
        state=await _stage(acting, review),
        rule_set=rule_set.code,
        sections=sections,
        missing=missing_sections(sections, required_sections(rule_set)),
        started_at=review.started_at,
        completed_at=review.completed_at,
        sent_at=review.sent_at,
        message_id=review.message_id,
    )


async def _stage(acting: Acting, review: RapidReview) -> RapidReviewStage:
    if review.message_id is None:
        return RapidReviewStage(review.state)
    receipted = await is_receipted(acting.session, acting.organisation_id, review.message_id)
    return RapidReviewStage.RECEIPTED if receipted else RapidReviewStage.SENT


def _started(file: CaseFile) -> RapidReview:
    if file.rapid_review is None:
        raise ApiProblem("not-found")
    return file.rapid_review


def _check_dates(acting: Acting, sections: RapidReviewSections) -> None:
    for place, view in enumerate(sections.partner_views or []):
        check_past(f"/sections/partner_views/{place}/signed_off_on", view.signed_off_on, acting.now)
    steps = sections.decision_on_next_steps
    if steps is not None and steps.decided_on > london_date(acting.now):
        raise field_problem(
            "/sections/decision_on_next_steps/decided_on", "date_in_the_future", "Must not lie in the future."
        )
