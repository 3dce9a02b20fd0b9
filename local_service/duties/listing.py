"""A partnership's duties across its cases, by date: read from their rows alone, judged by today."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, tuple_

from local_service.cases.models import Case
from local_service.cases.stages import Stage
from local_service.duties.models import CaseDuty, KeptState
from local_service.duties.pages import DatedPage, write_cursor
from local_service.duties.schemas import DutyListItem
from service_kit.acting import Acting
from service_kit.clock.bank_holidays import CalendarDoesNotCover, published_calendar
from service_kit.clock.duties import DutyStatus
from service_kit.clock.rule_sets import End, Kind, published_rule_sets
from service_kit.clock.working_days import add_working_days, london_date
from service_kit.pagination import Page

FINISHED = {DutyStatus.MET, DutyStatus.MET_LATE, DutyStatus.LIFTED, DutyStatus.NOT_KEPT}
_COUNTED = CaseDuty.state == KeptState.RUNNING.value
_BY = and_(_COUNTED, CaseDuty.ends == End.BY.value)
_UNTIL = and_(_COUNTED, CaseDuty.ends == End.UNTIL.value)


@dataclass(frozen=True)
class Days:
    """Today in London, and the last day of what is due soon: the next working day."""

    today: date
    soon: date


@dataclass(frozen=True)
class DutyFilter:
    """Which duties are asked for; what is None is not asked."""

    statuses: frozenset[DutyStatus] = frozenset()
    case_id: UUID | None = None
    code: str | None = None
    kind: Kind | None = None
    responsible: str | None = None
    due_from: date | None = None
    due_to: date | None = None


def days_of(now: datetime) -> Days:
    """Give the days by which statuses are told; past the known bank holidays only today itself is soon."""
    today = london_date(now)
    try:
        return Days(today, add_working_days(today, 1, published_calendar()).due_on)
    except CalendarDoesNotCover:
        return Days(today, today)


async def list_duties(acting: Acting, page: DatedPage, asked: DutyFilter) -> Page[DutyListItem]:
    """List duties by due date, those without one last."""
    days = days_of(acting.now)
    statement = select_duties(acting, asked, days)
    if page.after is not None:
        statement = statement.where(tuple_(CaseDuty.sort_on, CaseDuty.id) > page.after)
    rows = (await acting.session.execute(statement.limit(page.limit + 1))).all()
    shown = rows[: page.limit]
    cursor = write_cursor(shown[-1][0].sort_on, shown[-1][0].id) if len(rows) > page.limit else None
    return Page(items=[show_item(row, days) for row in shown], next_cursor=cursor)


def select_duties(acting: Acting, asked: DutyFilter, days: Days) -> Select[CaseDuty, UUID]:
    """Select rows with their cases' references, by date."""
    joined = and_(Case.organisation_id == CaseDuty.organisation_id, Case.id == CaseDuty.case_id)
    statement = (
        select(CaseDuty, Case.exchange_reference)
        .join(Case, joined)
        .where(CaseDuty.organisation_id == acting.organisation_id, *_conditions(asked))
        .order_by(CaseDuty.sort_on, CaseDuty.id)
    )
    if asked.statuses:
        statement = statement.where(or_(*(_HAS[status](days) for status in asked.statuses)))
    return statement


def show_item(row: Row[CaseDuty, UUID], days: Days) -> DutyListItem:
    """Show a row as of today."""
    duty, exchange_reference = row
    status = status_of(duty, days)
    counts_to = duty.due_on if status not in FINISHED else None
    return DutyListItem(
        case_id=duty.case_id,
        exchange_reference=exchange_reference,
        stage=Stage(duty.stage),
        code=duty.code,
        title=title_of(duty),
        kind=Kind(duty.kind),
        responsible=duty.responsible,
        status=status,
        end=End(duty.ends),
        due_on=duty.due_on,
        days_left=(counts_to - days.today).days if counts_to else None,
        met_on=duty.met_on,
        explanation=f"/v1/cases/{duty.case_id}/duties/{duty.code}",
    )


def status_of(duty: CaseDuty, days: Days) -> DutyStatus:
    """Tell a duty's status today from what is kept of it."""
    if duty.state != KeptState.RUNNING or duty.due_on is None:
        return DutyStatus(duty.state)
    if duty.ends == End.UNTIL:
        return DutyStatus.MET if days.today > duty.due_on else DutyStatus.OPEN
    if duty.due_on < days.today:
        return DutyStatus.OVERDUE
    return DutyStatus.DUE_SOON if duty.due_on <= days.soon else DutyStatus.OPEN


def title_of(duty: CaseDuty) -> str:
    """Give a duty's title as its rule set has it, or its code where this release has it no more."""
    try:
        return published_rule_sets().get(duty.rule_set).duty(duty.code).title
    except LookupError:
        return duty.code


def _conditions(asked: DutyFilter) -> list[ColumnElement[bool]]:
    columns: Mapping[Any, Any] = {
        CaseDuty.case_id: asked.case_id,
        CaseDuty.code: asked.code,
        CaseDuty.kind: asked.kind.value if asked.kind else None,
        CaseDuty.responsible: asked.responsible,
    }
    found = [column == value for column, value in columns.items() if value is not None]
    if asked.due_from is not None:
        found += [CaseDuty.sort_on >= asked.due_from, CaseDuty.due_on.is_not(None)]
    if asked.due_to is not None:
        found += [CaseDuty.sort_on <= asked.due_to, CaseDuty.due_on.is_not(None)]
    return found


def _kept(state: KeptState) -> Callable[[Days], ColumnElement[bool]]:
    return lambda _: CaseDuty.state == state.value


_HAS: Mapping[DutyStatus, Callable[[Days], ColumnElement[bool]]] = {
    **{DutyStatus(state.value): _kept(state) for state in KeptState if state is not KeptState.RUNNING},
    DutyStatus.OVERDUE: lambda days: and_(_BY, CaseDuty.sort_on < days.today),
    DutyStatus.DUE_SOON: lambda days: and_(_BY, CaseDuty.sort_on.between(days.today, days.soon)),
    DutyStatus.OPEN: lambda days: or_(
        and_(_BY, CaseDuty.sort_on > days.soon), and_(_UNTIL, CaseDuty.sort_on >= days.today)
    ),
    DutyStatus.MET: lambda days: or_(
        CaseDuty.state == KeptState.MET.value, and_(_UNTIL, CaseDuty.sort_on < days.today)
    ),
}
