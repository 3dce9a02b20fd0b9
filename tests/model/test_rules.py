"""Each rule is needed: a schedule that ends well under all of them, and is noticed to go wrong without the one."""

from collections.abc import Callable

import pytest

from tests.model.test_schedules import Restores
from tests.model.world import DEAD, PENDING, RULES, Message, Receiver, Request, Sender, World


class Script:
    """Takes one step after another, and looks at all invariants after each."""

    def __init__(self, without: tuple[str, ...]) -> None:
        self.machine = Restores()
        self.machine.world = self.world = World(without)

    def write(self, *, refused: bool = False) -> Message:
        message = self.world.write(self.world.sender, "first")
        if refused and message.says is not None:
            self.world.refused.add(message.says)
        return message

    def send(self) -> Request:
        """Claim the head; give the request, which is then under way."""
        head = next(self.world.sender.heads())
        assert head.state is PENDING
        self.world.claim(self.world.sender, head)
        return self.world.requests.pop()

    def arrive(self, request: Request) -> None:
        self.world.arrive(request)
        self._look()

    def answered(self) -> None:
        """Let the answer that came first be recorded."""
        self.world.record(self.world.sender, self.world.answers.pop(0))
        self._look()

    def deliver(self) -> Request:
        request = self.send()
        self.arrive(request)
        self.world.record(self.world.sender, self.world.answers.pop())
        self._look()
        return request

    def settle(self) -> None:
        self.world.settle()
        self._look()

    def restore_sender(self) -> None:
        self.world.restore_sender(Sender(0), survives=False)

    def restore_receiver(self) -> None:
        self.world.restore_receiver(Receiver())

    def end(self) -> None:
        self.machine.teardown()

    def _look(self) -> None:
        self.machine.one_of_each_is_held()
        self.machine.each_is_applied_once_in_order()
        self.machine.one_live_message_a_number()
        self.machine.delivered_is_what_has_a_receipt()
        for one in self.world.sender.sent.values():
            if one.message.id in self.world.receipts:
                assert one.state is not DEAD, "a receipt was forgotten"


def late_refusal(script: Script) -> None:
    script.write(refused=True)
    first = script.send()
    (one,) = script.world.sender.sent.values()
    script.world.end_lease(one)
    second = script.send()
    script.arrive(first)
    script.world.refused.clear()
    script.arrive(second)
    script.world.answers.reverse()
    script.answered()
    script.answered()


def two_histories_on_one_number(script: Script) -> None:
    script.write()
    old = script.send()
    script.restore_sender()
    script.settle()
    script.write()
    script.deliver()
    script.arrive(old)


def old_copy_under_another_number(script: Script) -> None:
    script.write()
    first = script.send()
    script.restore_sender()
    script.settle()
    script.write()
    taken = script.send()
    script.arrive(first)
    script.arrive(taken)
    script.world.answers.pop(0)
    script.answered()
    script.settle()
    successor = script.deliver()
    script.restore_receiver()
    script.arrive(successor)
    script.arrive(taken)


def old_copy_after_its_replacement(script: Script) -> None:
    script.write(refused=True)
    copy = script.deliver()
    script.world.put_right(script.world.sender.sent[copy.message.id], "replace")
    script.arrive(copy)
    script.world.answers.clear()
    script.deliver()


def arrives_twice(script: Script) -> None:
    script.write()
    script.arrive(script.deliver())


def second_before_first(script: Script) -> None:
    script.write()
    script.write()
    script.deliver()
    second = script.deliver()
    script.restore_receiver()
    script.arrive(second)


def sender_forgets(script: Script) -> None:
    script.write()
    script.deliver()
    script.restore_sender()
    script.settle()


def both_forget_the_first(script: Script) -> None:
    script.write()
    script.write()
    script.deliver()
    second = script.deliver()
    script.restore_sender()
    script.restore_receiver()
    script.arrive(second)
    script.settle()


def taken_number(script: Script) -> None:
    script.write()
    old = script.send()
    script.restore_sender()
    script.settle()
    script.write()
    script.arrive(old)
    script.settle()


def receiver_forgets(script: Script) -> None:
    script.write()
    script.deliver()
    script.restore_receiver()


# What each is, and what the model says without the rule.
SCHEDULES: dict[str, tuple[Callable[[Script], None], str]] = {
    "token": (late_refusal, r"a receipt was forgotten"),
    "one_a_number": (two_histories_on_one_number, r"two of one number"),
    "one_a_chain": (old_copy_under_another_number, r"two of one chain"),
    "same_chain_is_delivered": (old_copy_after_its_replacement, r"without a receipt"),
    "known_does_nothing": (arrives_twice, r"applied as \[1, 1\]"),
    "applied_in_order": (second_before_first, r"applied as \[2\]"),
    "recover": (sender_forgets, r"unknown to its sender"),
    "fill": (both_forget_the_first, r"not all was applied"),
    "replace_taken": (taken_number, r"two live messages"),
    "send_again": (receiver_forgets, r"a receipt for what is not held"),
}


def test_every_rule_has_its_schedule() -> None:
    assert set(SCHEDULES) == set(RULES)


@pytest.mark.parametrize("rule", SCHEDULES)
def test_under_all_rules_it_ends_well(rule: str) -> None:
    script = Script(())
    schedule, _ = SCHEDULES[rule]
    schedule(script)
    script.end()


@pytest.mark.parametrize("rule", SCHEDULES)
def test_without_the_rule_it_is_noticed(rule: str) -> None:
    script = Script((rule,))
    schedule, fault = SCHEDULES[rule]

    def run() -> None:
        schedule(script)
        script.end()

    with pytest.raises(AssertionError, match=fault):
        run()
