from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import defer

from local_service.case_course.schemas import NextMove, NotNotifiable
from local_service.cases.schemas import CaseCreate, Source
from local_service.cases.service import record_case
from local_service.partner_views import check_views
from local_service.screenings.models import Screening, ScreeningOutcome, ScreeningState
from local_service.screenings.rules import (
    NOT_NOTIFY,
    RECORD_CASE,
    REOPEN,
    check_clock,
    check_receipts,
    why_no_move,
)
from local_service.screenings.schemas import (
    NewInformation,
    ScreeningCreate,
    ScreeningListItem,
    ScreeningOutcomeRead,
    ScreeningRead,
)
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.db import table_of
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.pagination import Page, PageRequest, make_page, newest_first
from service_kit.problems import ApiProblem, field_problem

SCREENINGS = table_of(Screening)
INSERT = (
    insert(SCREENINGS)
    .on_conflict_do_nothing(index_elements=["organisation_id", "source_system", "source_reference"])
    .returning(SCREENINGS.c.id)
)


async def record_screening(acting: Acting, given: ScreeningCreate) -> Screening:
    """Record information received. Raises 409 where its source's reference is recorded already, 422."""
    check_receipts(
        [(f"/information_received/{number}", one) for number, one in enumerate(given.information_received)],
        acting.now,
    )
    for number, child in enumerate(given.children):
        if child.date_of_birth is not None and child.date_of_birth > london_date(acting.now):
            pointer = f"/children/{number}/date_of_birth"
            raise field_problem(pointer, "date_in_the_future", "Must not lie in the future.")
    row: dict[str, Any] = {
        "organisation_id": acting.organisation_id,
        "id": new_id(),
        "version": 1,
        "state": ScreeningState.RECEIVED.value,
        "case_id": None,
        "source_system": given.source.source_system if given.source else None,
        "source_reference": given.source.reference if given.source else None,
        "information_received_at": min(one.received_at for one in given.information_received),
        "facts": given.model_dump(mode="json", exclude={"source"}),
        "recorded_by": acting.caller.principal_id,
        "recorded_at": acting.now,
        "updated_at": acting.now,
    }
    if (await acting.session.execute(INSERT, row)).one_or_none() is None:
        raise ApiProblem("conflict", "A screening with this source and reference is recorded already.")
    await acting.event("screening.recorded", "screening", row["id"], {"version": 1})
    return Screening(**row)


async def become_case(
    acting: Acting, settings: LocalSettings, screening_id: UUID, expected_version: int, given: CaseCreate
) -> Screening:
    """Record a case of it. The case's clock starts no later than the screening says; it inherits the source."""
    screening = await _lock(acting, screening_id, expected_version)
    refuse(why_no_move(ScreeningState(screening.state), RECORD_CASE))
    check_clock(given.incident, screening.information_received_at)
    given = given.model_copy(update={"source": given.source or _source(screening)})
    file = await record_case(acting, settings, given)
    screening.case_id = file.case.id
    await _move(acting, screening, ScreeningState.RECORDED_AS_CASE)
    detail = {"screening": str(screening.id)}
    await acting.event("screening.became_case", "case", file.case.id, detail)
    return screening


async def decide_not_to_notify(
    acting: Acting, screening_id: UUID, expected_version: int, given: NotNotifiable
) -> Screening:
    """Record why it is not notified (s16C(1)), with the view of each of the three partners (guidance)."""
    screening = await _lock(acting, screening_id, expected_version)
    refuse(why_no_move(ScreeningState(screening.state), NOT_NOTIFY))
    check_views(given.views)
    await _move(acting, screening, ScreeningState.NOT_NOTIFIED, **given.model_dump(mode="json"))
    detail = {"reason": given.reason}
    await acting.event("screening.not_notified", "screening", screening.id, detail)
    return screening


async def reopen_screening(
    acting: Acting, screening_id: UUID, expected_version: int, given: NewInformation
) -> Screening:
    """Open it again on new information; what was decided before stays on record."""
    screening = await _lock(acting, screening_id, expected_version)
    refuse(why_no_move(ScreeningState(screening.state), REOPEN))
    check_receipts([("/received", given.received)], acting.now)
    # The time runs from the earliest receipt by any partner, which may come to light only now.
    screening.information_received_at = min(screening.information_received_at, given.received.received_at)
    information = given.model_dump(mode="json")
    await _move(acting, screening, ScreeningState.RECEIVED, information=information)
    await acting.event("screening.reopened", "screening", screening.id, {"version": screening.version})
    return screening


async def find_screening(acting: Acting, screening_id: UUID) -> Screening:
    """Find a screening. Raises 404."""
    return await _one(acting, _by_id(acting, screening_id))


async def list_screenings(
    acting: Acting, page: PageRequest, *, state: ScreeningState | None, case_id: UUID | None
) -> Page[ScreeningListItem]:
    """List screenings, newest first."""
    statement = select(Screening).options(defer(Screening.facts, raiseload=True))
    statement = statement.where(Screening.organisation_id == acting.organisation_id)
    if state is not None:
        statement = statement.where(Screening.state == state.value)
    if case_id is not None:
        statement = statement.where(Screening.case_id == case_id)
    rows = (await acting.session.execute(newest_first(statement, Screening.id, page))).scalars().all()
    return make_page(rows, page, _list_item, lambda row: row.id)


async def show_screening(acting: Acting, screening: Screening) -> ScreeningRead:
    """Show a screening with what was made of it and what may be done next."""
    state = ScreeningState(screening.state)
    refusals = {move: why_no_move(state, move) for move in (RECORD_CASE, NOT_NOTIFY, REOPEN)}
    outcomes = await _outcomes(acting, screening)
    return ScreeningRead(
        **_list_item(screening).model_dump(),
        **screening.facts,
        outcomes=[ScreeningOutcomeRead.model_validate(one, from_attributes=True) for one in outcomes],
        next_moves=[
            NextMove(
                move=move,
                allowed=refusal is None,
                why_not=refusal.detail if refusal else None,
                rule=refusal.rule if refusal else None,
            )
            for move, refusal in refusals.items()
        ],
    )


async def _move(acting: Acting, screening: Screening, state: ScreeningState, **told: Any) -> None:
    number = len(await _outcomes(acting, screening)) + 1
    screening.state, screening.updated_at = state.value, acting.now
    screening.version += 1
    acting.session.add(
        ScreeningOutcome(
            organisation_id=acting.organisation_id,
            id=new_id(),
            screening_id=screening.id,
            number=number,
            state=state.value,
            reason=told.get("reason"),
            reasons=told.get("reasons"),
            views=told.get("views", []),
            information=told.get("information"),
            decided_by=acting.caller.principal_id,
            decided_at=acting.now,
        )
    )
    await acting.session.flush()


async def _outcomes(acting: Acting, screening: Screening) -> Sequence[ScreeningOutcome]:
    statement = (
        select(ScreeningOutcome)
        .where(
            ScreeningOutcome.organisation_id == acting.organisation_id,
            ScreeningOutcome.screening_id == screening.id,
        )
        .order_by(ScreeningOutcome.number)
    )
    with acting.session.no_autoflush:
        return (await acting.session.execute(statement)).scalars().all()


async def _lock(acting: Acting, screening_id: UUID, expected_version: int) -> Screening:
    screening = await _one(acting, _by_id(acting, screening_id).with_for_update())
    check_version(screening.version, expected_version)
    return screening


async def _one(acting: Acting, statement: Select[Screening]) -> Screening:
    screening = (await acting.session.execute(statement)).scalar_one_or_none()
    if screening is None:
        raise ApiProblem("not-found")
    return screening


def _by_id(acting: Acting, screening_id: UUID) -> Select[Screening]:
    return select(Screening).where(
        Screening.organisation_id == acting.organisation_id, Screening.id == screening_id
    )


def _source(screening: Screening) -> Source | None:
    if screening.source_system and screening.source_reference:
        return Source(source_system=screening.source_system, reference=screening.source_reference)
    return None


def _list_item(screening: Screening) -> ScreeningListItem:
    names = ScreeningListItem.model_fields.keys() - {"source"}
    return ScreeningListItem(**{name: getattr(screening, name) for name in names}, source=_source(screening))
