from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, select

from panel_service.cases.models import Case, CaseState
from panel_service.cases.schemas import CaseListed, PseudonymisedListed, ReceivedFrom
from panel_service.decisions.models import Decision, DecisionRelease
from panel_service.meetings.agenda import recused_from
from panel_service.meetings.rules import RECUSAL
from panel_service.partnerships.models import Partnership
from panel_service.partnerships.service import partnerships_by_id
from service_kit.acting import Acting
from service_kit.exchange.standing import is_parked
from service_kit.pagination import Page, PageRequest, make_page, newest_first
from service_kit.problems import ApiProblem


async def find_case(acting: Acting, case_id: UUID) -> Case:
    """Find a case. Raises 404."""
    return await _one(acting, _by_id(acting, case_id))


async def lock_case(acting: Acting, case_id: UUID) -> Case:
    """Find a case and keep others from changing it until the transaction ends. Raises 404."""
    return await _one(acting, _by_id(acting, case_id).with_for_update())


async def decisions_of(acting: Acting, case_id: UUID) -> Sequence[Decision]:
    """Give a case's decisions, the first one first."""
    statement = (
        select(Decision)
        .where(Decision.organisation_id == acting.organisation_id, Decision.case_id == case_id)
        .order_by(Decision.decision_version)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def releases_of(acting: Acting, case_id: UUID) -> Mapping[UUID, DecisionRelease]:
    """Give what became of each decision on a case that waits no more, by the decision's id."""
    statement = select(DecisionRelease).where(
        DecisionRelease.organisation_id == acting.organisation_id, DecisionRelease.case_id == case_id
    )
    rows = (await acting.session.execute(statement)).scalars().all()
    return {row.decision_id: row for row in rows}


async def list_cases(
    acting: Acting,
    page: PageRequest,
    *,
    state: CaseState | None,
    partnership: UUID | None,
    exchange_reference: UUID | None,
    parked: bool | None = None,
) -> Page[CaseListed] | Page[PseudonymisedListed]:
    """Give a page of cases, newest first. Audited by the number shown: no item names a child.

    A case the caller is recused from is left out.
    Raises 403 where somebody who may not know whose a case is asks for one partnership's, or for one they know.
    """
    whole = "cases:read" in acting.scopes
    if not whole and (partnership is not None or exchange_reference is not None):
        raise ApiProblem("forbidden", "Filtering by partnership or reference needs the scope cases:read.")
    wanted = {
        Case.state: state,
        Case.partnership_id: partnership,
        Case.exchange_reference: exchange_reference,
    }
    conditions = [column == value for column, value in wanted.items() if value is not None]
    if parked is not None:
        stuck = is_parked(cast(Case.exchange_reference, Text), link_id=Case.link_id)
        conditions.append(stuck if parked else ~stuck)
    statement = select(Case).where(
        Case.organisation_id == acting.organisation_id, ~recused_from(acting, Case.id), *conditions
    )
    rows = (await acting.session.execute(newest_first(statement, Case.id, page))).scalars().all()
    await acting.audit("case.listed", "case", None, {"count": min(len(rows), page.limit)})
    if not whole:
        return make_page(rows, page, _pseudonymised, lambda case: case.id)
    partnerships = await partnerships_by_id(acting, {case.partnership_id for case in rows})
    return make_page(rows, page, lambda case: _listed(case, partnerships), lambda case: case.id)


def list_facts(case: Case, partnership: Partnership) -> dict[str, Any]:
    """Give the members every view of a case begins with."""
    received_from = ReceivedFrom(id=partnership.id, code=partnership.code, name=partnership.name)
    names = CaseListed.model_fields.keys() - {"partnership"}
    return {name: getattr(case, name) for name in names} | {"partnership": received_from}


def _pseudonymised(case: Case) -> PseudonymisedListed:
    return PseudonymisedListed(
        id=case.id, state=CaseState(case.state), nature=case.nature, month=f"{case.occurred_on:%Y-%m}"
    )


def _listed(case: Case, partnerships: Mapping[UUID, Partnership]) -> CaseListed:
    return CaseListed(**list_facts(case, partnerships[case.partnership_id]))


def _by_id(acting: Acting, case_id: UUID) -> Select[Case]:
    return select(Case).where(Case.organisation_id == acting.organisation_id, Case.id == case_id)


async def _one(acting: Acting, statement: Select[Case]) -> Case:
    """Give the case. Raises 404, and 403 to a member who declared an interest in it."""
    found = (await acting.session.execute(statement.add_columns(recused_from(acting, Case.id)))).one_or_none()
    if found is None:
        raise ApiProblem("not-found")
    case: Case = found[0]
    if found[1]:
        raise ApiProblem("recused", rule=RECUSAL)
    return case
