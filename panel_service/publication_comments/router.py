from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from panel_service.cases.schemas import DocumentRead
from panel_service.cases.service import find_case
from panel_service.deps import SettingsDep
from panel_service.publication_comments.schemas import CommentCreate, CommentRead, ReviewCourseRead
from panel_service.publication_comments.service import (
    comment_on_publication,
    show_comment,
    show_replies,
    show_review_course,
)
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute
from shared_schemas.messages.review_course import DecisionReplyBody

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["cases"], route_class=StrictRoute)


@router.get("/local-review-course", summary="Read the course of a local review")
async def get_local_review_course(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read")]
) -> ReviewCourseRead:
    """Give reviewers, delays, notices of publication and replies as the partnership sent them, and our comments."""
    case = await find_case(acting, case_id)
    await acting.audit("local_review_course.read", "case", case.id)
    return await show_review_course(acting, case)


@router.get("/decision-replies", summary="List the partners' replies to decisions")
async def list_decision_replies(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read")]
) -> list[DocumentRead[DecisionReplyBody]]:
    """List what the partners replied to the Panel's decisions and opinions; each names the decision's version."""
    case = await find_case(acting, case_id)
    await acting.audit("decision_replies.read", "case", case.id)
    return await show_replies(acting, case)


@router.post(
    "/publication-comments",
    status_code=201,
    summary="Comment on a planned publication",
    response_model=CommentRead,
)
async def post_publication_comment(
    case_id: UUID,
    body: CommentCreate,
    acting: Annotated[Acting, Requires("decisions:write")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Comment on what the partners plan to publish; it goes to them by signed webhook. It names no child."""
    comment, case = await comment_on_publication(acting, settings, case_id, expected, body)
    headers = {"Location": f"/v1/cases/{case.id}/local-review-course", "ETag": etag(case.version)}
    return await once.answer(show_comment(comment), status=201, headers=headers)
