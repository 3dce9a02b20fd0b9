from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from local_service.case_course.schemas import CaseCourse, NotNotifiable, Reasons
from local_service.case_course.service import close_case, record_not_notifiable, reopen_case, show_course
from local_service.cases.file import CaseFile, lock_file, read_file
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import Once, OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["case course"], route_class=StrictRoute)
ClosingDep = Annotated[Acting, Requires("cases:close")]


@router.get("/course", summary="Read how a case ended and began again")
async def read_course(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read")], response: Response
) -> CaseCourse:
    """Read each step by which the case became not notifiable, was closed or reopened, and which may come next."""
    file = await read_file(acting, case_id)
    await acting.audit("case.course_read", "case", file.case.id)
    response.headers["ETag"] = etag(file.case.version)
    return await show_course(acting, file)


@router.post("/not-notifiable", summary="Find a case not notifiable", response_model=CaseCourse)
async def post_not_notifiable(
    case_id: UUID,
    body: NotNotifiable,
    acting: Annotated[Acting, Requires("assessments:write")],
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Record why the authority does not notify (Children Act 2004 s16C(1)); the case's duties are lifted.

    All three partners should agree (guidance): each one's view is needed, a dissent is recorded. Refused after a
    notification was sent, and while the authority judges it a serious case.
    """
    file = await lock_file(acting, case_id)
    await record_not_notifiable(acting, file, expected, body)
    return await _answer(acting, once, file)


@router.post("/closure", summary="Close a case", response_model=CaseCourse)
async def post_closure(
    case_id: UUID, body: Reasons, acting: ClosingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Close a case once its rapid review was sent and its local review, if any, is published or withheld."""
    file = await lock_file(acting, case_id)
    await close_case(acting, file, expected, body)
    return await _answer(acting, once, file)


@router.post("/reopening", summary="Reopen a case", response_model=CaseCourse)
async def post_reopening(
    case_id: UUID, body: Reasons, acting: ClosingDep, expected: IfMatchDep, once: OnceDep
) -> Response:
    """Open a case again that was closed or found not notifiable. A withdrawn case stays withdrawn."""
    file = await lock_file(acting, case_id)
    await reopen_case(acting, file, expected, body)
    return await _answer(acting, once, file)


async def _answer(acting: Acting, once: Once, file: CaseFile) -> Response:
    headers = {"ETag": etag(file.case.version)}
    return await once.answer(await show_course(acting, file), status=200, headers=headers)
