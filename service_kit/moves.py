"""Why a step is not allowed now: said once, for the refusal of the step and for the list of what may be done."""

from collections.abc import Mapping
from dataclasses import dataclass

from service_kit.problems import ApiProblem


@dataclass(frozen=True)
class Refusal:
    """``rule`` is the provision behind it, if there is one; ``allowed`` names the actions that lead on."""

    detail: str
    rule: str | None = None
    allowed: tuple[str, ...] = ()
    problem: str = "move-not-allowed"


def refuse(refusal: Refusal | None) -> None:
    """Raise the refusal, where there is one."""
    if refusal is not None:
        allowed = refusal.allowed if refusal.problem == "move-not-allowed" else None
        raise ApiProblem(refusal.problem, refusal.detail, rule=refusal.rule, allowed=allowed)


def why_no_move(
    moves: Mapping[str, tuple[str, ...]], state: str, move: str, *, of: str, rule: str | None = None
) -> Refusal | None:
    """Why a resource in this state cannot take this move, if so. ``moves`` is its one table of moves."""
    if move in moves[state]:
        return None
    return Refusal(f"{of} is {state.replace('_', ' ')}.", rule, moves[state])
