import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_schemas.exchange.batches import FRAME_BYTES, fits, read_batch, write_batch
from shared_schemas.exchange.ijson import MalformedMessage
from shared_schemas.exchange.limits import BATCH_MAX_MESSAGES, BODY_MAX_BYTES

MESSAGES = st.lists(
    st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=4).map(
        lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    ),
    min_size=1,
    max_size=BATCH_MAX_MESSAGES,
)


@given(messages=MESSAGES)
def test_each_message_comes_back_byte_for_byte_and_the_whole_is_a_json_array(messages: list[bytes]) -> None:
    body = write_batch(messages)
    assert read_batch(body) == messages
    assert json.loads(body) == [json.loads(message) for message in messages]


def test_the_form_is_the_specified_one() -> None:
    assert write_batch([b'{"a":1}', b'{"b":2}']) == b'[\n{"a":1},\n{"b":2}\n]'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"[\n]",
        b"[\n\n]",
        b"[{}]",
        b"[\n{}\n]\n",
        b" [\n{}\n]",
        b"[\r\n{}\r\n]",
        b"[\n{}\n{}\n]",
        b"[\n{},\n\n]",
        b"[\n,\n{}\n]",
        b"[\n{},\n{},\n\n]",
        b"[\n" + b",\n".join([b"{}"] * 101) + b"\n]",
        b"{}",
    ],
)
def test_another_frame_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedMessage):
        read_batch(body)


@given(body=st.binary(max_size=60))
def test_any_bytes_are_read_or_malformed(body: bytes) -> None:
    try:
        messages = read_batch(body)
    except MalformedMessage:
        return
    assert write_batch(messages) == body


@pytest.mark.parametrize(
    "messages", [[], [b""], [b"{\n}"], [b"{}"] * 101, [b"x" * (BODY_MAX_BYTES - FRAME_BYTES + 1)]]
)
def test_what_no_reader_would_take_is_not_written(messages: list[bytes]) -> None:
    with pytest.raises(ValueError, match=r"batch|array|at most"):
        write_batch(messages)


def test_the_bounds_are_of_the_whole_body() -> None:
    largest = BODY_MAX_BYTES - FRAME_BYTES
    assert fits(0, 0, largest)
    assert len(write_batch([b"x" * largest])) == BODY_MAX_BYTES
    assert not fits(0, 0, largest + 1)
    assert fits(10, 1, largest - 12)
    assert not fits(10, 1, largest - 11)
    assert not fits(10, 100, 1)
