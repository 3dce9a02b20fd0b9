"""Which moves a request for information may take (Children Act 2004 s16D)."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from panel_service.information_requests.models import RequestState
from service_kit.clock.working_days import london_date
from service_kit.moves import Refusal
from service_kit.problems import field_problem

REQUESTS = "Children Act 2004 s16D"
PURPOSE_RULE = "Children Act 2004 s16D(4)"

_S = RequestState
_ANSWERS = {
    "record_complied": _S.COMPLIED,
    "record_partly_complied": _S.PARTLY_COMPLIED,
    "record_refused": _S.REFUSED,
}
_STILL_OPEN = {**_ANSWERS, "escalate": _S.ESCALATED, "withdraw": _S.WITHDRAWN}
MOVES: Mapping[RequestState, Mapping[str, RequestState]] = MappingProxyType(
    {
        _S.DRAFTED: {"serve": _S.SERVED, "withdraw": _S.WITHDRAWN},
        _S.SERVED: _STILL_OPEN,
        _S.PARTLY_COMPLIED: _STILL_OPEN,
        _S.REFUSED: _STILL_OPEN,
        _S.ESCALATED: {**_ANSWERS, "withdraw": _S.WITHDRAWN},
        _S.COMPLIED: {},
        _S.WITHDRAWN: {},
    }
)
MOVE_NAMES = tuple(dict.fromkeys(name for moves in MOVES.values() for name in moves))
AWAITS = frozenset({_S.SERVED, _S.PARTLY_COMPLIED, _S.REFUSED, _S.ESCALATED})


def is_overdue(state: str, due_on: date, now: datetime) -> bool:
    """Whether what was requested is still not given after the day it was due (days of Europe/London)."""
    return RequestState(state) in AWAITS and london_date(now) > due_on


def why_no_move(state: str, move: str, *, due_on: date, now: datetime) -> Refusal | None:
    """Why a request cannot take the move, if so. It is enforced only against who did not comply in time (s16D)."""
    moves = MOVES[RequestState(state)]
    if move not in moves:
        return Refusal(
            f"The request is {state.replace('_', ' ')}: it cannot take this step now.", REQUESTS, tuple(moves)
        )
    if move == "escalate" and state == RequestState.SERVED and not is_overdue(state, due_on, now):
        return Refusal(
            "The request is not overdue: the recipient may still comply.",
            REQUESTS,
            tuple(name for name in moves if name != move),
        )
    return None


def check_days(served_on: date | None, due_on: date, now: datetime) -> None:
    """Refuse serving in the future, and a due day before the request was served."""
    today = london_date(now)
    if served_on is not None and served_on > today:
        raise field_problem("/served_on", "date_in_the_future", "Must not lie in the future.")
    if due_on < (served_on or today):
        raise field_problem("/due_on", "due_before_served", "Must not lie before the day of serving.")
