"""Answers to the Panel's questions, as they come."""

from panel_service.intake.keeping import (
    CONTRADICTION,
    keep_document,
    known_case,
    on_our_clock,
    read_body,
    versions_of,
)
from panel_service.intake.models import DocumentKind
from panel_service.queries.models import Query, QueryEntry, Side
from panel_service.queries.rules import state_after_answer
from panel_service.queries.service import add_entry
from service_kit.acting import Acting
from service_kit.exchange.message_types import MessageType, ReceivedMessage, SetAside
from shared_schemas.messages.queries import QUERY_ANSWER, QueryAnswerBody


async def apply_query_answer(acting: Acting, message: ReceivedMessage) -> None:
    """Put an answer into its query. One that crossed the closing is kept too; one to no query is set aside."""
    body = read_body(message, QueryAnswerBody)
    case = await known_case(acting, message)
    query = await acting.session.get(Query, (acting.organisation_id, body.query_id))
    known = await acting.session.get(QueryEntry, (acting.organisation_id, body.entry_id))
    if query is None or query.case_id != case.id or known is not None:
        raise SetAside(CONTRADICTION)
    entry = QueryEntry(
        organisation_id=acting.organisation_id,
        id=body.entry_id,
        case_id=case.id,
        query_id=query.id,
        side=Side.PARTNERSHIP,
        text=body.text,
        corrected_by_notification_version=body.corrected_by_notification_version,
        said_at=await on_our_clock(acting, message.time),
        message_id=message.id,
    )
    await add_entry(acting, query, entry)
    query.state, query.version = state_after_answer(query.state), query.version + 1
    versions = await versions_of(acting, case.id, DocumentKind.QUERY_ANSWER)
    await keep_document(acting, case, message, DocumentKind.QUERY_ANSWER, body, len(versions) + 1)
    await acting.event("query.answered", "case", case.id, {"query": str(query.id), "number": query.number})


RECEIVES: tuple[MessageType, ...] = (MessageType(QUERY_ANSWER, QueryAnswerBody, apply_query_answer),)
