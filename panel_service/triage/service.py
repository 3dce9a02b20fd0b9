from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, any_, literal, select

from panel_service.cases.models import Case, CaseState
from panel_service.cases.schemas import ReceivedFrom
from panel_service.cases.service import lock_case
from panel_service.meetings.agenda import interests_in
from panel_service.meetings.rules import RECUSAL
from panel_service.partnerships.models import Partnership
from panel_service.partnerships.service import partnerships_by_id
from panel_service.triage.attention import set_attention
from panel_service.triage.paging import QueuePage, write_cursor
from panel_service.triage.queue import has_stuck_message, is_overdue, read_lanes
from panel_service.triage.rules import (
    MESSAGE_HELD,
    MESSAGE_SET_ASIDE,
    ORDER,
    QUERY_OVERDUE,
    RAPID_REVIEW_OVERDUE,
    REASONS,
    overdue_of,
)
from panel_service.triage.schemas import AttentionRead, ReasonRead, TriageItem, TriagePage
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.etags import check_version
from service_kit.exchange.models import InboundState
from service_kit.identity import Principal, PrincipalKind
from service_kit.problems import field_problem

COMPUTED = {MESSAGE_SET_ASIDE: InboundState.SET_ASIDE, MESSAGE_HELD: InboundState.HELD}


async def read_queue(
    acting: Acting, page: QueuePage, *, reason: str | None, assigned_to: UUID | None, unassigned: bool
) -> TriagePage:
    """Give a page of what needs a person, in its order. A case the caller is recused from is left out. Audited."""
    today = london_date(acting.now)
    conditions = _conditions(acting, today, reason=reason, assigned_to=assigned_to, unassigned=unassigned)
    found = await read_lanes(acting, page, today, conditions)
    shown = found[: page.limit]
    cases = [case for _, case in shown]
    partnerships = await partnerships_by_id(acting, {case.partnership_id for case in cases})
    stuck = await _stuck(acting, cases)
    await acting.audit("triage.read", "case", None, {"count": len(shown)})
    return TriagePage(
        order=ORDER,
        items=[
            _item(lane.name, case, partnerships[case.partnership_id], today, stuck.get(case.id, []))
            for lane, case in shown
        ],
        next_cursor=write_cursor(shown[-1][0].place(shown[-1][1])) if len(found) > page.limit else None,
    )


async def assign_case(acting: Acting, case_id: UUID, principal: UUID | None) -> Case:
    """Assign a case to a person of the Panel, or to nobody. Raises 404; 422 for nobody's or a recused person's id."""
    case = await lock_case(acting, case_id)
    if principal is not None:
        await _check_person(acting, case, principal)
    case.assigned_to = principal
    await acting.session.flush()
    await acting.event("case.assigned", "case", case.id, {"to": str(principal) if principal else None})
    return case


async def mark_seen(acting: Acting, case_id: UUID, expected_version: int) -> Case:
    """Say that what has come about a case was seen: news goes from the queue until more comes.

    What waits for a step, such as an undecided rapid review, stays. Raises 404, 412 where more came meanwhile.
    """
    case = await lock_case(acting, case_id)
    check_version(case.version, expected_version)
    case.seen_by, case.seen_at = acting.caller.principal_id, acting.now
    await set_attention(acting, case, ())
    await acting.event("case.seen", "case", case.id, {"version": case.version})
    return case


async def show_attention(acting: Acting, case: Case) -> AttentionRead:
    """Show who looks after a case and what of it needs a person."""
    stuck = (await _stuck(acting, [case])).get(case.id, [])
    return AttentionRead(
        case_id=case.id,
        version=case.version,
        assigned_to=case.assigned_to,
        seen_by=case.seen_by,
        seen_at=case.seen_at,
        reasons=_reasons(case, london_date(acting.now), stuck),
    )


def _conditions(
    acting: Acting, today: date, *, reason: str | None, assigned_to: UUID | None, unassigned: bool
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if reason in COMPUTED:
        conditions.append(has_stuck_message(acting, COMPUTED[reason]))
    elif reason in {QUERY_OVERDUE, RAPID_REVIEW_OVERDUE}:
        due = Case.query_due_on if reason == QUERY_OVERDUE else Case.rapid_review_due_on
        conditions += [is_overdue(today), due < today]
    elif reason is not None:
        conditions.append(literal(reason) == any_(Case.needs))
    if assigned_to is not None:
        conditions.append(Case.assigned_to == assigned_to)
    if unassigned:
        conditions.append(Case.assigned_to.is_(None))
    return conditions


async def _stuck(acting: Acting, cases: list[Case]) -> dict[UUID, list[str]]:
    """Name, for each case, whether a message about it is set aside or held."""
    if not cases:
        return {}
    statement = select(Case.id, *(has_stuck_message(acting, state) for state in COMPUTED.values())).where(
        Case.organisation_id == acting.organisation_id, Case.id.in_([case.id for case in cases])
    )
    return {
        row[0]: [code for code, there in zip(COMPUTED, row[1:], strict=True) if there]
        for row in (await acting.session.execute(statement)).all()
    }


async def _check_person(acting: Acting, case: Case, principal: UUID) -> None:
    statement = select(Principal.id).where(
        Principal.id == principal,
        Principal.organisation_id == acting.organisation_id,
        Principal.kind == PrincipalKind.PERSON,
    )
    if (await acting.session.execute(statement)).one_or_none() is None:
        raise field_problem("/assigned_to", "not_found", "Must be a person of this organisation.")
    if principal in {interest.principal_id for interest in await interests_in(acting, case.id)}:
        raise field_problem(
            "/assigned_to", "recused", "The person has an interest in the case.", rule=RECUSAL
        )


def _item(lane: str, case: Case, partnership: Partnership, today: date, stuck: list[str]) -> TriageItem:
    return TriageItem(
        case_id=case.id,
        version=case.version,
        state=CaseState(case.state),
        partnership=ReceivedFrom(id=partnership.id, code=partnership.code, name=partnership.name),
        received_at=case.received_at,
        lane=lane,
        reasons=_reasons(case, today, stuck),
        waiting_since=case.attention_since,
        assigned_to=case.assigned_to,
        seen_at=case.seen_at,
    )


def _reasons(case: Case, today: date, stuck: list[str]) -> list[ReasonRead]:
    due = {QUERY_OVERDUE: case.query_due_on, RAPID_REVIEW_OVERDUE: case.rapid_review_due_on}
    overdue = overdue_of(
        rapid_review_due_on=case.rapid_review_due_on, query_due_on=case.query_due_on, today=today
    )
    codes = [code for code in (*stuck, *overdue, *case.needs) if code in REASONS]
    return [
        ReasonRead(
            code=code,
            weight=REASONS[code].weight,
            title=REASONS[code].title,
            settled_by_seeing=REASONS[code].news,
            due_on=due.get(code),
            rule=REASONS[code].rule,
        )
        for code in sorted(codes, key=lambda code: -REASONS[code].weight)
    ]
