"""Bodies of questions about a case and their answers, and of letters."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, StringConstraints

from shared_schemas.base import Day, Facts, Instant
from shared_schemas.classification import Classification, Classified
from shared_schemas.messages.entries import CataloguedMessage
from shared_schemas.messages.examples import CASE_ID
from shared_schemas.text import Narrative, ShortText, plain_line_ends, refuse_control_characters

QUERY_RAISED = "panel.query.raised.v1"
QUERY_CLOSED = "panel.query.closed.v1"
LETTER_ISSUED = "panel.letter.issued.v1"
QUERY_ANSWER = "local.query_answer.v1"


class QuerySubject(StrEnum):
    """What a question is about."""

    FACTS = "facts"
    TIMELINESS = "timeliness"
    RAPID_REVIEW = "rapid_review"
    LOCAL_REVIEW = "local_review"
    DEFINITION = "definition"  # whether it is a serious child safeguarding case (s16B(9))
    OTHER = "other"


LetterText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500_000),
    BeforeValidator(plain_line_ends),
    AfterValidator(refuse_control_characters),
    Classified(Classification.SPECIAL_CATEGORY),
]
"""Plain text that may hold several narratives."""


class QueryRaisedBody(Facts):
    """A question about a case, or what the Panel says further in one. It names no child."""

    query_id: UUID
    entry_id: UUID
    panel_case_id: UUID
    number: Annotated[StrictInt, Field(ge=1, description="The number of the query on its case.")]
    # Not a closed list: a code of a later release is shown as it came.
    subject: ShortText
    text: Narrative
    due_on: Day | None = None
    said_at: Instant


class QueryClosedBody(Facts):
    """The Panel needs nothing more in a query."""

    query_id: UUID
    panel_case_id: UUID
    closed_at: Instant


class QueryAnswerBody(Facts):
    """What the partnership says in a query."""

    query_id: UUID
    entry_id: UUID
    case_id: UUID
    text: Narrative
    corrected_by_notification_version: Annotated[
        StrictInt | None, Field(ge=1, description="The version of the notification that corrects the facts.")
    ] = None
    said_at: Instant


class LetterBody(Facts):
    """A letter of the Panel about a released decision or a view. It names no child."""

    letter_id: UUID
    panel_case_id: UUID
    number: Annotated[StrictInt, Field(ge=1, description="The number of the letter on its case.")]
    decision_version: Annotated[StrictInt | None, Field(ge=1)] = None
    view: ShortText | None = None
    text: LetterText
    issued_at: Instant


PANEL_CASE_ID = "01a19d02-0000-7d4e-8f60-718293a4b5c9"
QUERY_ID = "01a1eef7-f530-7b7a-8d12-3e4f5a6b7d01"
RAISED: dict[str, Any] = {
    "query_id": QUERY_ID,
    "entry_id": "01a1eef7-f530-7b7a-8d12-3e4f5a6b7d02",
    "panel_case_id": PANEL_CASE_ID,
    "number": 1,
    "subject": "facts",
    "text": "Which agencies knew the family before the move?",
    "due_on": "2026-11-27",
    "said_at": "2026-11-13T10:00:00Z",
}
ANSWERED: dict[str, Any] = {
    "query_id": QUERY_ID,
    "entry_id": "01a1eef7-f530-7b7a-8d12-3e4f5a6b7d03",
    "case_id": CASE_ID,
    "text": "Health visiting and the housing service; the facts are corrected.",
    "corrected_by_notification_version": 2,
    "said_at": "2026-11-16T15:30:00Z",
}
CLOSED: dict[str, Any] = {
    "query_id": QUERY_ID,
    "panel_case_id": PANEL_CASE_ID,
    "closed_at": "2026-11-17T09:00:00Z",
}
LETTER: dict[str, Any] = {
    "letter_id": "01a1eef7-f530-7b7a-8d12-3e4f5a6b7d04",
    "panel_case_id": PANEL_CASE_ID,
    "number": 1,
    "decision_version": 1,
    "text": "The Panel has considered the rapid review and decided: a local review may be more appropriate.",
    "issued_at": "2026-11-19T11:00:00Z",
}
FROM_LOCAL: tuple[CataloguedMessage, ...] = (
    CataloguedMessage(
        QUERY_ANSWER,
        "A query of the Panel is answered",
        "What the partnership says in a query; it may name the version of the notification that corrects the facts.",
        QueryAnswerBody,
        ANSWERED,
    ),
)
FROM_PANEL: tuple[CataloguedMessage, ...] = (
    CataloguedMessage(
        QUERY_RAISED,
        "The Panel asks about a case",
        "A query, or a further question in one (Children Act 2004 s16B(1)). It names no child.",
        QueryRaisedBody,
        RAISED,
    ),
    CataloguedMessage(
        QUERY_CLOSED,
        "A query is closed",
        "The Panel needs nothing more in it.",
        QueryClosedBody,
        CLOSED,
    ),
    CataloguedMessage(
        LETTER_ISSUED,
        "The Panel writes a letter about a case",
        "Drafted from a released decision or a view and signed by a second person. It names no child.",
        LetterBody,
        LETTER,
    ),
)
