from local_service.cases.models import Case
from local_service.panel_link import send_to_panel
from local_service.rapid_reviews.models import RapidReview
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from shared_schemas.messages.local import RAPID_REVIEW, RapidReviewBody
from shared_schemas.rapid_reviews import RapidReviewSections


async def send_completed_review(
    acting: Acting, settings: LocalSettings, case: Case, review: RapidReview
) -> None:
    """Send a rapid review that is complete and was not sent yet; the caller sees to it that the notification went first."""
    if review.completed_at is None or review.sent_at is not None:
        return
    body = RapidReviewBody(
        case_id=case.id,
        rule_set=case.rule_set,
        information_received_at=case.information_received_at,
        completed_at=review.completed_at,
        sections=RapidReviewSections.model_validate(review.sections),
    )
    review.message_id = await send_to_panel(acting, settings, case, RAPID_REVIEW, body)
    review.sent_at = acting.now
    await acting.event("rapid_review.sent", "case", case.id, {"message": str(review.message_id)})
