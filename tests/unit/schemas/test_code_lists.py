from datetime import date
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared_schemas import codes
from shared_schemas.code_lists import Code, CodeList, CodeOf, UnknownCodeList, all_code_lists, code_list
from shared_schemas.reference import json_names

UNKNOWN = "made_up_code"


def fault(adapter: TypeAdapter[Any], value: Any, context: dict[str, Any] | None = None) -> dict[str, Any]:
    with pytest.raises(ValidationError) as refused:
        adapter.validate_python(value, context=context)
    return dict(refused.value.errors(include_url=False, include_input=False)[0])


def adapter_of(name: str) -> TypeAdapter[str]:
    return TypeAdapter(Annotated[str, CodeOf(name)])


def test_every_file_is_loaded() -> None:
    assert len(all_code_lists()) == len(json_names("code_lists"))


@pytest.mark.parametrize("name", all_code_lists())
def test_a_list_has_a_title_a_source_and_no_code_or_title_twice(name: str) -> None:
    entry = code_list(name)
    assert entry.title
    assert entry.source
    assert entry.codes
    assert len(entry.titles) == len(entry.codes)
    assert len(set(entry.titles.values())) == len(entry.codes)


@pytest.mark.parametrize("name", all_code_lists())
def test_a_field_of_a_list_takes_its_codes_and_no_other(name: str) -> None:
    for code in code_list(name).codes:
        assert adapter_of(name).validate_python(code.code) == code.code
    assert fault(adapter_of(name), UNKNOWN)["type"] == "code_not_on_list"


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("ethnicity", 20),
        ("disability", 13),
        ("category_of_abuse", 5),
        ("sex", 3),
        ("legal_status", 13),
        ("upn_unknown_reason", 10),
    ],
)
def test_the_census_lists_are_complete(name: str, count: int) -> None:
    assert len(code_list(name).codes) == count


def test_the_agencies_hold_the_whole_schedule() -> None:
    paragraphs = [code.note for code in code_list("agency_type").codes if code.note]
    assert paragraphs == [f"SI 2018/789 Schedule para {number}." for number in range(1, 39)]


def test_the_fault_names_the_list_and_never_the_value() -> None:
    error = fault(adapter_of("ethnicity"), UNKNOWN)
    assert error["msg"] == "is not a code of the list ethnicity"
    assert UNKNOWN not in str(error)


def test_a_peers_new_code_is_kept_on_an_open_list_only() -> None:
    context = {"open_lists": True}
    assert adapter_of("agency_type").validate_python(UNKNOWN, context=context) == UNKNOWN
    assert fault(adapter_of("ethnicity"), UNKNOWN, context)["type"] == "code_not_on_list"


@pytest.mark.parametrize("value", ["", "two words", "x" * 65, "code\n", "<b>"])
def test_a_new_code_must_look_like_a_code(value: str) -> None:
    assert fault(adapter_of("agency_type"), value, {"open_lists": True})["type"] == "code_not_on_list"


def test_the_schema_lists_codes_and_titles() -> None:
    schema = adapter_of("sex").json_schema()
    assert schema == {
        "type": "string",
        "title": "Sex",
        "enum": ["M", "F", "U"],
        "x-code-list": "sex",
        "x-code-titles": {"M": "Male", "F": "Female", "U": "Unknown"},
        "x-open-list": False,
    }


def test_a_list_that_is_not_there_is_refused_when_the_field_is_declared() -> None:
    with pytest.raises(UnknownCodeList):
        CodeOf("no_such_list")


def test_a_code_is_offered_on_the_days_it_is_valid() -> None:
    old = Code(code="old", title="Old", valid_to=date(2026, 3, 31))
    new = Code(code="new", title="New", valid_from=date(2026, 4, 1))
    entry = CodeList(name="n", title="t", source="s", open=False, codes=(old, new))
    assert entry.on(date(2026, 3, 31)) == (old,)
    assert entry.on(date(2026, 4, 1)) == (new,)


def test_disabilities_follow_the_census_rules() -> None:
    disabilities = TypeAdapter(codes.Disabilities)
    assert disabilities.validate_python(["NONE"]) == ["NONE"]
    assert disabilities.validate_python(["LD", "AUT"]) == ["LD", "AUT"]
    assert fault(disabilities, ["NONE", "LD"])["type"] == "none_excludes_others"
    assert fault(disabilities, ["LD", "LD"])["type"] == "code_given_twice"


def test_every_list_has_a_field_type() -> None:
    declared = {
        marker.list_name
        for value in vars(codes).values()
        for marker in getattr(value, "__metadata__", ())
        if isinstance(marker, CodeOf)
    }
    assert declared == set(all_code_lists())
