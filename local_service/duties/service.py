from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from local_service.cases.file import CaseFile
from local_service.duties.events import reckon_duties
from local_service.duties.models import DutyLateness
from local_service.duties.rules import why_no_lateness
from local_service.duties.schemas import DutyRead, LatenessCreate, LatenessRead
from local_service.moves import refuse
from service_kit.acting import Acting
from service_kit.clock.duties import ComputedDuty
from service_kit.ids import new_id
from service_kit.problems import ApiProblem


async def show_duties(acting: Acting, file: CaseFile) -> list[DutyRead]:
    """Show every duty of a case with the reasons given for its lateness."""
    statement = select(DutyLateness).where(
        DutyLateness.organisation_id == acting.organisation_id, DutyLateness.case_id == file.case.id
    )
    reasons = defaultdict(list)
    for row in (await acting.session.execute(statement.order_by(DutyLateness.id))).scalars():
        reasons[row.code].append(row)
    duties = await reckon_duties(acting, file)
    return [_show(duty, reasons[duty.code]) for duty in duties]


async def show_duty(acting: Acting, file: CaseFile, code: str) -> DutyRead:
    """Show one duty. Raises 404 where the case's rule set has none of that code."""
    for duty in await show_duties(acting, file):
        if duty.code == code:
            return duty
    raise ApiProblem("not-found")


async def explain_lateness(acting: Acting, file: CaseFile, code: str, given: LatenessCreate) -> DutyRead:
    """Record why an overdue duty is late; an earlier reason stays beside it."""
    duty = await show_duty(acting, file, code)
    refuse(why_no_lateness(duty))
    assert duty.due_on is not None  # noqa: S101 -- narrows the type; what is overdue has a date
    row = DutyLateness(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=file.case.id,
        code=code,
        due_on=duty.due_on,
        reason=given.reason,
        recorded_by=acting.caller.principal_id,
        recorded_at=acting.now,
    )
    acting.session.add(row)
    await acting.session.flush()
    detail = {"duty": code, "due_on": duty.due_on.isoformat(), "id": str(row.id)}
    await acting.event("duty.lateness_explained", "case", file.case.id, detail)
    return duty.model_copy(update={"lateness": [*duty.lateness, _show_lateness(row)]})


def _show(duty: ComputedDuty, reasons: Sequence[DutyLateness]) -> DutyRead:
    return DutyRead(
        **{name: getattr(duty, name) for name in ComputedDuty.model_fields},
        lateness=[_show_lateness(row) for row in reasons],
    )


def _show_lateness(row: DutyLateness) -> LatenessRead:
    return LatenessRead(
        id=row.id,
        due_on=row.due_on,
        reason=row.reason,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
    )
