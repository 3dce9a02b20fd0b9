from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from panel_service.cases.service import lock_case
from panel_service.views.models import View
from panel_service.views.rules import check_formed_on
from panel_service.views.schemas import ViewCreate
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.ids import new_id


async def record_view(acting: Acting, case_id: UUID, expected_version: int, given: ViewCreate) -> View:
    """Record a view. Neither the case's state nor any duty changes (s16C).

    Raises 404, 412 where the case has changed since it was read, 422 for its day.
    """
    case = await lock_case(acting, case_id)
    check_version(case.version, expected_version)
    check_formed_on(given.formed_on, received_at=case.received_at, now=acting.now)
    view = View(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=case.id,
        number=len(await views_of(acting, case.id)) + 1,
        kind=given.kind,
        reasons=given.reasons,
        formed_on=given.formed_on,
        recorded_by=acting.caller.principal_id,
        recorded_at=acting.now,
    )
    acting.session.add(view)
    case.version, case.updated_at = case.version + 1, acting.now
    await acting.session.flush()
    await acting.event("view.recorded", "case", case.id, {"view": str(view.id), "kind": view.kind})
    return view


async def views_of(acting: Acting, case_id: UUID) -> Sequence[View]:
    """Give the views on a case, the first one first."""
    statement = (
        select(View)
        .where(View.organisation_id == acting.organisation_id, View.case_id == case_id)
        .order_by(View.number)
    )
    return (await acting.session.execute(statement)).scalars().all()
