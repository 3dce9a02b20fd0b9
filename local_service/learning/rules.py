"""Learning: it names no child, it is shared as planned, and it goes to the Panel after the case does."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum

from local_service.cases.file import CaseFile
from local_service.learning.models import ShareState
from local_service.next_moves import why_not_move
from service_kit.moves import Refusal
from service_kit.problems import field_problem
from shared_schemas.children import ChildFacts
from shared_schemas.messages.exercise import MOST_SHARES

PURPOSE = "Children Act 2004 s16F(2)"  # reviews are to identify improvements for persons in the area
CONFIDENCE = "UK GDPR art 5(1)(c)"  # no more than is needed for the purpose


class ShareMove(StrEnum):
    SHARE = "share"
    DROP = "drop"


MOVES: Mapping[ShareState, tuple[ShareMove, ...]] = {
    ShareState.PLANNED: (ShareMove.SHARE, ShareMove.DROP),
    ShareState.SHARED: (),
    ShareState.DROPPED: (),
}


def why_not(move: ShareMove, state: ShareState) -> Refusal | None:
    """Why a planned share does not allow a move, if so (s16F(2): learning is for persons in the area)."""
    return why_not_move(MOVES, state, move, PURPOSE)


def why_no_learning(file: CaseFile) -> Refusal | None:
    """Why no learning can be recorded, if so: on a withdrawn case or one that is not notifiable there is no review."""
    if file.is_open or file.case.status == "closed":
        return None
    return Refusal("The case was withdrawn or is not notifiable.", PURPOSE)


def why_not_onward(file: CaseFile, *, sent: bool) -> Refusal | None:
    """Why learning cannot go on to the Panel, if so: the Panel knows a case by its notification (s16C(1)), and once."""
    if sent:
        return Refusal("It was shared with the Panel already.", PURPOSE)
    if not file.sent_notifications:
        return Refusal(
            "The Panel does not know the case before its notification.",
            "Children Act 2004 s16C(1)",
            ("draft_notification", "authorise_notification"),
        )
    return None


def why_no_further_share(recorded: int) -> Refusal | None:
    """Why no further share can be recorded, if so: a message to the Panel holds so many (s16F(2))."""
    if recorded < MOST_SHARES:
        return None
    return Refusal(f"{MOST_SHARES} shares of it are recorded already: record it anew.", PURPOSE)


def is_overdue(state: ShareState, due_on: date | None, today: date) -> bool:
    """Whether a planned share's day has passed (guidance: immediate learning is shared at once)."""
    return state is ShareState.PLANNED and due_on is not None and today > due_on


def names_a_child(text: str, children: Sequence[ChildFacts]) -> bool:
    """Whether a text holds a name or a number of one of the children (UK GDPR art 5(1)(c): minimisation).

    Whole words count, whatever their case and accents; a name that is also a common word is refused too.
    """
    plain, close = _plain(text), _close(text)
    names = any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", plain) for name in _names(children))
    return names or any(
        re.search(rf"(?<![a-z0-9]){re.escape(number)}(?![a-z0-9])", close if number.isdigit() else plain)
        for number in _numbers(children)
    )


def check_names_no_child(texts: Mapping[str, str | None], children: Sequence[ChildFacts]) -> None:
    """Refuse (422 ``learning_names_child``) the first text, by its pointer, that names a child of the case."""
    for pointer, text in texts.items():
        if text is not None and names_a_child(text, children):
            raise field_problem(
                pointer,
                "learning_names_child",
                "Holds a name or a number of a child of this case; learning goes to people who must not know it.",
                rule=CONFIDENCE,
            )


def _names(children: Sequence[ChildFacts]) -> Iterator[str]:
    for child in children:
        # Who is recorded as “Mary Jane” is called Mary; of a surname's words many are words of the language.
        called = re.findall(r"\w{3,}", _plain(child.first_name or ""))
        for name in (child.first_name, child.surname, *child.other_names, *called):
            # An initial names nobody.
            if name is not None and len(_plain(name)) > 1:
                yield _plain(name)


def _numbers(children: Sequence[ChildFacts]) -> Iterator[str]:
    for child in children:
        for number in (child.la_child_id, child.nhs_number, child.unique_pupil_number):
            if number is not None:
                yield _plain(number).replace(" ", "")


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(bare.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").casefold().split())


def _close(text: str) -> str:
    # An NHS number is written with spaces or hyphens between its digits, or without.
    return re.sub(r"(?<=\d)[ -](?=\d)", "", _plain(text))
