"""What is kept of an answer that was no receipt: how it began, in plain characters, and nothing of what was sent."""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from service_kit.exchange.answers import Answer
from shared_schemas.exchange.ijson import MalformedMessage, load_ijson
from shared_schemas.exchange.limits import ANSWER_KEPT_MAX_BYTES

REPEATS = "(not kept: it repeats what was sent)"
# Shorter words stand in any page.
TELLING_CHARACTERS = 4
TELLING_BEGINNING = 30
_REPLACED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def kept_answer(answer: Answer, sent: Iterable[bytes]) -> str | None:
    """Give the text that is kept of an answer, at most 4 KiB of UTF-8; ``None`` for an empty one.

    ``sent`` are the bodies it answers. Who echoes one back must not put a message's content into our log.
    """
    if not answer.body:
        return None
    text = answer.body[:ANSWER_KEPT_MAX_BYTES].decode(errors="replace")
    # By its beginning, as what is kept may end within it.
    seen = answer.body[: ANSWER_KEPT_MAX_BYTES + TELLING_BEGINNING * 4].decode(errors="replace")
    if any(value[:TELLING_BEGINNING] in seen for body in sent for value in _values(body)):
        return REPEATS
    plain = "".join(_plain(character) for character in text)
    return plain.encode()[:ANSWER_KEPT_MAX_BYTES].decode(errors="ignore")


def _plain(character: str) -> str:
    if character in "\r\n\t":
        return " "
    return "\ufffd" if unicodedata.category(character) in _REPLACED else character


def _values(body: bytes) -> Iterator[str]:
    try:
        message = load_ijson(body)
    except MalformedMessage:
        return
    waiting: list[Any] = [message.get("data")] if isinstance(message, dict) else []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, str) and len(value) >= TELLING_CHARACTERS:
            yield value
