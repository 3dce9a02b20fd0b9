from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from local_service.assessments.schemas import AssessmentRead, JudgementGiven
from local_service.assessments.service import give_judgement, show_assessment
from local_service.cases.file import lock_file, read_file
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/cases/{case_id}/assessment", tags=["assessments"], route_class=StrictRoute)


@router.get("", summary="Read whether it is a serious child safeguarding case")
async def read_assessment(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read")], response: Response
) -> AssessmentRead:
    """Read the answer computed from recorded facts, limb by limb, and the authority's judgement beside it."""
    file = await read_file(acting, case_id)
    await acting.audit("assessment.read", "case", file.case.id, {"version": file.case.version})
    response.headers["ETag"] = etag(file.case.version)
    return show_assessment(file, file.judgement)


@router.put("", summary="Give the authority's judgement")
async def put_assessment(
    case_id: UUID,
    body: JudgementGiven,
    acting: Annotated[Acting, Requires("assessments:write")],
    expected: IfMatchDep,
    response: Response,
) -> AssessmentRead:
    """Record the authority's own judgement with its reasons. If-Match is the case's ETag.

    Refused only when a recorded fact negates a limb of the definition, or everybody was 18 or over.
    """
    file = await lock_file(acting, case_id)
    judgement = await give_judgement(acting, file, expected, body)
    response.headers["ETag"] = etag(file.case.version)
    return show_assessment(file, judgement)
