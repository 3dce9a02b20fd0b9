"""Every partnership whose case is in a national review is told of each step; nothing of one case goes to another."""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel

from panel_service.cases.models import Case
from panel_service.national_reviews.file import ReviewFile
from panel_service.national_reviews.models import NationalReview
from panel_service.national_reviews.states import ReviewState
from panel_service.partnership_link import send_to_partnership
from panel_service.settings import PanelSettings
from service_kit.acting import Acting
from shared_schemas.messages.national_reviews import (
    OPENED,
    UPDATED,
    NationalReviewOpenedBody,
    NationalReviewUpdatedBody,
)


async def tell_opened(
    acting: Acting,
    settings: PanelSettings,
    review: NationalReview,
    cases: Sequence[Case],
    step: str,
    on: date,
) -> None:
    """Tell that a review takes in these cases; only once the Panel has decided on it and told the Secretary of State."""
    if review.secretary_of_state_told_on is None:
        return
    body = NationalReviewOpenedBody(
        national_review_id=review.id,
        step=step,
        on=on,
        form=review.form,
        title=review.title,
        theme=review.theme,
        secretary_of_state_told_on=review.secretary_of_state_told_on,
    )
    await tell(acting, settings, cases, OPENED, body)


async def tell_scope(
    acting: Acting, settings: PanelSettings, review: NationalReview, cases: Sequence[Case], on: date
) -> None:
    """Tell terms of reference, methodology and timescale, also to whom comes into the review later."""
    body = NationalReviewUpdatedBody.model_validate(
        {**(review.scope or {}), "national_review_id": review.id, "step": ReviewState.SCOPING, "on": on}
    )
    await tell(acting, settings, cases, UPDATED, body)


async def tell_step(acting: Acting, settings: PanelSettings, file: ReviewFile, step: str, on: date) -> None:
    """Tell all of its partnerships of one step."""
    body = NationalReviewUpdatedBody(national_review_id=file.review.id, step=step, on=on)
    await tell(acting, settings, [case for _, case in file.cases], UPDATED, body)


async def tell(
    acting: Acting, settings: PanelSettings, cases: Sequence[Case], message_type: str, body: BaseModel
) -> None:
    """Send on each case's own link, in the order of the links' ids, and keep on each case's record that it was told.

    A case that came by hand has no link: its record says that its partnership is to be told in the same way.
    """
    step = body.model_dump(mode="json", include={"national_review_id", "step"})
    for case in cases:
        if case.link_id is None:
            await acting.event("national_review.to_be_told_by_hand", "case", case.id, step)
    linked = [(case.link_id, case.exchange_reference, case) for case in cases if case.link_id is not None]
    for link, subject, case in sorted(linked, key=lambda entry: entry[:2]):
        message = await send_to_partnership(
            acting,
            settings,
            link=link,
            subject=subject,
            message_type=message_type,
            body=body,
        )
        await acting.event("national_review.told", "case", case.id, {**step, "message": str(message)})
