from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from panel_service.cases.models import Case
from panel_service.cases.service import lock_case
from panel_service.partnership_link import send_to_partnership
from panel_service.queries.models import Query, QueryEntry, QueryState, Side
from panel_service.queries.naming import identifying_of
from panel_service.queries.rules import MOVES, check_due_on, check_names_no_child, why_no_question, why_not
from panel_service.queries.schemas import QueryCreate, QueryEntryCreate, QueryEntryRead, QueryRead
from panel_service.settings import PanelSettings
from panel_service.triage.attention import set_attention
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.problems import ApiProblem
from shared_schemas.messages.queries import QUERY_CLOSED, QUERY_RAISED, QueryClosedBody, QueryRaisedBody


async def raise_query(
    acting: Acting, settings: PanelSettings, case_id: UUID, given: QueryCreate
) -> QueryRead:
    """Ask the partnership about a case; until it answers, an undecided case awaits information (s16B(1)).

    Raises 404; 409 once the notification was withdrawn; 422 for a day that has passed, or a text that names a child of the case.
    """
    case = await lock_case(acting, case_id)
    refuse(why_no_question(case.state))
    await _check(acting, case, given)
    query = Query(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=case.id,
        version=1,
        number=len(await queries_of(acting, case.id)) + 1,
        state=QueryState.OPEN,
        subject=given.subject,
        due_on=given.due_on,
        raised_at=acting.now,
    )
    acting.session.add(query)
    await acting.session.flush()
    await _say(acting, settings, case, query, given.text)
    return await _done(acting, case, query, "query.raised")


async def ask_further(
    acting: Acting,
    settings: PanelSettings,
    case_id: UUID,
    query_id: UUID,
    expected_version: int,
    given: QueryEntryCreate,
) -> QueryRead:
    """Ask on in a query. Raises 404, 409 once it is closed, 412 where more was said meanwhile, 422 as in raising."""
    case, query = await _lock_query(acting, case_id, query_id)
    refuse(why_no_question(case.state))
    refuse(why_not(query.state, "ask_further"))
    check_version(query.version, expected_version)
    await _check(acting, case, given)
    query.state, query.version = QueryState.OPEN, query.version + 1
    query.due_on = given.due_on or query.due_on
    await _say(acting, settings, case, query, given.text)
    return await _done(acting, case, query, "query.continued")


async def close_query(
    acting: Acting, settings: PanelSettings, case_id: UUID, query_id: UUID, expected_version: int
) -> QueryRead:
    """Close a query and tell the partnership. Raises 404, 409 once it is closed, 412 where more was said meanwhile."""
    case, query = await _lock_query(acting, case_id, query_id)
    refuse(why_not(query.state, "close_query"))
    check_version(query.version, expected_version)
    query.state, query.version = QueryState.CLOSED, query.version + 1
    query.closed_by, query.closed_at = acting.caller.principal_id, acting.now
    await send_to_partnership(
        acting,
        settings,
        link=case.link_id,
        subject=case.exchange_reference,
        message_type=QUERY_CLOSED,
        body=QueryClosedBody(query_id=query.id, panel_case_id=case.id, closed_at=acting.now),
    )
    return await _done(acting, case, query, "query.closed")


async def queries_of(acting: Acting, case_id: UUID) -> Sequence[Query]:
    """Give a case's queries, the first one first."""
    statement = (
        select(Query)
        .where(Query.organisation_id == acting.organisation_id, Query.case_id == case_id)
        .order_by(Query.number)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def entries_of(acting: Acting, case_id: UUID) -> Sequence[QueryEntry]:
    """Give everything that was said in a case's queries, in its order."""
    statement = (
        select(QueryEntry)
        .where(QueryEntry.organisation_id == acting.organisation_id, QueryEntry.case_id == case_id)
        .order_by(QueryEntry.query_id, QueryEntry.number)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def find_query(acting: Acting, case_id: UUID, query_id: UUID) -> Query:
    """Find one query of a case. Raises 404."""
    query = await acting.session.get(Query, (acting.organisation_id, query_id))
    if query is None or query.case_id != case_id:
        raise ApiProblem("not-found")
    return query


async def show_queries(acting: Acting, case_id: UUID) -> list[QueryRead]:
    """Show a case's queries with everything said in them."""
    entries, today = await entries_of(acting, case_id), london_date(acting.now)
    return [show_query(query, entries, today) for query in await queries_of(acting, case_id)]


def show_query(query: Query, entries: Sequence[QueryEntry], today: date) -> QueryRead:
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
        closed_by=query.closed_by,
        closed_at=query.closed_at,
        entries=[_entry(entry) for entry in entries if entry.query_id == query.id],
        allowed_moves=list(MOVES[query.state]),
    )


async def add_entry(acting: Acting, query: Query, entry: QueryEntry) -> None:
    """Put what was said behind what was said before. The caller has locked the case."""
    entry.number = sum(one.query_id == query.id for one in await entries_of(acting, query.case_id)) + 1
    acting.session.add(entry)
    await acting.session.flush()


async def _lock_query(acting: Acting, case_id: UUID, query_id: UUID) -> tuple[Case, Query]:
    case = await lock_case(acting, case_id)
    return case, await find_query(acting, case.id, query_id)


async def _check(acting: Acting, case: Case, given: QueryCreate | QueryEntryCreate) -> None:
    check_due_on(given.due_on, today=london_date(acting.now))
    check_names_no_child({"/text": given.text}, await identifying_of(acting, case.id))


async def _say(acting: Acting, settings: PanelSettings, case: Case, query: Query, text: str) -> None:
    body = QueryRaisedBody(
        query_id=query.id,
        entry_id=new_id(),
        panel_case_id=case.id,
        number=query.number,
        subject=query.subject,
        text=text,
        due_on=query.due_on,
        said_at=acting.now,
    )
    message_id = await send_to_partnership(
        acting,
        settings,
        link=case.link_id,
        subject=case.exchange_reference,
        message_type=QUERY_RAISED,
        body=body,
    )
    entry = QueryEntry(
        organisation_id=acting.organisation_id,
        id=body.entry_id,
        case_id=case.id,
        query_id=query.id,
        side=Side.PANEL,
        text=text,
        said_by=acting.caller.principal_id,
        said_at=acting.now,
        message_id=message_id,
    )
    await add_entry(acting, query, entry)


async def _done(acting: Acting, case: Case, query: Query, event: str) -> QueryRead:
    case.version, case.updated_at = case.version + 1, acting.now
    await set_attention(acting, case)
    await acting.event(event, "case", case.id, {"query": str(query.id), "number": query.number})
    return show_query(query, await entries_of(acting, case.id), london_date(acting.now))


def _entry(entry: QueryEntry) -> QueryEntryRead:
    return QueryEntryRead(
        id=entry.id,
        number=entry.number,
        side=Side(entry.side),
        text=entry.text,
        corrected_by_notification_version=entry.corrected_by_notification_version,
        said_by=entry.said_by,
        said_at=entry.said_at,
        message_id=entry.message_id,
    )
