from collections.abc import Callable, Sequence

from sqlalchemy import select

from local_service.case_course.models import CaseMove
from local_service.case_course.rules import (
    CLOSE,
    RECORD_NOT_NOTIFIABLE,
    REOPEN,
    why_no_closure,
    why_no_reopening,
    why_not_not_notifiable,
    why_not_while_asked,
)
from local_service.case_course.schemas import CaseCourse, CaseMoveRead, NextMove, NotNotifiable, Reasons
from local_service.cases.file import CaseFile, touch
from local_service.cases.models import CaseStatus
from local_service.partner_views import check_views
from local_service.queries.models import PanelQuery, QueryState
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import Refusal, refuse

WHY_NOT: dict[str, Callable[[CaseFile], Refusal | None]] = {
    RECORD_NOT_NOTIFIABLE: why_not_not_notifiable,
    CLOSE: why_no_closure,
    REOPEN: why_no_reopening,
}


async def record_not_notifiable(
    acting: Acting, file: CaseFile, expected_version: int, given: NotNotifiable
) -> None:
    """Find a case not notifiable: its duties are lifted (s16C(1)). Raises 409 without each partner's view."""
    check_version(file.case.version, expected_version)
    refuse(why_not_not_notifiable(file))
    check_views(given.views)
    await _move(acting, file, CaseStatus.NOT_NOTIFIABLE, given)
    await acting.event("case.not_notifiable", "case", file.case.id, {"reason": given.reason})


async def close_case(acting: Acting, file: CaseFile, expected_version: int, given: Reasons) -> None:
    """Close a case on which nothing is owed any more. Raises 409, 412."""
    check_version(file.case.version, expected_version)
    refuse(await _why_not(acting, file, CLOSE))
    await _move(acting, file, CaseStatus.CLOSED, given)
    await acting.event("case.closed", "case", file.case.id, {"version": file.case.version})


async def reopen_case(acting: Acting, file: CaseFile, expected_version: int, given: Reasons) -> None:
    """Open a case again that was closed or found not notifiable: its duties run as if they never stopped."""
    check_version(file.case.version, expected_version)
    refuse(why_no_reopening(file))
    await _move(acting, file, CaseStatus.OPEN, given)
    await acting.event("case.reopened", "case", file.case.id, {"version": file.case.version})


async def show_course(acting: Acting, file: CaseFile) -> CaseCourse:
    """Show the steps that ended a case or began it again, and those that may come next."""
    moves = await _moves_of(acting, file)
    return CaseCourse(
        case_id=file.case.id,
        version=file.case.version,
        status=CaseStatus(file.case.status),
        duties_lifted_at=file.case.lifted_at,
        moves=[CaseMoveRead.model_validate(move, from_attributes=True) for move in moves],
        next_moves=[_next_move(name, await _why_not(acting, file, name)) for name in WHY_NOT],
    )


async def _move(acting: Acting, file: CaseFile, status: CaseStatus, given: NotNotifiable | Reasons) -> None:
    facts, number = given.model_dump(mode="json"), len(await _moves_of(acting, file)) + 1
    acting.session.add(
        CaseMove(
            organisation_id=acting.organisation_id,
            id=new_id(),
            case_id=file.case.id,
            number=number,
            status=status.value,
            reason=facts.get("reason"),
            reasons=given.reasons,
            views=facts.get("views", []),
            moved_by=acting.caller.principal_id,
            moved_at=acting.now,
        )
    )
    file.case.status = status.value
    file.case.lifted_at = acting.now if status is CaseStatus.NOT_NOTIFIABLE else None
    touch(acting, file.case)
    await acting.session.flush()


async def _why_not(acting: Acting, file: CaseFile, move: str) -> Refusal | None:
    refusal = WHY_NOT[move](file)
    if refusal is None and move == CLOSE:
        asked = select(PanelQuery.id).where(
            PanelQuery.organisation_id == acting.organisation_id,
            PanelQuery.case_id == file.case.id,
            PanelQuery.state == QueryState.OPEN,
        )
        refusal = why_not_while_asked(len((await acting.session.execute(asked)).all()))
    return refusal


async def _moves_of(acting: Acting, file: CaseFile) -> Sequence[CaseMove]:
    statement = (
        select(CaseMove)
        .where(CaseMove.organisation_id == acting.organisation_id, CaseMove.case_id == file.case.id)
        .order_by(CaseMove.number)
    )
    return (await acting.session.execute(statement)).scalars().all()


def _next_move(name: str, refusal: Refusal | None) -> NextMove:
    return NextMove(
        move=name,
        allowed=refusal is None,
        why_not=refusal.detail if refusal else None,
        rule=refusal.rule if refusal else None,
    )
