"""When a letter may be drafted, changed and signed. It tells what was decided or thought, and decides nothing."""

from collections.abc import Mapping

from panel_service.decisions.models import DecisionState
from panel_service.letters.models import LetterState
from service_kit.moves import Refusal, why_no_move

CONSIDERS = "Children Act 2004 s16B(1)"

MOVES: Mapping[str, tuple[str, ...]] = {
    LetterState.DRAFT: ("change_letter", "sign_letter"),
    LetterState.ISSUED: (),
}


def why_no_draft(state: DecisionState) -> Refusal | None:
    """Why no letter can be drafted about a decision, if so: it has not been released (s16B(1))."""
    if state == DecisionState.RELEASED:
        return None
    allowed = ("release_decision",) if state == DecisionState.RECORDED else ()
    return Refusal(f"The decision is {state}: a letter tells what was released.", CONSIDERS, allowed)


def why_not(state: str, move: str) -> Refusal | None:
    """Why a letter cannot be changed or signed, if so: it was issued."""
    return why_no_move(MOVES, state, move, of="The letter")
