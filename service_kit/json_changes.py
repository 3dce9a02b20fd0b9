"""What differs between two JSON documents: a pointer (RFC 6901) for each place, with what stood there and what does."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Change(NamedTuple):
    """``before`` and ``after`` are None where nothing stood there; null and an empty list count as nothing."""

    pointer: str
    kind: ChangeKind
    before: Any
    after: Any


def find_changes(before: Any, after: Any, pointer: str = "") -> Iterator[Change]:
    """Go through two documents side by side; the entries of lists are compared by their places."""
    if isinstance(before, dict) and isinstance(after, dict):
        # A database does not keep the order of members.
        for name in sorted(before.keys() | after.keys()):
            yield from find_changes(before.get(name), after.get(name), f"{pointer}/{_escaped(name)}")
    elif isinstance(before, list) and isinstance(after, list) and before and after:
        for place in range(max(len(before), len(after))):
            yield from find_changes(_at(before, place), _at(after, place), f"{pointer}/{place}")
    elif before != after and not (_is_nothing(before) and _is_nothing(after)):
        yield Change(pointer, _kind(before, after), before, after)


def _kind(before: Any, after: Any) -> ChangeKind:
    if _is_nothing(before):
        return ChangeKind.ADDED
    return ChangeKind.REMOVED if _is_nothing(after) else ChangeKind.CHANGED


def _is_nothing(value: Any) -> bool:
    return value is None or value == []


def _at(values: list[Any], place: int) -> Any:
    return values[place] if place < len(values) else None


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
