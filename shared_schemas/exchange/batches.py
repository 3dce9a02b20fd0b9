"""Many messages under one signature: each on a line of its own, as exactly the bytes it has alone."""

from collections.abc import Sequence
from typing import Final

from shared_schemas.exchange.ijson import MalformedMessage
from shared_schemas.exchange.limits import BATCH_MAX_MESSAGES, BODY_MAX_BYTES

_OPEN, _BETWEEN, _CLOSE = b"[\n", b",\n", b"\n]"
# What a batch adds around its messages, and before each but the first.
FRAME_BYTES: Final = len(_OPEN) + len(_CLOSE)
SEPARATOR_BYTES: Final = len(_BETWEEN)


def write_batch(messages: Sequence[bytes]) -> bytes:
    """Write `[` LF message `,` LF message … LF `]`. ValueError for what `read_batch` would not give back."""
    body = _OPEN + _BETWEEN.join(messages) + _CLOSE
    if len(body) > BODY_MAX_BYTES or read_batch(body) != list(messages):
        raise ValueError("not a batch in the wire's form")
    return body


def read_batch(body: bytes) -> list[bytes]:
    """Give each message's exact bytes, unread and unjudged: 1 to 100 of them, none empty.

    The caller bounds the length. Raises MalformedMessage, and nothing else, for every fault of the frame.
    """
    if len(body) <= FRAME_BYTES or not (body.startswith(_OPEN) and body.endswith(_CLOSE)):
        raise MalformedMessage("must be an array with one message on each line")
    messages = body[len(_OPEN) : -len(_CLOSE)].split(_BETWEEN)
    if len(messages) > BATCH_MAX_MESSAGES:
        raise MalformedMessage(f"must hold at most {BATCH_MAX_MESSAGES} messages")
    if any(not message or b"\n" in message for message in messages):
        raise MalformedMessage("must be an array with one message on each line")
    return messages


def fits(sizes_before: int, count_before: int, size: int) -> bool:
    """Whether one more message of `size` bytes keeps a batch within 100 messages and 1 MiB in all."""
    body = FRAME_BYTES + sizes_before + size + SEPARATOR_BYTES * count_before
    return count_before < BATCH_MAX_MESSAGES and body <= BODY_MAX_BYTES
