"""The moves of a resource that has states: one table each, read by the refusal of a move and by the list of moves."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from pydantic import BaseModel, Field

from service_kit.moves import Refusal

State = TypeVar("State", bound=StrEnum)
Move = TypeVar("Move", bound=StrEnum)


class NextMove(BaseModel):
    """One move and whether the state allows it now."""

    move: str
    allowed: bool
    why_not: str | None = None
    rule: str | None = Field(default=None, description="The provision behind the moves there are.")


def why_not_move(
    table: Mapping[State, Sequence[Move]], state: State, move: Move, rule: str | None
) -> Refusal | None:
    """Why the state does not allow a move, if so."""
    if move in table[state]:
        return None
    return Refusal(f"It is {_words(state)}: that does not allow {_words(move)}.", rule, tuple(table[state]))


def next_moves(
    table: Mapping[State, Sequence[Move]], state: State, moves: Sequence[Move], rule: str | None
) -> list[NextMove]:
    """List every move with why the state does not allow it, where it does not."""
    return [_next_move(move, why_not_move(table, state, move, rule)) for move in moves]


def _next_move(move: StrEnum, refusal: Refusal | None) -> NextMove:
    if refusal is None:
        return NextMove(move=move, allowed=True)
    return NextMove(move=move, allowed=False, why_not=refusal.detail, rule=refusal.rule)


def _words(name: StrEnum) -> str:
    return f"“{name.value.replace('_', ' ')}”"
