from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from local_service.cases.file import CaseFile, touch
from local_service.panel_link import send_to_panel
from local_service.queries.models import PanelLetter, PanelQuery, PanelQueryEntry, QueryState, Side
from local_service.queries.rules import MOVES, check_correction, why_no_answer
from local_service.queries.schemas import AnswerCreate, LetterRead, QueryEntryRead, QueryRead
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.problems import ApiProblem
from shared_schemas.messages.queries import QUERY_ANSWER, QueryAnswerBody


async def answer_query(
    acting: Acting,
    settings: LocalSettings,
    file: CaseFile,
    query_id: UUID,
    expected_version: int,
    given: AnswerCreate,
) -> QueryRead:
    """Answer a query and send the answer to the Panel, in one transaction.

    Raises 404, 409 once the Panel has closed it, 412 where more was said meanwhile, 422 for a correction not sent.
    """
    query = await find_query(acting, file.case.id, query_id)
    refuse(why_no_answer(query.state))
    check_version(query.version, expected_version)
    check_correction(
        given.corrected_by_notification_version, [one.version for one in file.sent_notifications]
    )
    body = QueryAnswerBody(
        query_id=query.id,
        entry_id=new_id(),
        case_id=file.case.id,
        text=given.text,
        corrected_by_notification_version=given.corrected_by_notification_version,
        said_at=acting.now,
    )
    entry = PanelQueryEntry(
        organisation_id=acting.organisation_id,
        id=body.entry_id,
        case_id=file.case.id,
        query_id=query.id,
        side=Side.PARTNERSHIP,
        text=body.text,
        corrected_by_notification_version=body.corrected_by_notification_version,
        said_by=acting.caller.principal_id,
        said_at=acting.now,
        message_id=await send_to_panel(acting, settings, file.case, QUERY_ANSWER, body),
    )
    query.state, query.version = QueryState.ANSWERED, query.version + 1
    await add_entry(acting, entry)
    touch(acting, file.case)
    await acting.session.flush()
    detail = {"query": str(query.id), "message": str(entry.message_id)}
    await acting.event("panel_query.answered", "case", file.case.id, detail)
    return show_query(query, await _entries_of(acting, file.case.id), london_date(acting.now))


async def find_query(acting: Acting, case_id: UUID, query_id: UUID) -> PanelQuery:
    """Find one query of a case. Raises 404."""
    query = await acting.session.get(PanelQuery, (acting.organisation_id, query_id))
    if query is None or query.case_id != case_id:
        raise ApiProblem("not-found")
    return query


async def show_queries(acting: Acting, case_id: UUID) -> list[QueryRead]:
    """Show the Panel's queries on a case, the first one first."""
    statement = (
        select(PanelQuery)
        .where(PanelQuery.organisation_id == acting.organisation_id, PanelQuery.case_id == case_id)
        .order_by(PanelQuery.number)
    )
    queries = (await acting.session.execute(statement)).scalars().all()
    entries, today = await _entries_of(acting, case_id), london_date(acting.now)
    return [show_query(query, entries, today) for query in queries]


async def show_one_query(acting: Acting, query: PanelQuery) -> QueryRead:
    """Show one query with everything said in it."""
    return show_query(query, await _entries_of(acting, query.case_id), london_date(acting.now))


async def show_letters(acting: Acting, case_id: UUID) -> list[LetterRead]:
    """Show the Panel's letters about a case, the first one first."""
    statement = (
        select(PanelLetter)
        .where(PanelLetter.organisation_id == acting.organisation_id, PanelLetter.case_id == case_id)
        .order_by(PanelLetter.number)
    )
    letters = (await acting.session.execute(statement)).scalars()
    return [LetterRead.model_validate(letter, from_attributes=True) for letter in letters]


async def add_entry(acting: Acting, entry: PanelQueryEntry) -> None:
    """Put what was said behind what was said before. The caller has locked the case."""
    before = await _entries_of(acting, entry.case_id)
    entry.number = sum(one.query_id == entry.query_id for one in before) + 1
    acting.session.add(entry)
    await acting.session.flush()


def show_query(query: PanelQuery, entries: Sequence[PanelQueryEntry], today: date) -> QueryRead:
    """Show one query with what was said in it."""
    overdue = query.state == QueryState.OPEN and query.due_on is not None and query.due_on < today
    return QueryRead(
        id=query.id,
        case_id=query.case_id,
        version=query.version,
        number=query.number,
        state=QueryState(query.state),
        subject=query.subject,
        due_on=query.due_on,
        overdue=overdue,
        raised_at=query.raised_at,
        closed_at=query.closed_at,
        entries=[
            QueryEntryRead.model_validate(entry, from_attributes=True)
            for entry in entries
            if entry.query_id == query.id
        ],
        allowed_moves=list(MOVES[query.state]),
    )


async def _entries_of(acting: Acting, case_id: UUID) -> Sequence[PanelQueryEntry]:
    statement = (
        select(PanelQueryEntry)
        .where(PanelQueryEntry.organisation_id == acting.organisation_id, PanelQueryEntry.case_id == case_id)
        .order_by(PanelQueryEntry.query_id, PanelQueryEntry.number)
    )
    return (await acting.session.execute(statement)).scalars().all()
