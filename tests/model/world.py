"""Two parties and a faulty network in memory: the rules of Order and Restore without a database, one direction.

The sender's plan after a restore is the product's own (``plan_stream``); the rest says the rules again in few words, so
that thousands of schedules can be tried. ``without`` names rules that are left out, to show that each is needed.
"""

import copy
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from uuid import UUID

from service_kit.exchange.models import OutboundState
from service_kit.exchange.restoring.planning import Held, Own, plan_stream

PENDING, LEASED, DELIVERED, DEAD = (
    OutboundState.PENDING,
    OutboundState.LEASED,
    OutboundState.DELIVERED,
    OutboundState.DEAD,
)
REPLACED, VOID = OutboundState.REPLACED, OutboundState.VOID
NOT_LIVE = (REPLACED, VOID)
UNDELIVERED = (PENDING, LEASED, DEAD)
RULES = (
    "token",  # a late result changes nothing
    "one_a_number",  # the receiver holds one message a number
    "one_a_chain",  # and one a chain
    "same_chain_is_delivered",  # held of the chain: delivered, this one void
    "known_does_nothing",  # a second arrival has no effect
    "applied_in_order",
    "recover",  # what the counterpart holds and we lost is entered again
    "fill",  # a number that nobody has is filled
    "replace_taken",  # what stands on a taken number goes on under the next
    "send_again",  # a receipt for what the receiver lacks: it is sent again
)


@dataclass(frozen=True)
class Message:
    """``says`` is the fact it tells; a filler tells none."""

    id: int
    stream: str
    number: int
    chain: int
    says: int | None

    @property
    def uuid(self) -> UUID:
        """Give the id as the planner takes it."""
        return UUID(int=self.id)

    def as_held(self) -> Held:
        """Show the message as a receiver's listing would."""
        return Held(
            self.uuid,
            str(self.says),
            self.stream,
            self.number,
            "test.v1",
            UUID(int=self.chain),
            date(2026, 1, 1),
        )


@dataclass
class Sent:
    message: Message
    state: OutboundState = PENDING
    token: int = 0


@dataclass(frozen=True)
class Request:
    """An attempt under way; ``sender`` tells a surviving copy's from the restored one's."""

    message: Message
    token: int
    sender: int


@dataclass(frozen=True)
class Answer:
    """What came back: the message that is held in its place, or ``None`` where it was refused for good."""

    request: Request
    held: Message | None


@dataclass
class Sender:
    """One copy of the sender's database, and whether it may send."""

    instance: int
    sent: dict[int, Sent] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    suspected: bool = False

    def of(self, stream: str) -> list[Sent]:
        """Give a stream's messages by number."""
        return sorted(
            (one for one in self.sent.values() if one.message.stream == stream),
            key=lambda one: one.message.number,
        )

    def heads(self) -> Iterator[Sent]:
        """Give each stream's lowest undelivered message."""
        for stream in self.last:
            head = next((one for one in self.of(stream) if one.state in UNDELIVERED), None)
            if head is not None:
                yield head


@dataclass
class Receiver:
    held: dict[int, Message] = field(default_factory=dict)
    applied: dict[str, list[int]] = field(default_factory=dict)


class World:
    """All of it, and the steps that chance may take."""

    def __init__(self, without: Collection[str] = ()) -> None:
        self.without = frozenset(without)
        self.sender = Sender(0)
        self.survivor: Sender | None = None
        self.receiver = Receiver()
        self.requests: list[Request] = []
        self.answers: list[Answer] = []
        self.refused: set[int] = set()  # facts that the receiver's schema does not take yet
        self.given_up: set[int] = set()  # facts that two people discarded
        self.receipts: set[int] = set()  # messages of which the receiver has said that it holds them
        self._ids = count(1)
        self._instances = count(1)

    # The sender.

    def write(self, sender: Sender, stream: str) -> Message:
        """Commit a fact with its message, under the stream's next number."""
        return self._enter(sender, stream, next(self._ids))

    def _enter(
        self,
        sender: Sender,
        stream: str,
        says: int | None,
        *,
        chain: int | None = None,
        number: int | None = None,
    ) -> Message:
        if number is None:
            number = sender.last[stream] = sender.last.get(stream, 0) + 1
        message_id = next(self._ids)
        message = Message(message_id, stream, number, chain or message_id, says)
        sender.sent[message_id] = Sent(message)
        return message

    def claim(self, sender: Sender, one: Sent) -> None:
        """Lease a head and send it."""
        one.state, one.token = LEASED, one.token + 1
        self.requests.append(Request(one.message, one.token, sender.instance))

    def end_lease(self, one: Sent) -> None:
        """Let a lease end by time: its worker may be dead, or slow."""
        one.state = PENDING

    def put_right(self, one: Sent, how: str) -> None:
        """Redrive, replace or discard a dead message; two people did so."""
        if how == "redrive":
            self.refused.discard(one.message.says or 0)
            one.state = PENDING
            return
        one.state = REPLACED
        says = one.message.says if how == "replace" else None
        if how == "replace":
            self.refused.discard(says or 0)
        elif one.message.says is not None:
            self.given_up.add(one.message.says)
        message = one.message
        self._enter(self.sender, message.stream, says, chain=message.chain, number=message.number)

    def record(self, sender: Sender, answer: Answer) -> None:
        """Record what came back, under the attempt's own token."""
        one = sender.sent.get(answer.request.message.id)
        if one is None:
            return
        ours = one.state is LEASED and one.token == answer.request.token
        if not ours and "token" not in self.without:
            return
        if answer.held is not None:
            self.receipts.add(answer.held.id)
        if answer.held is None:
            one.state = DEAD
        elif answer.held.id == one.message.id:
            one.state = DELIVERED
        else:
            self._settle_conflict(sender, one, answer.held)

    def _settle_conflict(self, sender: Sender, one: Sent, held: Message) -> None:
        known = sender.sent.get(held.id)
        if known is None:
            sender.suspected = True
            one.state = PENDING
            return
        if held.chain == one.message.chain:
            one.state = VOID
            if "same_chain_is_delivered" in self.without:
                one.state, known.state = DELIVERED, known.state
                return
            known.state = DELIVERED
            if held.number != one.message.number:
                self._fill(sender, one.message.stream, one.message.number)
        else:
            self._under_next_number(sender, one)
            known.state = DELIVERED

    def _under_next_number(self, sender: Sender, one: Sent) -> None:
        one.state = REPLACED
        self._enter(sender, one.message.stream, one.message.says, chain=one.message.chain)

    def _fill(self, sender: Sender, stream: str, number: int) -> None:
        if "fill" not in self.without:
            self._enter(sender, stream, None, number=number)

    # The receiver.

    def arrive(self, request: Request) -> None:
        """Take a request in, and put the answer on its way."""
        message, held = request.message, self.receiver.held
        if message.id in held:
            if "known_does_nothing" in self.without:
                self._apply(message)
            self.answers.append(Answer(request, held[message.id]))
            return
        in_place = next((other for other in held.values() if self._excludes(other, message)), None)
        if in_place is not None:
            self.answers.append(Answer(request, in_place))
        elif message.says in self.refused:
            self.answers.append(Answer(request, None))
        else:
            held[message.id] = message
            self.answers.append(Answer(request, message))
            self.apply_ready(message.stream)
            if "applied_in_order" in self.without and message.number > len(
                self.receiver.applied.get(message.stream, [])
            ):
                self._apply(message)

    def _excludes(self, other: Message, message: Message) -> bool:
        same_number = (other.stream, other.number) == (message.stream, message.number)
        return (same_number and "one_a_number" not in self.without) or (
            other.chain == message.chain and "one_a_chain" not in self.without
        )

    def apply_ready(self, stream: str) -> None:
        """Apply what is next of a stream, while it is held."""
        applied = self.receiver.applied.setdefault(stream, [])
        while True:
            number = len(applied) + 1
            ready = [
                one for one in self.receiver.held.values() if (one.stream, one.number) == (stream, number)
            ]
            if not ready:
                return
            self._apply(ready[0])

    def _apply(self, message: Message) -> None:
        self.receiver.applied.setdefault(message.stream, []).append(message.number)

    # Restores and what settles them.

    def restore_sender(self, backup: Sender, *, survives: bool) -> None:
        """Put the sender's database back to a copy; the old one may go on unnoticed."""
        self.survivor = self.sender if survives else None
        self.sender = copy.deepcopy(backup)
        self.sender.instance = next(self._instances)
        self.sender.suspected = True

    def restore_receiver(self, backup: Receiver) -> None:
        """Put the receiver's database back to a copy; its new epoch makes the sender compare everything."""
        self.receiver = copy.deepcopy(backup)

    def settle(self) -> None:
        """Compare everything and do what Reconciliation and Restore say, for the sender."""
        held = list(self.receiver.held.values())
        self.receipts |= set(self.receiver.held)
        # What nobody knows to be under way is not looked at twice: late results of before change nothing.
        for stream in sorted({*self.sender.last, *(message.stream for message in held)}):
            self._settle_stream(stream, [message for message in held if message.stream == stream])
        self.sender.suspected = False

    def _settle_stream(self, stream: str, held: list[Message]) -> None:
        sent, by_id = self.sender.sent, {message.uuid: message for message in held}
        own = [
            Own(
                one.message.uuid,
                str(one.message.says),
                one.message.number,
                UUID(int=one.message.chain),
                one.state,
            )
            for one in self.sender.of(stream)
        ]
        plan = plan_stream(own, [message.as_held() for message in held], self.sender.last.get(stream, 0))
        for void in plan.void:
            sent[void.int].state = VOID
        if "recover" not in self.without:
            for lost in plan.recover:
                sent[lost.id.int] = Sent(by_id[lost.id], DELIVERED)
        for given_up in plan.deliver:
            sent[given_up.id.int].state = DELIVERED
        self.sender.last[stream] = plan.last_number
        if "replace_taken" not in self.without:
            for taken in plan.replace:
                self._under_next_number(self.sender, sent[taken.int])
        for number in plan.fill:
            self._fill(self.sender, stream, number)
        for one in self.sender.of(stream):
            if (
                one.state is DELIVERED
                and one.message.id not in self.receiver.held
                and "send_again" not in self.without
            ) or (one.state in (DEAD, PENDING, LEASED) and one.message.id in self.receiver.held):
                one.state = PENDING
