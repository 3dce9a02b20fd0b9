"""Requests for information: their moves, when an answer is due, when it is late."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from local_service.cases.file import CaseFile
from local_service.information_requests.models import RequestState
from local_service.next_moves import why_not_move
from service_kit.clock.bank_holidays import BankHolidayCalendar
from service_kit.clock.working_days import DueDate, NotCounted
from service_kit.moves import Refusal

COMPLIES = "Children Act 2004 s16H(2)"  # whoever is asked must comply
REQUESTS = "Children Act 2004 s16H(1)"
ENFORCES = "Children Act 2004 s16H(3)"  # by injunction


class RequestMove(StrEnum):
    SERVE = "serve"
    ANSWER = "answer"
    REFUSE = "refuse"
    ESCALATE = "escalate"
    CLOSE = "close"
    WITHDRAW = "withdraw"


MOVES: Mapping[RequestState, tuple[RequestMove, ...]] = {
    RequestState.MADE: (RequestMove.SERVE, RequestMove.WITHDRAW),
    RequestState.SERVED: (
        RequestMove.ANSWER,
        RequestMove.REFUSE,
        RequestMove.ESCALATE,
        RequestMove.WITHDRAW,
    ),
    # Nobody asked may decline for good: a refusal is followed up, by the court in the end (s16H(3)).
    RequestState.REFUSED: (RequestMove.ANSWER, RequestMove.ESCALATE, RequestMove.WITHDRAW),
    RequestState.ESCALATED: (
        RequestMove.ANSWER,
        RequestMove.REFUSE,
        RequestMove.ESCALATE,
        RequestMove.WITHDRAW,
    ),
    # An answer may be completed by a further one.
    RequestState.ANSWERED: (RequestMove.ANSWER, RequestMove.CLOSE),
    RequestState.CLOSED: (),
    RequestState.WITHDRAWN: (),
}
LEADS_TO: Mapping[RequestMove, RequestState] = {
    RequestMove.SERVE: RequestState.SERVED,
    RequestMove.ANSWER: RequestState.ANSWERED,
    RequestMove.REFUSE: RequestState.REFUSED,
    RequestMove.ESCALATE: RequestState.ESCALATED,
    RequestMove.CLOSE: RequestState.CLOSED,
    RequestMove.WITHDRAW: RequestState.WITHDRAWN,
}
PROVISIONS: Mapping[RequestMove, str] = {RequestMove.ESCALATE: ENFORCES, RequestMove.ANSWER: COMPLIES}
# A request that was served and not yet complied with.
OWED = (RequestState.SERVED, RequestState.REFUSED, RequestState.ESCALATED)


def why_no_request(file: CaseFile) -> Refusal | None:
    """Why no information can be requested, if so: a partner requests it to perform functions under s16F (s16H(1))."""
    return None if file.is_open else Refusal("The case is not open.", REQUESTS)


def why_not(move: RequestMove, state: RequestState) -> Refusal | None:
    """Why a request in this state does not allow a move, if so (s16H(2): must comply; s16H(3): injunction)."""
    return why_not_move(MOVES, state, move, PROVISIONS.get(move, REQUESTS))


def is_overdue(state: RequestState, due_on: date, today: date) -> bool:
    """Whether whoever must comply (s16H(2)) has not, and the day has passed; one not served yet is owed by nobody."""
    return state in OWED and today > due_on


def working_days_before(day: date, number: int, calendar: BankHolidayCalendar) -> DueDate:
    """The working day that is so many before a day, which is not counted itself.

    Guidance of no statute: partnerships ask for agencies' accounts some working days before the rapid review is due.
    ``CalendarDoesNotCover`` as soon as a day would have to be guessed.
    """
    counted, not_counted = 0, []
    while counted < number:
        day -= timedelta(days=1)
        reason = calendar.why_not_worked(day)
        if reason is None:
            counted += 1
        else:
            not_counted.append(NotCounted(day, reason))
    return DueDate(day, tuple(not_counted))
