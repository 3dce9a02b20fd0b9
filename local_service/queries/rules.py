"""When the Panel's questions may be answered."""

from collections.abc import Collection, Mapping

from local_service.queries.models import QueryState
from service_kit.moves import Refusal
from service_kit.problems import field_problem

CONSIDERS = "Children Act 2004 s16B(1)"

MOVES: Mapping[str, tuple[str, ...]] = {
    QueryState.OPEN: ("answer_query",),
    QueryState.ANSWERED: ("answer_query",),  # more may be said until the Panel closes it
    QueryState.CLOSED: (),
}


def why_no_answer(state: str) -> Refusal | None:
    """Why a query cannot be answered, if so: the Panel has closed it (s16B(1))."""
    if "answer_query" in MOVES[state]:
        return None
    return Refusal("The Panel has closed the query.", CONSIDERS, MOVES[state])


def state_after_question(state: str) -> QueryState:
    """Give a query's state once the Panel asks on. A closed one stays closed: closing is its last word."""
    return QueryState.CLOSED if state == QueryState.CLOSED else QueryState.OPEN


def check_correction(version: int | None, sent: Collection[int]) -> None:
    """Refuse to point the Panel to a version of the notification that was not sent (s16C(1))."""
    if version is not None and version not in sent:
        raise field_problem(
            "/corrected_by_notification_version",
            "not_sent",
            "No notification of that version was sent to the Panel.",
            rule="Children Act 2004 s16C(1)",
        )
