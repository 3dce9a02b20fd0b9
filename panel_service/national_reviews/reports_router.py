from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from panel_service.deps import SettingsDep
from panel_service.national_reviews.file import read_review
from panel_service.national_reviews.reading import NationalReviewRead, ReportRead, show_report, show_review
from panel_service.national_reviews.reporting import (
    assure_quality,
    copy_to_secretary_of_state,
    finalise,
    publish,
    take_down,
    write_report,
)
from panel_service.national_reviews.schemas import (
    CopyMade,
    OnDay,
    Published,
    QualityAssured,
    ReportWritten,
    TakenDown,
)
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/national-reviews", tags=["national reviews"], route_class=StrictRoute)


@router.post(
    "/{review_id}/reports",
    status_code=201,
    summary="Keep a version of the report",
    response_model=NationalReviewRead,
)
async def post_report(
    review_id: UUID,
    body: ReportWritten,
    acting: Annotated[Acting, Requires("national-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Keep a version with its hash; each version begins as a draft, and the earlier ones stay (SI 2018/789 reg 8)."""
    file = await write_report(acting, settings, review_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=201, headers={"ETag": etag(file.review.version)}
    )


@router.post(
    "/{review_id}/quality-assurance",
    summary="Record that the quality is satisfactory",
    response_model=NationalReviewRead,
)
async def post_quality_assurance(
    review_id: UUID,
    body: QualityAssured,
    acting: Annotated[Acting, Requires("national-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Record that the Panel finds the latest version of satisfactory quality (s16B(3)); both parts of SI 2018/789 reg 8 must be there."""
    file = await assure_quality(acting, settings, review_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=200, headers={"ETag": etag(file.review.version)}
    )


@router.post("/{review_id}/finalisation", summary="Make the report final", response_model=NationalReviewRead)
async def post_finalisation(
    review_id: UUID,
    body: OnDay,
    acting: Annotated[Acting, Requires("national-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Make the latest version final: a confirmed reviewer is left and no duty of SI 2018/789 reg 5 stands open."""
    file = await finalise(acting, settings, review_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=200, headers={"ETag": etag(file.review.version)}
    )


@router.post(
    "/{review_id}/copies",
    status_code=201,
    summary="Record a copy to the Secretary of State",
    response_model=NationalReviewRead,
)
async def post_copy(
    review_id: UUID,
    body: CopyMade,
    acting: Annotated[Acting, Requires("national-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Record the copy of the final report; with the information, where only information on improvements will be published (SI 2018/789 reg 9)."""
    file = await copy_to_secretary_of_state(acting, settings, review_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=201, headers={"ETag": etag(file.review.version)}
    )


@router.post("/{review_id}/publication", summary="Record the publication", response_model=NationalReviewRead)
async def post_publication(
    review_id: UUID,
    body: Published,
    acting: Annotated[Acting, Requires("national-reviews:decide")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Record the publication of the report, or of information on improvements only (s16B(4), (5)): seven days after the copy at the earliest (SI 2018/789 reg 9)."""
    file = await publish(acting, settings, review_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=200, headers={"ETag": etag(file.review.version)}
    )


@router.post("/{review_id}/takedown", summary="Record a take-down", response_model=NationalReviewRead)
async def post_takedown(
    review_id: UUID,
    body: TakenDown,
    acting: Annotated[Acting, Requires("national-reviews:write")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Record that it is no longer publicly available: after three years, or by a court's order (SI 2018/789 reg 10)."""
    file = await take_down(acting, settings, review_id, expected, body)
    return await once.answer(
        show_review(acting, file), status=200, headers={"ETag": etag(file.review.version)}
    )


@router.get("/{review_id}/reports/{version}", summary="Read a version of the report")
async def get_report(
    review_id: UUID,
    version: Annotated[int, Path(ge=1, le=10_000)],
    acting: Annotated[Acting, Requires("national-reviews:read")],
) -> ReportRead:
    """Read one version of the report whole, whether or not it is the latest."""
    file = await read_review(acting, review_id)
    await acting.audit("national_review.report_read", "national_review", file.review.id, {"version": version})
    return show_report(file, version)
