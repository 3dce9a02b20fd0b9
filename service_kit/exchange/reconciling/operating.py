"""What operators see of comparisons with the counterparts, and how they ask for one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import select

from service_kit.acting import Acting, Requires
from service_kit.exchange.models import DeliveryMode, Link, LinkState
from service_kit.exchange.reconciling.models import Reconciliation, ReconciliationPlan, RunReason
from service_kit.exchange.reconciling.plans import want_comparison
from service_kit.exchange.reconciling.views import PlanRead, ReconciliationRead, ReconciliationRequest
from service_kit.idempotency import OnceDep
from service_kit.pagination import Page, PageDep, make_page, newest_first
from service_kit.problems import ApiProblem

router = APIRouter()

ReadDep = Annotated[Acting, Requires("exchange:read")]
OperateDep = Annotated[Acting, Requires("exchange:operate")]


@router.get("/reconciliations", summary="List comparisons with the counterparts")
async def list_reconciliations(
    acting: ReadDep,
    page: PageDep,
    link_id: Annotated[UUID | None, Query(description="Only those of this link.")] = None,
) -> Page[ReconciliationRead]:
    """Show comparisons, newest first, with what each found and what the counterpart signed. No content is in them."""
    statement = select(Reconciliation)
    if link_id is not None:
        statement = statement.where(Reconciliation.link_id == link_id)
    rows = (await acting.session.execute(newest_first(statement, Reconciliation.id, page))).scalars().all()
    return make_page(rows, page, ReconciliationRead.model_validate, lambda row: row.id)


@router.post(
    "/links/{link_id}/reconciliation",
    summary="Compare a link now",
    status_code=202,
    response_model=PlanRead,
)
async def ask_for_reconciliation(
    link_id: UUID, asked: ReconciliationRequest, acting: OperateDep, once: OnceDep
) -> Response:
    """Have the worker compare a link with its counterpart at once; what it finds is in the list of comparisons.

    A counterpart whose network lets nothing in can only be waited for: 409.
    """
    link = (
        await acting.session.execute(
            select(Link).where(Link.organisation_id == acting.organisation_id, Link.id == link_id)
        )
    ).scalar_one_or_none()
    if link is None:
        raise ApiProblem("not-found")
    if link.state != LinkState.ACTIVE or link.delivery_mode != DeliveryMode.PUSH:
        raise ApiProblem(
            "move-not-allowed", "Only an open link whose counterpart can be asked is compared.", allowed=[]
        )
    session = acting.session
    await want_comparison(session, acting.organisation_id, link_id, RunReason.ASKED, all_days=asked.all_days)
    await acting.audit(
        "exchange.reconciliation_asked", "exchange_link", link_id, {"all_days": asked.all_days}
    )
    plan = (
        await session.execute(
            select(ReconciliationPlan).where(
                ReconciliationPlan.organisation_id == acting.organisation_id,
                ReconciliationPlan.link_id == link_id,
            )
        )
    ).scalar_one()
    return await once.answer(PlanRead.model_validate(plan), status=202)
