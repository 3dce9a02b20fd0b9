"""What is kept of a stranger's words."""

import json

from hypothesis import given
from hypothesis import strategies as st

from service_kit.exchange.answers import Answer
from service_kit.exchange.kept_answers import REPEATS, kept_answer
from shared_schemas.exchange.limits import ANSWER_KEPT_MAX_BYTES


def kept(body: bytes, *sent: bytes) -> str | None:
    return kept_answer(Answer(404, {}, body), sent)


@given(body=st.binary(min_size=1, max_size=5000) | st.text(min_size=1, max_size=5000).map(str.encode))
def test_any_answer_becomes_short_plain_text(body: bytes) -> None:
    text = kept(body)
    assert text is not None
    assert len(text.encode()) <= ANSWER_KEPT_MAX_BYTES
    assert not any(ord(character) < 32 or ord(character) in {127, 0x202E} for character in text)


def test_nothing_answered_is_nothing_kept() -> None:
    assert kept(b"") is None


def test_controls_and_the_like_are_replaced() -> None:
    assert kept(b"a\x00b\x1b[31m\r\nc\xe2\x80\xae\xff") == "a\ufffdb\ufffd[31m  c\ufffd\ufffd"


def test_an_echo_of_what_was_sent_is_not_kept() -> None:
    message = json.dumps({"id": "1", "data": {"a": [{"name": "Canary"}], "n": 7, "s": "abc"}}).encode()
    assert kept(b"we do not know Canary here", message) == REPEATS
    assert kept(message, b"{}", message) == REPEATS
    long = json.dumps({"data": {"story": "long words " * 50}}).encode()
    assert kept(b"x" * (ANSWER_KEPT_MAX_BYTES - 40) + long[20:], long) == REPEATS
    # Neither what is not content, nor words too short to tell anything.
    assert kept(b'{"message_id": "1", "x": "abc"}', message) == '{"message_id": "1", "x": "abc"}'
    assert kept(b"page", b"not json") == "page"
