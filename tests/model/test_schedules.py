"""Thousands of schedules of one direction of a link: loss, copies, delay, dead letters, restores, a surviving copy."""

import copy

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.model.world import DEAD, DELIVERED, LEASED, NOT_LIVE, PENDING, World

STREAMS = ("first", "second")
ROUNDS = 60

pick = st.integers(0, 7)


class Lease(RuleBasedStateMachine):
    """Outbox, inbox and lease over a faulty network; no restores."""

    without: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.without)
        self.backups = [copy.deepcopy((self.world.sender, self.world.receiver))]

    @rule(stream=st.sampled_from(STREAMS), refused=st.booleans())
    def write(self, stream: str, refused: bool) -> None:
        message = self.world.write(self.world.sender, stream)
        if refused and message.says is not None:
            self.world.refused.add(message.says)

    @precondition(lambda self: not self.world.sender.suspected)
    @rule(which=pick)
    def claim(self, which: int) -> None:
        due = [one for one in self.world.sender.heads() if one.state is PENDING]
        if due:
            self.world.claim(self.world.sender, due[which % len(due)])

    @rule(which=pick)
    def end_lease(self, which: int) -> None:
        leased = [one for one in self.world.sender.sent.values() if one.state is LEASED]
        if leased:
            self.world.end_lease(leased[which % len(leased)])

    @precondition(lambda self: self.world.requests)
    @rule(which=pick, fate=st.sampled_from(["arrives", "arrives", "is doubled", "is lost"]))
    def carry(self, which: int, fate: str) -> None:
        request = self.world.requests[which % len(self.world.requests)]
        if fate != "is doubled":
            self.world.requests.remove(request)
        if fate != "is lost":
            self.world.arrive(request)

    @precondition(lambda self: self.world.answers)
    @rule(which=pick, lost=st.booleans())
    def answer(self, which: int, lost: bool) -> None:
        answer = self.world.answers.pop(which % len(self.world.answers))
        senders = (self.world.sender, self.world.survivor)
        sender = next((one for one in senders if one and one.instance == answer.request.sender), None)
        if sender is not None and not lost:
            self.world.record(sender, answer)

    @rule(which=pick, how=st.sampled_from(["redrive", "replace", "discard"]))
    def put_right(self, which: int, how: str) -> None:
        dead = [one for one in self.world.sender.sent.values() if one.state is DEAD]
        if dead:
            self.world.put_right(dead[which % len(dead)], how)

    @invariant()
    def one_of_each_is_held(self) -> None:
        held = self.world.receiver.held.values()
        assert len({(one.stream, one.number) for one in held}) == len(held), "two of one number are held"
        assert len({one.chain for one in held}) == len(held), "two of one chain are held"

    @invariant()
    def each_is_applied_once_in_order(self) -> None:
        for stream, applied in self.world.receiver.applied.items():
            assert applied == list(range(1, len(applied) + 1)), f"{stream} was applied as {applied}"

    @invariant()
    def one_live_message_a_number(self) -> None:
        live = [one.message for one in self.world.sender.sent.values() if one.state not in NOT_LIVE]
        assert len({(one.stream, one.number) for one in live}) == len(live), "two live messages of one number"

    @invariant()
    def delivered_is_what_has_a_receipt(self) -> None:
        for one in self.world.sender.sent.values():
            if one.state is DELIVERED:
                assert one.message.id in self.world.receipts, "delivered, without a receipt"

    def teardown(self) -> None:
        """Heal everything, drain, and look at what is left."""
        world = self.world
        world.survivor, world.requests, world.answers = None, [], []
        world.refused.clear()
        for _ in range(ROUNDS):
            world.settle()
            if not self._drain():
                break
        self._judge()

    def _drain(self) -> bool:
        """Send whatever is due until nothing is; whether there was anything."""
        world, busy = self.world, False
        for one in world.sender.sent.values():
            if one.state in (LEASED, DEAD):
                one.state, busy = PENDING, True
        for _ in range(ROUNDS):
            due = [one for one in world.sender.heads() if one.state is PENDING]
            if not due:
                return busy
            for one in due:
                busy = True
                world.claim(world.sender, one)
                world.arrive(world.requests.pop())
                world.record(world.sender, world.answers.pop())
        return busy

    def _judge(self) -> None:
        world, held = self.world, self.world.receiver.held
        self.one_of_each_is_held()
        self.each_is_applied_once_in_order()
        assert set(held) <= set(world.sender.sent), "held, and unknown to its sender"
        for one in world.sender.sent.values():
            if one.state in NOT_LIVE:
                assert one.message.id not in held, "held, and given up by its sender"
            else:
                assert one.state is DELIVERED, f"{one.state} after everything was healed"
                assert one.message.id in held, "a receipt for what is not held"
        for stream, last in world.sender.last.items():
            assert len(world.receiver.applied.get(stream, [])) == last, "not all was applied"
        told = {message.says for message in held.values()}
        known = {one.message.says for one in world.sender.sent.values() if one.message.says is not None}
        assert known - world.given_up <= told, "a committed fact that nobody holds"


class Restores(Lease):
    """The same with restores of either side and of both, and a copy of the sender that goes on unnoticed."""

    @rule()
    def back_up(self) -> None:
        self.backups.append(copy.deepcopy((self.world.sender, self.world.receiver)))

    @rule(which=pick, survives=st.booleans())
    def restore_sender(self, which: int, survives: bool) -> None:
        self.world.restore_sender(self.backups[which % len(self.backups)][0], survives=survives)

    @rule(which=pick)
    def restore_receiver(self, which: int) -> None:
        self.world.restore_receiver(self.backups[which % len(self.backups)][1])

    @rule(which=pick)
    def restore_both(self, which: int) -> None:
        sender, receiver = self.backups[which % len(self.backups)]
        self.world.restore_sender(sender, survives=False)
        self.world.restore_receiver(receiver)

    @precondition(lambda self: self.world.survivor is not None)
    @rule(which=pick, stream=st.sampled_from(STREAMS), writes=st.booleans())
    def survivor_goes_on(self, which: int, stream: str, writes: bool) -> None:
        survivor = self.world.survivor
        assert survivor is not None
        if writes:
            self.world.write(survivor, stream)
        due = [one for one in survivor.heads() if one.state is PENDING]
        if due:
            self.world.claim(survivor, due[which % len(due)])

    @rule()
    def settle(self) -> None:
        self.world.settle()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("machine", [Lease, Restores])
def test_every_schedule_ends_with_each_fact_held_once(machine: type[Lease]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=1000,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
