"""Questions and letters of the Panel as they come."""

from local_service.cases.file import touch
from local_service.cases.models import Case
from local_service.panel_decisions.service import CONTRADICTION, find_case_for
from local_service.queries.models import PanelLetter, PanelQuery, PanelQueryEntry, QueryState, Side
from local_service.queries.rules import state_after_question
from local_service.queries.service import add_entry
from service_kit.acting import Acting
from service_kit.exchange.message_types import MessageType, ReceivedMessage, SetAside
from shared_schemas.messages.queries import (
    LETTER_ISSUED,
    QUERY_CLOSED,
    QUERY_RAISED,
    LetterBody,
    QueryClosedBody,
    QueryRaisedBody,
)


async def apply_query(acting: Acting, message: ReceivedMessage) -> None:
    """Open a query with what the Panel says first in it, or add what it says further."""
    body = message.data
    if not isinstance(body, QueryRaisedBody):
        raise TypeError("a message of another type than a query")
    case = await find_case_for(acting, message)
    query = await acting.session.get(PanelQuery, (acting.organisation_id, body.query_id))
    known = await acting.session.get(PanelQueryEntry, (acting.organisation_id, body.entry_id))
    if known is not None or (query is not None and query.case_id != case.id):
        raise SetAside(CONTRADICTION)
    if query is None:
        query = PanelQuery(
            organisation_id=acting.organisation_id,
            id=body.query_id,
            case_id=case.id,
            version=0,
            number=body.number,
            state=QueryState.OPEN,
            subject=body.subject,
            raised_at=body.said_at,
        )
        acting.session.add(query)
    query.state, query.due_on = state_after_question(query.state), body.due_on
    query.version += 1
    await acting.session.flush()
    entry = PanelQueryEntry(
        organisation_id=acting.organisation_id,
        id=body.entry_id,
        case_id=case.id,
        query_id=query.id,
        side=Side.PANEL,
        text=body.text,
        said_at=body.said_at,
        message_id=message.id,
    )
    await add_entry(acting, entry)
    await _done(acting, case, "panel_query.received", {"query": str(query.id), "number": query.number})


async def apply_query_closed(acting: Acting, message: ReceivedMessage) -> None:
    """Close a query: the Panel needs nothing more. One that is not known is set aside."""
    body = message.data
    if not isinstance(body, QueryClosedBody):
        raise TypeError("a message of another type than a closing")
    case = await find_case_for(acting, message)
    query = await acting.session.get(PanelQuery, (acting.organisation_id, body.query_id))
    if query is None or query.case_id != case.id or query.state == QueryState.CLOSED:
        raise SetAside(CONTRADICTION)
    query.state, query.closed_at, query.version = QueryState.CLOSED, body.closed_at, query.version + 1
    await _done(acting, case, "panel_query.closed", {"query": str(query.id), "number": query.number})


async def apply_letter(acting: Acting, message: ReceivedMessage) -> None:
    """Keep a letter. It tells; no duty is lifted and no decision made by it."""
    body = message.data
    if not isinstance(body, LetterBody):
        raise TypeError("a message of another type than a letter")
    case = await find_case_for(acting, message)
    if await acting.session.get(PanelLetter, (acting.organisation_id, body.letter_id)) is not None:
        raise SetAside(CONTRADICTION)
    acting.session.add(
        PanelLetter(
            organisation_id=acting.organisation_id,
            id=body.letter_id,
            case_id=case.id,
            number=body.number,
            decision_version=body.decision_version,
            view=body.view,
            text=body.text,
            issued_at=body.issued_at,
            received_at=acting.now,
            message_id=message.id,
        )
    )
    await _done(acting, case, "panel_letter.received", {"letter": str(body.letter_id), "number": body.number})


async def _done(acting: Acting, case: Case, event: str, detail: dict[str, str | int]) -> None:
    touch(acting, case)
    await acting.session.flush()
    await acting.event(event, "case", case.id, detail)


RECEIVES: tuple[MessageType, ...] = (
    MessageType(QUERY_RAISED, QueryRaisedBody, apply_query),
    MessageType(QUERY_CLOSED, QueryClosedBody, apply_query_closed),
    MessageType(LETTER_ISSUED, LetterBody, apply_letter),
)
