"""A JSON reader for bytes from strangers: RFC 7493 (I-JSON), bounded, with errors that repeat nothing they read."""

import json
import re
from typing import Any

from shared_schemas.exchange.limits import DEPTH_MAX, NUMBER_MAX

# A string (perhaps cut off) or one bracket. The possessive quantifiers keep the scan linear on hostile input.
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17)
)
# RFC 7493 section 2.1 forbids surrogates and noncharacters; PostgreSQL cannot store NUL in text.
_FORBIDDEN_CHARACTER = re.compile(f"[\0\ud800-\udfff{_NONCHARACTERS}]")
# The sign and the sixteen digits of 2^53 - 1; longer literals are not even converted.
_INTEGER_MAX_CHARACTERS = 17


class MalformedMessage(ValueError):
    """The bytes are not a message at all. `rule` says which rule they break, in words that hold nothing of them."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def load_ijson(body: bytes, *, max_depth: int = DEPTH_MAX) -> Any:
    """Read one JSON value under the rules of RFC 7493, at most `max_depth` arrays and objects deep.

    The caller bounds the length. Raises MalformedMessage, and nothing else, for every fault.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise MalformedMessage("must be UTF-8") from None
    _refuse_depth(body, max_depth)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_fraction,
            parse_constant=_refuse_constant,
        )
    except json.JSONDecodeError:
        raise MalformedMessage("must be one JSON value, without a byte order mark") from None
    _refuse_forbidden_characters(value)
    return value


def _refuse_depth(body: bytes, max_depth: int) -> None:
    """Counted before anything is parsed: the parser recurses, and its stack is not ours to spend."""
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(body):
        token = match[0]
        if token in b"[{":
            depth += 1
            if depth > max_depth:
                raise MalformedMessage(f"must be at most {max_depth} arrays and objects deep")
        elif token in b"]}":
            depth -= 1


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(members)
    if len(result) != len(members):
        raise MalformedMessage("must not repeat a name within an object")
    return result


def _integer(literal: str) -> int:
    if len(literal) > _INTEGER_MAX_CHARACTERS or abs(int(literal)) > NUMBER_MAX:
        raise MalformedMessage("must hold no number beyond 2^53 - 1")
    return int(literal)


def _fraction(literal: str) -> float:
    number = float(literal)
    if abs(number) > NUMBER_MAX:
        raise MalformedMessage("must hold no number beyond 2^53 - 1")
    return number


def _refuse_constant(_literal: str) -> None:
    raise MalformedMessage("must not hold NaN or Infinity")


def _refuse_forbidden_characters(value: Any) -> None:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, str) and _FORBIDDEN_CHARACTER.search(item):
            raise MalformedMessage("must hold no NUL, lone surrogate or noncharacter")
