from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from local_service.deps import SettingsDep
from local_service.local_reviews.course_reads import CourseRead
from local_service.local_reviews.opening import OpenReview, find_review, lock_review, show_course
from local_service.local_reviews.publication_schemas import (
    CopyCreate,
    PlanCreate,
    PublicationCreate,
    UnpublicationCreate,
    VersionCreate,
)
from local_service.local_reviews.publication_service import (
    end_availability,
    plan_publication,
    publish,
    record_copy,
    revise_report,
)
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import Once, OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)
Writes = Annotated[Acting, Requires("local-reviews:write")]
Decides = Annotated[Acting, Requires("local-reviews:decide")]


@router.get("/course", summary="Read the course of a local review")
async def read_course_of_review(
    case_id: UUID, acting: Annotated[Acting, Requires("local-reviews:scrutinise")], response: Response
) -> CourseRead:
    """Read every step: reviewers, supervision, holds, delays, versions, copies, plans, publication, follow-up.

    It shows from when publication is lawful (SI 2018/789 reg 16), and which moves the state allows.
    """
    opened = await find_review(acting, case_id)
    await acting.audit("local_review_course.read", "case", opened.file.case.id)
    response.headers["ETag"] = etag(opened.review.version)
    return await show_course(acting, opened)


@router.post("/versions", status_code=201, summary="Revise the final report", response_model=CourseRead)
async def post_version(
    case_id: UUID,
    body: VersionCreate,
    acting: Writes,
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Add a later version of the final report and send it to the Panel. A plan of publication must be made anew."""
    opened = await lock_review(acting, case_id)
    await revise_report(acting, settings, opened, expected, body)
    return await answer_course(acting, once, opened)


@router.post("/copies", status_code=201, summary="Record a copy that was given", response_model=CourseRead)
async def post_copy(case_id: UUID, body: CopyCreate, acting: Writes, once: OnceDep) -> Response:
    """Record to whom which version went, and when (SI 2018/789 reg 16).

    For the Panel, what counts is the receipt of the message that carries that very version.
    """
    opened = await lock_review(acting, case_id)
    await record_copy(acting, opened, body)
    return await answer_course(acting, once, opened)


@router.post("/publication-plan", status_code=201, summary="Plan publication", response_model=CourseRead)
async def post_plan(
    case_id: UUID,
    body: PlanCreate,
    acting: Decides,
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Decide what is published: the report, information on improvements only, or nothing, each told to the Panel.

    Anything but the report needs the reasons why its publication is inappropriate (Children Act 2004 s16F(4), (5)).
    """
    opened = await lock_review(acting, case_id)
    await plan_publication(acting, settings, opened, expected, body)
    return await answer_course(acting, once, opened)


@router.post("/publication", status_code=201, summary="Record the publication", response_model=CourseRead)
async def post_publication(
    case_id: UUID,
    body: PublicationCreate,
    acting: Decides,
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Record when and where it was published.

    Refused with a hold standing, of another version than the one planned and copied, and before seven days after the
    later of both copies (SI 2018/789 reg 16); before seven working days it needs a reason (guidance).
    """
    opened = await lock_review(acting, case_id)
    await publish(acting, settings, opened, expected, body)
    return await answer_course(acting, once, opened)


@router.post("/unpublication", status_code=201, summary="End the availability", response_model=CourseRead)
async def post_unpublication(
    case_id: UUID,
    body: UnpublicationCreate,
    acting: Decides,
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Record that it is no longer publicly available: after a year (SI 2018/789 reg 17), or by a court's order."""
    opened = await lock_review(acting, case_id)
    await end_availability(acting, settings, opened, expected, body)
    return await answer_course(acting, once, opened)


async def answer_course(acting: Acting, once: Once, opened: OpenReview) -> Response:
    """Answer with the course as it is now."""
    headers = {
        "Location": f"/v1/cases/{opened.file.case.id}/local-review/course",
        "ETag": etag(opened.review.version),
    }
    return await once.answer(await show_course(acting, opened), status=201, headers=headers)
