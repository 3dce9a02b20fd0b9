from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared_schemas.classification import Classification, classified_fields
from shared_schemas.text import Narrative, PersonName, Reference, ShortText

SHORT: TypeAdapter[str] = TypeAdapter(ShortText)
NARRATIVE: TypeAdapter[str] = TypeAdapter(Narrative)
REFERENCE: TypeAdapter[str] = TypeAdapter(Reference)


class Story(BaseModel):
    told_by: PersonName
    told: Narrative
    place: ShortText


def is_refused(adapter: TypeAdapter[str], value: Any) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize(
    "value", ["", "   ", "\n\t", "x" * 201, "a\x00b", "a\x1bb", "a\x7fb", "a\x85b", "a\ud800b", 7, None]
)
def test_short_text_refuses(value: Any) -> None:
    assert is_refused(SHORT, value)


def test_a_lone_surrogate_in_json_is_refused() -> None:
    with pytest.raises(ValidationError):
        SHORT.validate_json(b'"a\\ud800b"')


@pytest.mark.parametrize(
    "value", ["x" * 200, "Zoë O\u2019Brien-Ńowak", "محمد", "one\ntwo\tthree", "👩\u200d👧"]
)
def test_short_text_keeps_what_people_write(value: str) -> None:
    assert SHORT.validate_python(value) == value


def test_text_is_trimmed_and_its_line_ends_made_plain() -> None:
    assert NARRATIVE.validate_python("  one\r\ntwo\rthree\r\n") == "one\ntwo\nthree"


def test_a_narrative_may_be_long_but_not_endless() -> None:
    assert len(NARRATIVE.validate_python("x" * 20_000)) == 20_000
    assert is_refused(NARRATIVE, "x" * 20_001)


@given(st.text(st.characters(categories=["Cc"], exclude_characters="\n\t\r"), min_size=1, max_size=1))
def test_no_control_character_gets_in(control: str) -> None:
    assert is_refused(NARRATIVE, f"before{control}after")


def test_a_fault_never_repeats_the_text() -> None:
    with pytest.raises(ValidationError) as refused:
        SHORT.validate_python("secret\x00")
    assert "secret" not in str(refused.value.errors(include_input=False))


@pytest.mark.parametrize("value", ["A", "CASE-2026_1.a:b", "x" * 64])
def test_a_reference_can_stand_in_a_path(value: str) -> None:
    assert REFERENCE.validate_python(value) == value


@pytest.mark.parametrize("value", ["", "-a", "a/b", "a b", "a%2f", "é", "x" * 65, "..", "a\nb"])
def test_a_reference_that_could_not_is_refused(value: str) -> None:
    assert is_refused(REFERENCE, value)


def test_names_and_narratives_are_classified() -> None:
    assert classified_fields(Story) == {
        "/told_by": Classification.IDENTIFYING,
        "/told": Classification.SPECIAL_CATEGORY,
    }
