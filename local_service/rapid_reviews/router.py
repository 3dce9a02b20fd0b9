from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from local_service.cases.file import CaseFile, lock_file, read_file
from local_service.deps import SettingsDep
from local_service.rapid_reviews.addenda import Addendum, add_addendum, addenda_of
from local_service.rapid_reviews.models import RapidReview
from local_service.rapid_reviews.schemas import (
    AddendumCreate,
    AddendumRead,
    RapidReviewPatch,
    RapidReviewRead,
)
from local_service.rapid_reviews.service import complete_review, show_review, start_review, write_sections
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.problems import ApiProblem
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/cases/{case_id}/rapid-review", tags=["rapid reviews"], route_class=StrictRoute)


@router.post("", status_code=201, summary="Start the rapid review", response_model=RapidReviewRead)
async def post_rapid_review(
    case_id: UUID, acting: Annotated[Acting, Requires("rapid-reviews:write")], once: OnceDep
) -> Response:
    """Start it, as soon as the case is recorded: its clock runs from the receipt of the information."""
    file = await lock_file(acting, case_id)
    review = await start_review(acting, file)
    headers = {"Location": f"/v1/cases/{case_id}/rapid-review", "ETag": etag(review.version)}
    return await once.answer(await show_review(acting, file, review), status=201, headers=headers)


@router.get("", summary="Read a case's rapid review")
async def read_rapid_review(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read")], response: Response
) -> RapidReviewRead:
    """Read the sections there are and what completion still asks for."""
    file = await read_file(acting, case_id)
    await acting.audit("rapid_review.read", "case", file.case.id)
    review = _started(file)
    response.headers["ETag"] = etag(review.version)
    return await show_review(acting, file, review)


@router.patch("", summary="Save sections of the rapid review")
async def patch_rapid_review(
    case_id: UUID,
    body: RapidReviewPatch,
    acting: Annotated[Acting, Requires("rapid-reviews:write")],
    expected: IfMatchDep,
    response: Response,
) -> RapidReviewRead:
    """Save the sections given, each whole; the others stay as they are."""
    file = await lock_file(acting, case_id)
    review = await write_sections(acting, file, expected, body)
    response.headers["ETag"] = etag(review.version)
    return await show_review(acting, file, review)


@router.post("/completion", summary="Complete the rapid review", response_model=RapidReviewRead)
async def post_completion(
    case_id: UUID,
    acting: Annotated[Acting, Requires("rapid-reviews:complete")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Complete it with the decision on next steps. It goes to the Panel at once, or right after the notification.

    Refused while a section that the case's rule set asks for is missing; the errors name each.
    """
    file = await lock_file(acting, case_id)
    review = await complete_review(acting, settings, file, expected)
    return await once.answer(
        await show_review(acting, file, review), status=200, headers={"ETag": etag(review.version)}
    )


@router.post("/addenda", status_code=201, summary="Add to the rapid review", response_model=AddendumRead)
async def post_addendum(
    case_id: UUID,
    body: AddendumCreate,
    acting: Annotated[Acting, Requires("rapid-reviews:complete")],
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Add what became known or changed after it was sent, and tell the Panel. The review itself never changes."""
    file = await lock_file(acting, case_id)
    addendum = await add_addendum(acting, settings, file, body)
    location = f"/v1/cases/{case_id}/rapid-review/addenda"
    return await once.answer(show_addendum(addendum), status=201, headers={"Location": location})


@router.get("/addenda", summary="List what was added to the rapid review")
async def get_addenda(case_id: UUID, acting: Annotated[Acting, Requires("cases:read")]) -> list[AddendumRead]:
    """List every addendum, the first one first."""
    file = await read_file(acting, case_id)
    await acting.audit("rapid_review_addenda.read", "case", file.case.id)
    return [show_addendum(addendum) for addendum in await addenda_of(acting, file.case.id)]


def show_addendum(addendum: Addendum) -> AddendumRead:
    """Show one addendum."""
    return AddendumRead.model_validate(addendum, from_attributes=True)


def _started(file: CaseFile) -> RapidReview:
    if file.rapid_review is None:
        raise ApiProblem("not-found", "The rapid review has not been started.")
    return file.rapid_review
