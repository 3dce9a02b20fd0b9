from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.json_changes import ChangeKind, find_changes

ADDED, REMOVED, CHANGED = ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CHANGED
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 2}, [("/a", CHANGED, 1, 2)]),
        ({"a": None}, {"a": 2}, [("/a", ADDED, None, 2)]),
        ({"a": 1}, {}, [("/a", REMOVED, 1, None)]),
        ({"a": []}, {}, []),
        ({"a": [1, 2]}, {"a": [1, 3, 4]}, [("/a/1", CHANGED, 2, 3), ("/a/2", ADDED, None, 4)]),
        ({"a": [{"b": 1}]}, {"a": []}, [("/a", REMOVED, [{"b": 1}], [])]),
        ({"a/b~": 1}, {"a/b~": 2}, [("/a~1b~0", CHANGED, 1, 2)]),
    ],
)
def test_each_place_that_differs_is_named(before: Any, after: Any, expected: list[Any]) -> None:
    assert [tuple(change) for change in find_changes(before, after)] == expected


@given(DOCUMENTS, DOCUMENTS)
def test_both_ways_the_same_places_differ(one: Any, other: Any) -> None:
    forth, back = list(find_changes(one, other)), list(find_changes(other, one))
    assert {change.pointer for change in forth} == {change.pointer for change in back}
    assert list(find_changes(one, one)) == []
