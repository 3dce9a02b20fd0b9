"""What may be made of information that came in, and when its clock started."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from local_service.screenings.models import ScreeningState
from service_kit.moves import Refusal
from service_kit.problems import ApiProblem, field_problem
from shared_schemas.incidents import IncidentFacts, InformationReceived, when_first_received
from shared_schemas.problems import ProblemError

NOTIFIES = "Children Act 2004 s16C(1)"
EARLIEST = "Consultation on Working Together 2017: the time runs from receipt by any one of the partners"
RECORD_CASE, NOT_NOTIFY, REOPEN = "record_case", "decide_not_to_notify", "reopen_screening"

MOVES: Mapping[ScreeningState, tuple[str, ...]] = {
    ScreeningState.RECEIVED: (RECORD_CASE, NOT_NOTIFY),
    ScreeningState.NOT_NOTIFIED: (REOPEN,),
    # What follows is done on the case.
    ScreeningState.RECORDED_AS_CASE: (),
}


def why_no_move(state: ScreeningState, move: str) -> Refusal | None:
    """Why the step cannot be taken, if so: each is decided once, and new information opens a screening again (s16C(1))."""
    if move in MOVES[state]:
        return None
    words = {
        ScreeningState.RECEIVED: "Nothing was decided on the screening yet.",
        ScreeningState.NOT_NOTIFIED: "It was decided not to notify; new information opens the screening again.",
        ScreeningState.RECORDED_AS_CASE: "The screening is recorded as a case: go on there.",
    }
    return Refusal(words[state], NOTIFIES, MOVES[state])


def check_receipts(received: Sequence[tuple[str, InformationReceived]], now: datetime) -> None:
    """Refuse a receipt in the future (422), by pointer."""
    errors = [
        ProblemError(
            pointer=f"{pointer}/received_at", code="time_in_the_future", detail="Must not lie in the future."
        )
        for pointer, entry in received
        if entry.received_at > now
    ]
    if errors:
        detail = f"{len(errors)} field(s) break a rule; see errors."
        raise ApiProblem("invalid-request", detail, errors=errors)


def check_clock(incident: IncidentFacts, screened_at: datetime) -> None:
    """Refuse (422) a case that would start its clock later than the screening says the information was received."""
    if when_first_received(incident) > screened_at:
        raise field_problem(
            "/incident/information_received",
            "later_than_screened",
            "The screening has an earlier receipt by a partner, from which the time runs.",
            rule=EARLIEST,
        )
