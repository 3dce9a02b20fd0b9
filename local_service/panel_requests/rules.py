"""Answering the Panel's requests for information (Children Act 2004 s16D)."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from service_kit.clock.working_days import london_date
from service_kit.moves import Refusal

COMPLIES = "Children Act 2004 s16D"


class PanelRequestState(StrEnum):
    """What was answered last; awaiting an answer before."""

    AWAITING_ANSWER = "awaiting_answer"
    COMPLIED = "complied"
    PARTLY_COMPLIED = "partly_complied"
    REFUSED = "refused"


_S = PanelRequestState
MOVES: Mapping[PanelRequestState, tuple[str, ...]] = MappingProxyType(
    {
        _S.AWAITING_ANSWER: ("give_information",),
        _S.PARTLY_COMPLIED: ("give_information",),
        _S.REFUSED: ("give_information",),
        _S.COMPLIED: (),
    }
)


def request_state(last_outcome: str | None) -> PanelRequestState:
    """Give where a request stands from the last answer."""
    return PanelRequestState(last_outcome) if last_outcome else PanelRequestState.AWAITING_ANSWER


def why_no_information(state: PanelRequestState) -> Refusal | None:
    """Why no answer can be given, if so: what was complied with is done; a refusal may be thought better of."""
    if MOVES[state]:
        return None
    return Refusal("The request was complied with.", COMPLIES, MOVES[state])


def is_overdue(state: PanelRequestState, due_on: date, now: datetime) -> bool:
    """Whether the information is still to be given after the day it was due (days of Europe/London)."""
    return state != PanelRequestState.COMPLIED and london_date(now) > due_on
