"""What every step of a national review shares: the version, the rule, the day, and what is written of it."""

from datetime import date
from typing import Any
from uuid import UUID

from panel_service.national_reviews.file import ReviewFile, lock_review
from panel_service.national_reviews.models import NationalReview
from panel_service.national_reviews.rules import why_not
from panel_service.national_reviews.states import Move
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.etags import check_version
from service_kit.moves import refuse
from service_kit.problems import field_problem


async def open_for(acting: Acting, review_id: UUID, expected: int, move: Move | None = None) -> ReviewFile:
    """Lock a review as it was last read, and refuse a step that may not be taken. Raises 404, 412, 409."""
    file = await lock_review(acting, review_id)
    check_version(file.review.version, expected)
    if move is not None:
        refuse(why_not(file.facts, move, london_date(acting.now)))
    return file


def check_day(acting: Acting, on: date, *former: date | None, pointer: str = "/on") -> None:
    """Refuse a day in the future, or before that of the step it follows (dates of Europe/London)."""
    if on > london_date(acting.now):
        raise field_problem(pointer, "date_in_the_future", "Must not lie in the future.")
    if any(day is not None and on < day for day in former):
        raise field_problem(
            pointer, "before_the_step_before", "Must not lie before the step that it follows."
        )


async def changed(acting: Acting, review: NationalReview, event: str, **detail: Any) -> None:
    """Count the version up, and write what has happened."""
    review.version += 1
    review.updated_at = acting.now
    await acting.session.flush()
    await acting.event(event, "national_review", review.id, detail)
