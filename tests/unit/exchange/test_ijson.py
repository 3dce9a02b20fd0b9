import json
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_schemas.exchange.ijson import MalformedMessage, load_ijson

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-(2.0**53) + 1, 2.0**53 - 1)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cn"], exclude_characters="\0"))
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text('ab\u00e9\\"'), inner))


@given(VALUES, st.booleans())
def test_every_ordinary_value_is_read_as_it_was_written(value: object, ascii_only: bool) -> None:
    assert load_ijson(json.dumps(value, ensure_ascii=ascii_only).encode(), max_depth=1_000) == value


@given(st.binary() | st.text('[]{}",:\\u0d8e1-.N ').map(str.encode))
def test_no_bytes_raise_anything_but_malformed_message(body: bytes) -> None:
    try:
        value = load_ijson(body)
    except MalformedMessage:
        return
    assert json.loads(body) == value


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"a":1', id="cut off"),
        pytest.param(b'"a', id="string cut off"),
        pytest.param(b'"a\\', id="escape cut off"),
        pytest.param(b"1 2", id="two values"),
        pytest.param(b'"\xff"', id="not UTF-8"),
        pytest.param(b'"\xed\xa0\x80"', id="surrogate as UTF-8"),
        pytest.param('"a"'.encode("utf-16"), id="UTF-16"),
        pytest.param(b'\xef\xbb\xbf"a"', id="byte order mark"),
        pytest.param(b'{"a":1,"a":1}', id="name repeated"),
        pytest.param(b'[{"a":{"b":1,"\\u0062":2}}]', id="name repeated under an escape"),
        pytest.param(b"NaN", id="NaN"),
        pytest.param(b"[Infinity]", id="Infinity"),
        pytest.param(b"-Infinity", id="-Infinity"),
        pytest.param(b"1e400", id="a fraction beyond doubles"),
        pytest.param(b"9007199254740992", id="2^53"),
        pytest.param(b"-9007199254740992", id="-2^53"),
        pytest.param(b"1e16", id="2^53 passed with an exponent"),
        pytest.param(b"1" * 10_000, id="an integer of many digits"),
        pytest.param("\u0661".encode(), id="a digit of another script"),
        pytest.param(b'"\\ud800"', id="lone high surrogate"),
        pytest.param(b'{"\\udc00":1}', id="lone low surrogate in a name"),
        pytest.param(b'["\\u0000"]', id="NUL"),
        pytest.param(b'{"a\\u0000":1}', id="NUL in a name"),
        pytest.param(b'"\0"', id="raw NUL"),
        pytest.param('"\ufffe"'.encode(), id="noncharacter"),
        pytest.param(b'"\\udbff\\udfff"', id="noncharacter U+10FFFF"),
        pytest.param(b'"\n"', id="raw control character"),
    ],
)
def test_what_is_not_i_json_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedMessage):
        load_ijson(body)


def test_the_largest_numbers_and_whole_surrogate_pairs_are_read() -> None:
    assert load_ijson(b"[9007199254740991,-9007199254740991,0.5]") == [2**53 - 1, 1 - 2**53, 0.5]
    assert load_ijson(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


def test_depth_counts_arrays_and_objects_and_nothing_inside_strings() -> None:
    assert load_ijson(b"[" * 32 + b"]" * 32) is not None
    assert load_ijson(b'{"a":' * 32 + b'"[[{{\\"[["' + b"}" * 32) is not None
    assert load_ijson(b"[[],[],{}]", max_depth=2) == [[], [], {}]
    with pytest.raises(MalformedMessage, match="32"):
        load_ijson(b"[" * 33 + b"]" * 33)
    with pytest.raises(MalformedMessage, match="2"):
        load_ijson(b'["a\\\\",{"b":[]}]', max_depth=2)


@pytest.mark.parametrize("unit", [b"[", b'"\\', b"\\", b'{"a":', b'"', b"[],", b'",1'])
def test_a_hostile_mebibyte_is_refused_before_the_time_limit(unit: bytes) -> None:
    with pytest.raises(MalformedMessage):
        load_ijson(b'["' + unit * (2**20 // len(unit)))


@pytest.mark.parametrize(
    "body",
    [b'{"SECRET":1,"SECRET":2}', b'"SECRET', b'"SECRET\xff"', b'"SECRET\\u0000"', b"77777777777777777777"],
)
def test_no_error_holds_what_was_read(body: bytes) -> None:
    with pytest.raises(MalformedMessage) as caught:
        load_ijson(body)
    shown = "".join(traceback.format_exception_only(caught.value)) + repr(caught.value)
    assert "SECRET" not in shown
    assert "7777" not in shown
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
