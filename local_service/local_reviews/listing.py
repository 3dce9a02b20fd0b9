"""The local reviews of a partnership, for those who see how they go across cases."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import defer

from local_service.local_reviews.models import LocalReview, LocalReviewState
from service_kit.acting import Acting, Requires
from service_kit.pagination import Page, PageDep, PageRequest, make_page, newest_first

router = APIRouter(prefix="/v1/local-reviews", tags=["local reviews"])


class LocalReviewListed(BaseModel):
    """A commissioned local review in a list; it names no child."""

    case_id: UUID
    version: int
    state: LocalReviewState
    commissioned_at: datetime
    completed_at: datetime | None = Field(description="When its report was completed and sent to the Panel.")


@router.get("", summary="List local reviews, newest first")
async def list_local_reviews(
    acting: Annotated[Acting, Requires("local-reviews:scrutinise")],
    page: PageDep,
    state: Annotated[LocalReviewState | None, Query(description="Only those in this state.")] = None,
) -> Page[LocalReviewListed]:
    """List the local reviews that were commissioned; each one's course is read at its case."""
    found = await _page(acting, page, state)
    await acting.audit("local_review.listed", "case", None, {"count": len(found.items)})
    return found


async def _page(acting: Acting, page: PageRequest, state: LocalReviewState | None) -> Page[LocalReviewListed]:
    statement = select(LocalReview).options(defer(LocalReview.report, raiseload=True))
    statement = statement.where(LocalReview.organisation_id == acting.organisation_id)
    if state is not None:
        statement = statement.where(LocalReview.state == state)
    rows = (await acting.session.execute(newest_first(statement, LocalReview.id, page))).scalars().all()
    return make_page(rows, page, _listed, lambda review: review.id)


def _listed(review: LocalReview) -> LocalReviewListed:
    return LocalReviewListed.model_validate(review, from_attributes=True)
