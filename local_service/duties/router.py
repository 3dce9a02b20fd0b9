from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from local_service.cases.file import read_file
from local_service.duties.events import duties_of
from service_kit.acting import Acting, Requires
from service_kit.clock.duties import ComputedDuty
from service_kit.problems import ApiProblem

router = APIRouter(prefix="/v1/cases/{case_id}/duties", tags=["duties"])
ReadingDep = Annotated[Acting, Requires("cases:read")]


@router.get("", summary="List a case's duties")
async def list_duties(case_id: UUID, acting: ReadingDep) -> list[ComputedDuty]:
    """List every duty of the case's rule set: when it is due, whether it is met, and why then."""
    file = await read_file(acting, case_id)
    await acting.audit("duties.read", "case", file.case.id, {"rule_set": file.case.rule_set})
    return duties_of(file, acting.now)


@router.get("/{code}", summary="Explain one duty")
async def explain_duty(
    case_id: UUID,
    code: Annotated[str, Path(max_length=64, examples=["rapid_review_completion"])],
    acting: ReadingDep,
) -> ComputedDuty:
    """Explain when a duty is due: its anchor, the days not counted and why, its provision and source."""
    file = await read_file(acting, case_id)
    await acting.audit("duties.read", "case", file.case.id, {"rule_set": file.case.rule_set})
    for duty in duties_of(file, acting.now):
        if duty.code == code:
            return duty
    raise ApiProblem("not-found")
