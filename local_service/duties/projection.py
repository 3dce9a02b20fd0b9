"""The rows by which a partnership's duties are listed: written anew from a case whenever something on it changes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Integer, cast, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from local_service.cases.file import CaseFile, open_file
from local_service.cases.models import Case
from local_service.cases.reading import stage_of
from local_service.duties.events import reckon_duties
from local_service.duties.models import CaseDuty, KeptState
from service_kit.acting import Acting, changed_subjects
from service_kit.clock.bank_holidays import published_calendar
from service_kit.clock.duties import ComputedDuty, DutyStatus
from service_kit.clock.rule_sets import End
from service_kit.db import is_transient, table_of
from service_kit.exchange.models import OutboundMessage
from service_kit.exchange.sent_states import DELIVERY
from service_kit.ids import new_id
from service_kit.logs import where_raised
from shared_schemas.messages.local import LOCAL_REVIEW
from shared_schemas.messages.review_course import PUBLICATION_NOTICE

log = structlog.get_logger(__name__)

_DUTIES = table_of(CaseDuty)
_INSERT = insert(_DUTIES)
_COPIED = (
    "rule_set", "kind", "responsible", "stage", "state", "ends", "anchor_on", "due_on", "met_on", "sort_on",
    "calendar_edition",
)  # fmt: skip
WRITE_DUTY = _INSERT.on_conflict_do_update(
    index_elements=["organisation_id", "case_id", "code"],
    set_={name: _INSERT.excluded[name] for name in _COPIED}
    | {
        "date_changes": _DUTIES.c.date_changes
        + cast(_DUTIES.c.due_on.is_distinct_from(_INSERT.excluded.due_on), Integer)
    },
)
_RECEIPT_COUNTS = {LOCAL_REVIEW, PUBLICATION_NOTICE}
_RUNNING = {DutyStatus.OPEN, DutyStatus.DUE_SOON, DutyStatus.OVERDUE}


async def settle_duties(session: AsyncSession) -> None:
    """Bring the rows of every case that changed in this transaction up to date, just before its commit."""
    changed = changed_subjects(session)
    for (kind, subject_id), acting in list(changed.items()):
        if kind == "case":
            await refresh_case(acting, subject_id)
        elif kind == DELIVERY:
            await _settle_delivery(acting, subject_id)
    changed.clear()


async def refresh_duties(
    acting: Acting,
    file: CaseFile,
    *,
    is_new: bool = False,
    told_as: str = "duty.changed",
    why: Mapping[str, str] | None = None,
) -> None:
    """Write a case's duties as its records now tell, and tell of each date that has changed; ``why`` is told with it."""
    duties = await reckon_duties(acting, file)
    known = {} if is_new else await _known(acting, file.case.id)
    stage = stage_of(file)
    rows = [
        row_of(file.case, duty, stage)
        for duty in duties
        if duty.code in known or duty.status is not DutyStatus.NOT_STARTED
    ]
    if rows:
        await acting.session.execute(WRITE_DUTY, rows)
    if gone := known.keys() - {duty.code for duty in duties}:
        await _lift(acting, file.case.id, gone)
    if known:
        for detail in _changed_dates(known, duties):
            await acting.event(told_as, "case", file.case.id, {**detail, **(why or {})})
    changed_subjects(acting.session).pop(("case", file.case.id), None)


async def refresh_case(
    acting: Acting, case_id: UUID, *, told_as: str = "duty.changed", why: Mapping[str, str] | None = None
) -> None:
    """Write the duties of a case anew from its rows."""
    # The lock is held already by nearly every change; it keeps two from writing what each saw of the other.
    statement = select(Case).where(Case.organisation_id == acting.organisation_id, Case.id == case_id)
    case = (await acting.session.execute(statement.with_for_update())).scalar_one_or_none()
    if case is not None:
        await refresh_duties(acting, await open_file(acting.session, case), told_as=told_as, why=why)


async def _settle_delivery(acting: Acting, message_id: UUID) -> None:
    """Refresh the case whose report or notice the Panel now has: its receipt meets a duty (SI 2018/789 reg 16)."""
    session = acting.session
    message = await session.get(OutboundMessage, (acting.organisation_id, message_id))
    if message is None or message.type not in _RECEIPT_COUNTS:
        return
    statement = select(Case.id).where(
        Case.organisation_id == acting.organisation_id, Case.exchange_reference == UUID(message.subject)
    )
    try:
        async with session.begin_nested():
            for case_id in (await session.execute(statement)).scalars().all():
                await refresh_case(acting, case_id)
    except Exception as error:
        if is_transient(error):
            raise  # the result is lost and the message sent again, which its receiver knows
        # A receipt that has come stands, whatever is wrong with the case's record.
        log.error("duties_not_settled", error=type(error).__name__, where=where_raised(error))


async def _known(acting: Acting, case_id: UUID) -> Mapping[str, date | None]:
    statement = select(CaseDuty.code, CaseDuty.due_on).where(
        CaseDuty.organisation_id == acting.organisation_id, CaseDuty.case_id == case_id
    )
    return {row.code: row.due_on for row in await acting.session.execute(statement)}


async def _lift(acting: Acting, case_id: UUID, codes: Collection[str]) -> None:
    # Duties that another release knew: nobody can reckon them any more.
    statement = (
        update(CaseDuty)
        .where(
            CaseDuty.organisation_id == acting.organisation_id,
            CaseDuty.case_id == case_id,
            CaseDuty.code.in_(codes),
        )
        .values(state=KeptState.LIFTED.value)
        .execution_options(synchronize_session=False)
    )
    await acting.session.execute(statement)


def _changed_dates(
    known: Mapping[str, date | None], duties: Sequence[ComputedDuty]
) -> Iterator[dict[str, str | None]]:
    for duty in duties:
        before = known.get(duty.code)
        if before != duty.due_on:
            yield {"duty": duty.code, "from": _text(before), "to": _text(duty.due_on)}


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def row_of(case: Case, duty: ComputedDuty, stage: str) -> dict[str, Any]:
    """Give the row that keeps of a duty what does not change with the day."""
    explained = duty.explanation
    return {
        "organisation_id": case.organisation_id,
        "id": new_id(),
        "case_id": case.id,
        "code": duty.code,
        "rule_set": case.rule_set,
        "kind": explained.kind.value,
        "responsible": duty.responsible,
        "stage": stage,
        "state": _state(duty).value,
        "ends": explained.end.value,
        "anchor_on": explained.anchor_date,
        "due_on": duty.due_on,
        "met_on": duty.met_on,
        "sort_on": duty.due_on or date.max,
        "calendar_edition": published_calendar().edition,
    }


def _state(duty: ComputedDuty) -> KeptState:
    if duty.status in _RUNNING:
        return KeptState.RUNNING
    # A period that has lasted long enough is told on reading too: the day alone makes it so.
    lasted = duty.explanation.end is End.UNTIL and duty.status is DutyStatus.MET
    if lasted and duty.due_on is not None:
        return KeptState.RUNNING
    return KeptState(duty.status.value)
