"""What must be done to one stream so that it agrees with what the counterpart holds of it. No input or output here."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from service_kit.exchange.models import OutboundState
from shared_schemas.exchange.limits import SEQUENCE_AHEAD_MAX

NOT_LIVE = frozenset({OutboundState.REPLACED, OutboundState.VOID})


@dataclass(frozen=True)
class Held:
    """A message of ours as the counterpart lists it; ``day`` is the UTC date in its time."""

    id: UUID
    hash: str
    subject: str
    number: int
    type: str
    chain_id: UUID
    day: date


@dataclass(frozen=True)
class Own:
    """A message as it stands in our own outbox."""

    id: UUID
    hash: str
    number: int
    chain_id: UUID
    state: str

    @property
    def is_live(self) -> bool:
        """Whether its number is its own still."""
        return self.state not in NOT_LIVE


class ImplausibleNumbers(ValueError):
    """More numbers would have to be filled than any counterpart lets a stream run ahead: it cannot hold what it lists."""


@dataclass(frozen=True)
class Plan:
    """The steps, in the order in which they are taken: each leaves one live message a number."""

    void: list[UUID] = field(default_factory=list)  # ours; the counterpart holds another of the chain
    recover: list[Held] = field(default_factory=list)  # theirs, unknown here
    deliver: list[Held] = field(default_factory=list)  # ours, held though we had given it up
    last_number: int = 0  # what the counter rises to
    replace: list[UUID] = field(default_factory=list)  # ours, on a number that another has
    fill: list[int] = field(default_factory=list)  # numbers that no live message has
    different: list[Held] = field(default_factory=list)  # known here with other bytes: nobody heals it

    @property
    def changes(self) -> bool:
        """Whether anything is to be done."""
        return bool(self.void or self.recover or self.deliver or self.replace or self.fill)


def plan_stream(own: Collection[Own], held: Collection[Held], last_number: int) -> Plan:
    """Plan one stream. ``own`` is all of it; ``held`` at least what the counterpart holds and we do not know.

    A counterpart holds at most one message of a number and of a chain (Order 4), so what stands on a held number or
    in a held chain under another id is not held itself, whatever its state says here.
    Raises ``ImplausibleNumbers``.
    """
    known = {message.id: message for message in own}
    different = [one for one in held if one.id in known and known[one.id].hash != one.hash]
    taken = {one.number: one.id for one in held}
    chains = {one.chain_id: one.id for one in held}
    live = [message for message in own if message.is_live]
    void = [message for message in live if chains.get(message.chain_id, message.id) != message.id]
    replace = [
        message
        for message in live
        if message not in void and taken.get(message.number, message.id) != message.id
    ]
    gone = {message.id for message in (*void, *replace)}
    highest = max([last_number, *taken, *(message.number for message in live)])
    lives = {message.number for message in live if message.id not in gone} | set(taken)
    if highest - len(lives) > SEQUENCE_AHEAD_MAX:
        raise ImplausibleNumbers
    return Plan(
        void=_ids(void),
        recover=sorted((one for one in held if one.id not in known), key=lambda one: one.number),
        deliver=[
            one for one in held if one.id in known and one not in different and not known[one.id].is_live
        ],
        last_number=highest,
        replace=_ids(replace),
        fill=[number for number in range(1, highest + 1) if number not in lives],
        different=different,
    )


def _ids(messages: list[Own]) -> list[UUID]:
    return [message.id for message in sorted(messages, key=lambda message: message.number)]
