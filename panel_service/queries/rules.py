"""Questions to a partnership: when they may be asked, continued and closed, and what may not stand in them.

"More information is needed" keeps the case open (Children Act 2004 s16B(1)). The partnership has what identifies a
child; nothing that does goes back to it by the Panel.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from panel_service.cases.models import CaseState
from panel_service.queries.models import QueryState
from service_kit.moves import Refusal, why_no_move
from service_kit.problems import field_problem
from shared_schemas.children import ChildFacts

CONSIDERS = "Children Act 2004 s16B(1)"
NOTIFIES = "Children Act 2004 s16C(1)"
_SEPARATORS = re.compile(r"[\s\-]+")
NAMES_NO_CHILD = "UK GDPR article 5(1)(c): data minimisation"

MOVES: Mapping[str, tuple[str, ...]] = {
    QueryState.OPEN: ("ask_further", "close_query"),
    QueryState.ANSWERED: ("ask_further", "close_query"),
    QueryState.CLOSED: (),
}


def why_no_question(state: str) -> Refusal | None:
    """Why nothing can be asked about a case, if so: a withdrawn one's partnership sends nothing more about it."""
    if state == CaseState.WITHDRAWN:
        return Refusal("The local authority withdrew its notification: nothing can be answered.", NOTIFIES)
    return None


def why_not(state: str, move: str) -> Refusal | None:
    """Why a query cannot be continued or closed, if so: it is closed (s16B(1))."""
    return why_no_move(MOVES, state, move, of="The query", rule=CONSIDERS)


def state_after_answer(state: str) -> QueryState:
    """Give a query's state once the partnership has said something: a closed one stays closed, and shows it."""
    return QueryState.CLOSED if state == QueryState.CLOSED else QueryState.ANSWERED


def check_due_on(due_on: date | None, *, today: date) -> None:
    """Refuse a day by which nobody can answer any more."""
    if due_on is not None and due_on < today:
        raise field_problem("/due_on", "in_the_past", "Must not lie in the past.")


def what_identifies(children: Iterable[ChildFacts]) -> frozenset[str]:
    """Gather the names and numbers by which the children of a case can be known."""
    found: set[str | None] = set()
    for child in children:
        found |= {child.first_name, child.surname, *child.other_names}
        found |= {child.nhs_number, child.unique_pupil_number, child.la_child_id}
    return frozenset(name for name in found if name is not None and len(name) > 1)


def names_child(text: str, identifying: Iterable[str]) -> bool:
    """Whether a text holds a name of a child as words of its own, or a number however it is spaced."""
    words, closed = _spaced(text), _SEPARATORS.sub("", text).casefold()
    for name in identifying:
        if any(character.isdigit() for character in name):
            if _SEPARATORS.sub("", name).casefold() in closed:
                return True
        elif re.search(rf"(?<!\w){re.escape(_spaced(name))}(?!\w)", words):
            return True
    return False


def _spaced(text: str) -> str:
    return _SEPARATORS.sub(" ", text).casefold()


def check_names_no_child(
    texts: Mapping[str, str | None], identifying: Sequence[str] | frozenset[str]
) -> None:
    """Refuse a text for the partnership that names a child of the case (data minimisation). Raises 422."""
    for pointer, text in texts.items():
        if text is not None and names_child(text, identifying):
            raise field_problem(
                pointer,
                "names_a_child",
                "Holds a name or number of a child of the case: say it without.",
                rule=NAMES_NO_CHILD,
            )
