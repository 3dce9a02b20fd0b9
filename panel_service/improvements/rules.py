"""Which moves an improvement may take, and what its text may not say (Children Act 2004 s16B(2))."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

from panel_service.improvements.models import ImprovementState
from service_kit.clock.working_days import london_date
from service_kit.moves import Refusal
from service_kit.problems import field_problem

IDENTIFIES = "Children Act 2004 s16B(2)"

_S = ImprovementState
_RESPONSES = {"record_response": _S.RESPONDED}
_ENDS = {
    "record_implementation": _S.IMPLEMENTED,
    "record_non_implementation": _S.NOT_IMPLEMENTED,
    "supersede": _S.SUPERSEDED,
}
MOVES: Mapping[ImprovementState, Mapping[str, ImprovementState]] = MappingProxyType(
    {
        _S.IDENTIFIED: {"change": _S.IDENTIFIED, "agree": _S.AGREED, "supersede": _S.SUPERSEDED},
        _S.AGREED: {"address": _S.ADDRESSED, "supersede": _S.SUPERSEDED},
        _S.ADDRESSED: {**_RESPONSES, "supersede": _S.SUPERSEDED},
        _S.RESPONDED: {**_RESPONSES, "record_progress": _S.IN_PROGRESS, **_ENDS},
        _S.IN_PROGRESS: {"record_response": _S.IN_PROGRESS, "record_progress": _S.IN_PROGRESS, **_ENDS},
        # An addressee may still say more: what it does is on record, and what the Panel found stands.
        _S.IMPLEMENTED: {"record_response": _S.IMPLEMENTED},
        _S.NOT_IMPLEMENTED: {
            "record_response": _S.NOT_IMPLEMENTED,
            "record_progress": _S.IN_PROGRESS,
            "supersede": _S.SUPERSEDED,
        },
        _S.SUPERSEDED: {"record_response": _S.SUPERSEDED},
    }
)
MOVE_NAMES = tuple(dict.fromkeys(name for moves in MOVES.values() for name in moves))


def why_no_move(state: str, move: str, *, has_evidence: bool = True) -> Refusal | None:
    """Why an improvement in this state cannot take the move, if so; it is agreed only on evidence (s16B(2))."""
    moves = MOVES[ImprovementState(state)]
    if move not in moves:
        return Refusal(
            f"The improvement is {state.replace('_', ' ')}: it cannot take this step now.",
            IDENTIFIES,
            tuple(moves),
        )
    if move == "agree" and not has_evidence:
        return Refusal(
            "Nothing is recorded that shows the improvement should be made: add evidence.",
            IDENTIFIES,
            ("add_evidence",),
        )
    return None


def why_not_this_person(identified_by: UUID, caller: UUID | None, *, is_person: bool) -> Refusal | None:
    """Why this caller cannot agree the improvement, if so: a second person does."""
    if not is_person or caller == identified_by:
        return Refusal(
            "Another person than the one who identified the improvement agrees it.",
            "Four-eyes policy of this service",
            problem="second-person-required",
        )
    return None


def check_day_of_the_past(pointer: str, day: date, now: datetime) -> None:
    """Refuse a day in the future for what has happened (a day of Europe/London)."""
    if day > london_date(now):
        raise field_problem(pointer, "date_in_the_future", "Must not lie in the future.")


# Surnames and forenames that are ordinary words of such texts: only a capital within a sentence makes them a name.
ORDINARY_WORDS = frozenset(
    [
        "a",
        "and",
        "baby",
        "best",
        "brown",
        "child",
        "children",
        "day",
        "early",
        "father",
        "good",
        "grace",
        "green",
        "health",
        "help",
        "home",
        "hope",
        "house",
        "joy",
        "king",
        "law",
        "long",
        "major",
        "may",
        "mother",
        "new",
        "north",
        "south",
        "east",
        "west",
        "page",
        "parent",
        "park",
        "person",
        "police",
        "read",
        "rose",
        "school",
        "small",
        "stone",
        "summer",
        "the",
        "to",
        "ward",
        "way",
        "white",
        "will",
        "wise",
        "wood",
        "young",
        "youth",
    ]
)


def names_a_child(text: str, names: Iterable[str]) -> bool:
    """Whether a text holds one of these names as a whole word, in whatever case it is written."""
    return any(_holds(text, name.strip()) for name in names if name.strip())


def _holds(text: str, name: str) -> bool:
    pattern = r"(?<!\w)" + re.sub(r"\\?\s+", r"\\s+", re.escape(name.casefold())) + r"(?!\w)"
    if name.casefold() not in ORDINARY_WORDS:
        return re.search(pattern, text.casefold()) is not None
    within_a_sentence = rf"(?<=[^.!?\s]\s){re.escape(name.capitalize())}(?!\w)"
    return re.search(within_a_sentence, text) is not None


def check_texts(texts: Mapping[str, str | None], names: Iterable[str]) -> None:
    """Refuse a text that names a child of a case that is evidence, at its pointer (422).

    An improvement goes to partnerships and beyond; nothing about a child may (UK GDPR article 5(1)(c)).
    """
    known = tuple(names)
    for pointer, text in texts.items():
        if text is not None and names_a_child(text, known):
            raise field_problem(
                pointer,
                "names_a_child",
                "Must not name a child of a case that is concerned: describe, do not name.",
                rule="UK GDPR article 5(1)(c)",
            )
