"""Whatever was lost on our side: afterwards each number and each chain has one live message, and nothing held is unknown."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.exchange.models import OutboundState
from service_kit.exchange.restoring.planning import Held, ImplausibleNumbers, Own, Plan, plan_stream
from service_kit.exchange.restoring.recovering import written_at

DAY = date(2026, 11, 3)
UNDELIVERED = ("pending", "leased", "dead")


def held(number: int, chain: UUID | None = None) -> Held:
    message_id = uuid4()
    return Held(message_id, "a" * 64, "s", number, "t.v1", chain or message_id, DAY)


def own(number: int, state: str = "pending", chain: UUID | None = None, like: Held | None = None) -> Own:
    message_id = like.id if like else uuid4()
    return Own(
        message_id,
        like.hash if like else "b" * 64,
        number,
        chain or (like.chain_id if like else message_id),
        state,
    )


def test_what_is_held_and_unknown_is_recovered_and_the_counter_rises() -> None:
    known, lost = held(1), held(2)
    plan = plan_stream([own(1, "delivered", like=known)], [known, lost], 1)
    assert plan == Plan(recover=[lost], last_number=2)


def test_an_own_one_on_a_taken_number_is_replaced_after_the_highest() -> None:
    lost, mine = [held(2), held(3)], own(2)
    plan = plan_stream([mine], lost, 2)
    assert (plan.replace, plan.recover, plan.last_number, plan.fill) == ([mine.id], lost, 3, [1])


def test_an_own_one_whose_chain_is_held_is_void_and_its_number_filled() -> None:
    mine = own(1)
    lost = held(2, chain=mine.chain_id)
    plan = plan_stream([mine], [lost], 1)
    assert (plan.void, plan.replace, plan.recover, plan.fill) == ([mine.id], [], [lost], [1])


def test_what_has_a_receipt_but_is_not_held_gives_its_number_up_too() -> None:
    mine, other = own(1, "delivered"), held(1)
    plan = plan_stream([mine], [other], 1)
    assert (plan.replace, plan.recover) == ([mine.id], [other])


def test_other_bytes_are_named_and_nothing_is_done() -> None:
    theirs = held(1)
    mine = Own(theirs.id, "c" * 64, 1, theirs.id, "delivered")
    plan = plan_stream([mine], [theirs], 1)
    assert plan.different == [theirs]
    assert not plan.changes


def test_numbers_no_receiver_lets_a_stream_run_ahead_are_not_believed() -> None:
    assert len(plan_stream([], [held(1_001)], 0).fill) == 1_000
    with pytest.raises(ImplausibleNumbers):
        plan_stream([], [held(2**31 - 1)], 0)


@pytest.mark.parametrize(
    ("message_id", "day", "at"),
    [
        ("01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01", date(2026, 11, 24), None),
        ("01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01", date(2026, 11, 2), datetime(2026, 11, 2, tzinfo=UTC)),
        ("ffffffff-ffff-7fff-bfff-ffffffffffff", date(2026, 11, 2), datetime(2026, 11, 2, tzinfo=UTC)),
        ("00000000-0000-7000-8000-000000000000", date(1970, 1, 1), datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_message_without_content_stands_on_the_day_it_is_listed_under(
    message_id: str, day: date, at: datetime | None
) -> None:
    found = written_at(UUID(message_id), day)
    assert found == at or at is None
    assert found.date() == day


@dataclass
class Lost:
    """A stream as it was, cut back to an older copy, with what was written on the copy since."""

    own: list[Own]
    held: list[Held]
    last_number: int


@st.composite
def streams(draw: st.DrawFn) -> Lost:
    length = draw(st.integers(0, 8))
    kept = draw(st.integers(0, length))
    mine: list[Own] = []
    theirs: list[Held] = []
    for number in range(1, length + 1):
        arrived = draw(st.booleans())
        one = held(number)
        corrected = draw(st.booleans()) and number <= kept
        if arrived:
            # Two people may have corrected it after the copy was made: then the newer of the chain is held.
            theirs.append(held(number, chain=one.id) if corrected else one)
        if number <= kept:
            state = "delivered" if arrived and not corrected and draw(st.booleans()) else None
            mine.append(own(number, state or draw(st.sampled_from(UNDELIVERED)), like=one))
    since = draw(st.integers(0, 4))
    mine += [own(kept + 1 + place) for place in range(since)]
    given_up: bool = draw(st.booleans())
    if mine and given_up:
        # The newest was given up for another of its chain before its receipt came.
        last = mine.pop()
        mine.append(Own(last.id, last.hash, last.number, last.chain_id, "replaced"))
        since += 1
        mine.append(own(kept + since, chain=last.chain_id))
    return Lost(mine, theirs, kept + since)


@given(streams())
def test_afterwards_every_number_and_chain_has_one_live_message(lost: Lost) -> None:
    plan = plan_stream(lost.own, lost.held, lost.last_number)
    after, last = carried_out(lost, plan)
    live = [message for message in after if message.is_live]
    assert sorted(message.number for message in live) == list(range(1, last + 1))
    chains = [message.chain_id for message in live]
    assert len(set(chains)) == len(chains)
    # Nothing held is unknown, nothing held is anything but live, and no fact of ours was dropped.
    assert {one.id for one in lost.held} <= {message.id for message in live}
    assert {message.chain_id for message in lost.own} <= set(chains)
    assert last >= lost.last_number


@given(streams())
def test_done_twice_it_is_done_once(lost: Lost) -> None:
    after, last = carried_out(lost, plan_stream(lost.own, lost.held, lost.last_number))
    assert not plan_stream(after, lost.held, last).changes


def carried_out(lost: Lost, plan: Plan) -> tuple[list[Own], int]:
    found = {message.id: message for message in lost.own}
    for gone, state in (
        *((message, OutboundState.VOID) for message in plan.void),
        *((message, OutboundState.REPLACED) for message in plan.replace),
    ):
        was = found[gone]
        found[gone] = Own(was.id, was.hash, was.number, was.chain_id, state.value)
    for revived in plan.deliver:
        was = found[revived.id]
        found[revived.id] = Own(was.id, was.hash, was.number, was.chain_id, "delivered")
    after = [*found.values(), *(own(one.number, "delivered", like=one) for one in plan.recover)]
    last = plan.last_number
    for replaced in plan.replace:
        last += 1
        after.append(own(last, chain=found[replaced].chain_id))
    after += [own(number) for number in plan.fill]
    return after, last
