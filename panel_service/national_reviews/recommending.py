"""What a published national review recommends is kept for comparison: an improvement may have been identified before."""

from panel_service.improvements.corpus import Recommended, keep_text
from panel_service.improvements.models import SourceKind
from panel_service.national_reviews.models import NationalReview, ReviewReport
from panel_service.national_reviews.schemas import NationalReport
from service_kit.acting import Acting


def recommended_in(report: ReviewReport) -> list[str]:
    """Give what a report recommends: the summary first (reg 8(a)), then each recommendation in its order."""
    read = NationalReport.model_validate(report.report)
    return [read.improvements_summary or "", *(one.what for one in read.recommendations)]


async def keep_recommendations(acting: Acting, review: NationalReview, report: ReviewReport) -> None:
    """Keep what a review just published recommends (SI 2018/789 reg 3(a), (c))."""
    if review.published_on is None:
        return
    for position, text in enumerate(recommended_in(report)):
        if text:
            kept = Recommended(
                SourceKind.NATIONAL_REVIEW, review.id, position, text, said_on=review.published_on
            )
            await keep_text(acting, kept)
