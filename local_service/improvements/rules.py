"""When the partnership may answer an improvement (Children Act 2004 s16B(2))."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from service_kit.clock.working_days import london_date
from service_kit.moves import Refusal
from service_kit.problems import field_problem
from shared_schemas.improvements import Progress, ResponseAnswer

IMPROVES = "Children Act 2004 s16B(2)"


class AnswerState(StrEnum):
    """Where the partnership stands with an improvement; derived from what it answered last."""

    AWAITING_RESPONSE = "awaiting_response"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IN_PROGRESS = "in_progress"
    IMPLEMENTED = "implemented"
    NOT_IMPLEMENTED = "not_implemented"


_S = AnswerState
MOVES: Mapping[AnswerState, tuple[str, ...]] = MappingProxyType(
    {
        _S.AWAITING_RESPONSE: ("respond",),
        _S.ACCEPTED: ("respond", "report_implementation"),
        _S.REJECTED: ("respond",),
        _S.IN_PROGRESS: ("respond", "report_implementation"),
        _S.IMPLEMENTED: (),
        _S.NOT_IMPLEMENTED: ("respond", "report_implementation"),
    }
)


def answer_state(response: str | None, progress: str | None) -> AnswerState:
    """Derive where the partnership stands from its last response and the progress it reported with it."""
    if response is None:
        return AnswerState.AWAITING_RESPONSE
    if response == ResponseAnswer.REJECTED:
        return AnswerState.REJECTED
    if progress is None or progress == Progress.NOT_STARTED:
        return AnswerState.ACCEPTED
    return AnswerState(progress)


def why_no_move(state: AnswerState, move: str) -> Refusal | None:
    """Why the partnership cannot take this step, if so: progress is reported on what it accepted."""
    if move in MOVES[state]:
        return None
    return Refusal(
        f"The improvement is {state.value.replace('_', ' ')} here: it cannot take this step now.",
        IMPROVES,
        MOVES[state],
    )


def check_progress_on(on: date, now: datetime) -> None:
    """Refuse progress on a day to come (a day of Europe/London)."""
    if on > london_date(now):
        raise field_problem("/on", "date_in_the_future", "Must not lie in the future.")
