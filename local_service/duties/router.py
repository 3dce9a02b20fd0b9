from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from local_service.cases.file import lock_file, read_file
from local_service.duties.schemas import DutyRead, LatenessCreate
from local_service.duties.service import explain_lateness, show_duties, show_duty
from service_kit.acting import Acting, Requires
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/cases/{case_id}/duties", tags=["duties"], route_class=StrictRoute)
ReadingDep = Annotated[Acting, Requires("cases:read")]
Code = Annotated[str, Path(max_length=64, examples=["rapid_review_completion"])]


@router.get("", summary="List a case's duties")
async def list_duties(case_id: UUID, acting: ReadingDep) -> list[DutyRead]:
    """List every duty of the case's rule set: when it is due, whether it is met, and why then."""
    file = await read_file(acting, case_id)
    await acting.audit("duties.read", "case", file.case.id, {"rule_set": file.case.rule_set})
    return await show_duties(acting, file)


@router.get("/{code}", summary="Explain one duty")
async def explain_duty(case_id: UUID, code: Code, acting: ReadingDep) -> DutyRead:
    """Explain when a duty is due: its anchor, the days not counted and why, its provision and source."""
    file = await read_file(acting, case_id)
    await acting.audit("duties.read", "case", file.case.id, {"rule_set": file.case.rule_set})
    return await show_duty(acting, file, code)


@router.post(
    "/{code}/lateness", status_code=201, summary="Give the reasons for lateness", response_model=DutyRead
)
async def post_lateness(
    case_id: UUID,
    code: Code,
    body: LatenessCreate,
    acting: Annotated[Acting, Requires("duties:write")],
    once: OnceDep,
) -> Response:
    """Record why an overdue duty is late. It stays overdue; what is recorded stays."""
    file = await lock_file(acting, case_id)
    duty = await explain_lateness(acting, file, code, body)
    return await once.answer(duty, status=201, headers={"Location": f"/v1/cases/{case_id}/duties/{code}"})
