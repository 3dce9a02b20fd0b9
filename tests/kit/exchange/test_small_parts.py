"""The exchange's small pure parts: schedule, rates, wrapping."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.exchange.message_ids import read_message_id
from service_kit.exchange.message_types import SetAside
from service_kit.exchange.rates import Rates
from service_kit.exchange.schedule import retry_delay
from service_kit.exchange.wrapping import SECRET_IN, SECRET_OUT, SEED, WrappedValueRejected, unwrap, wrap

KEY = bytes(range(32))
OWNER = UUID("01a05a43-fc00-7000-8000-00000000000a")


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(1, 5), (2, 30), (3, 120), (4, 600), (5, 1800), (6, 7200), (7, 14_400), (8, 14_400), (10_000, 14_400)],
)
def test_the_schedule_is_the_protocols(attempts: int, seconds: int) -> None:
    assert retry_delay(attempts, 0.5) == timedelta(seconds=seconds)


@given(attempts=st.integers(1, 1000), jitter=st.floats(0, 1))
def test_the_spread_is_a_fifth_both_ways(attempts: int, jitter: float) -> None:
    middle = retry_delay(attempts, 0.5)
    assert abs(retry_delay(attempts, jitter) - middle) <= middle * 0.2 + timedelta(microseconds=1)
    assert retry_delay(attempts, 0) < middle < retry_delay(attempts, 1)


def test_a_burst_is_let_through_and_then_the_rate() -> None:
    rates, link = Rates(per_second=100, burst=1000), uuid4()
    assert [rates.take(link, 5.0) for _ in range(1000)] == [0.0] * 1000
    assert rates.take(link, 5.0) == pytest.approx(0.01)
    assert rates.take(link, 5.25) == 0.0
    assert [rates.take(link, 5.25) > 0 for _ in range(25)] == [False] * 24 + [True]


def test_one_links_burst_is_not_anothers_and_a_clock_going_back_gives_nothing() -> None:
    rates, one, other = Rates(per_second=1, burst=1), uuid4(), uuid4()
    assert rates.take(one, 10) == 0
    assert rates.take(other, 10) == 0
    assert rates.take(one, 3) > 0
    assert rates.take(one, 10.5) > 0
    assert rates.take(one, 11) == 0


@given(value=st.binary(max_size=100))
def test_what_is_wrapped_opens_only_for_its_owner_and_purpose(value: bytes) -> None:
    wrapped = wrap(KEY, value, organisation_id=OWNER, purpose=SEED)
    assert unwrap(KEY, wrapped, organisation_id=OWNER, purpose=SEED) == value
    assert wrapped != wrap(KEY, value, organisation_id=OWNER, purpose=SEED)
    for key, owner, purpose in ((bytes(32), OWNER, SEED), (KEY, uuid4(), SEED), (KEY, OWNER, SECRET_IN)):
        with pytest.raises(WrappedValueRejected):
            unwrap(key, wrapped, organisation_id=owner, purpose=purpose)


@given(position=st.integers(0, 59), bit=st.integers(0, 7))
def test_a_changed_bit_does_not_open(position: int, bit: int) -> None:
    wrapped = bytearray(wrap(KEY, bytes(32), organisation_id=OWNER, purpose=SECRET_OUT))
    wrapped[position] ^= 1 << bit
    with pytest.raises(WrappedValueRejected):
        unwrap(KEY, bytes(wrapped), organisation_id=OWNER, purpose=SECRET_OUT)


@pytest.mark.parametrize("wrapped", [b"", b"short", bytes(12), bytes(27)])
def test_what_is_too_short_does_not_open(wrapped: bytes) -> None:
    with pytest.raises(WrappedValueRejected):
        unwrap(KEY, wrapped, organisation_id=OWNER, purpose=SEED)


def test_a_message_is_set_aside_for_a_reason_of_the_catalogue_only() -> None:
    assert SetAside("contradicts-record").problem == "contradicts-record"
    with pytest.raises(KeyError):
        SetAside("because")


@pytest.mark.parametrize("text", [None, "", "x", str(OWNER).upper(), f"{{{OWNER}}}", OWNER.hex, f" {OWNER}"])
def test_only_the_wires_spelling_names_a_message(text: str | None) -> None:
    assert read_message_id(text) is None
    assert read_message_id(str(OWNER)) == OWNER
