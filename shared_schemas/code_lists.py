"""The code lists of the exchange, as data, and the type that holds a field to one of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from shared_schemas.reference import json_names, load_json

# What an open list may grow by: a receiver keeps a code it has not met, so it must at least be safe to store and show.
_NEW_CODE = re.compile("[A-Za-z0-9_]{1,64}")


class Code(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    title: str
    valid_from: date | None = None
    valid_to: date | None = None  # the last day on which it may be used
    note: str | None = None

    def valid_on(self, day: date) -> bool:
        starts = self.valid_from is None or self.valid_from <= day
        return starts and (self.valid_to is None or day <= self.valid_to)


class CodeList(BaseModel):
    """A named list; an `open` one may get codes from a peer that this release does not know yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    source: str
    open: bool
    codes: tuple[Code, ...]

    @cached_property
    def titles(self) -> Mapping[str, str]:
        return {code.code: code.title for code in self.codes}

    def on(self, day: date) -> tuple[Code, ...]:
        return tuple(code for code in self.codes if code.valid_on(day))


class UnknownCodeList(LookupError):
    def __init__(self, name: str) -> None:
        super().__init__(f"there is no code list named {name}")


@cache
def all_code_lists() -> Mapping[str, CodeList]:
    """Every shipped list by its name, read once."""
    lists = [CodeList.model_validate(load_json(name)) for name in json_names("code_lists")]
    return MappingProxyType({entry.name: entry for entry in lists})


def code_list(name: str) -> CodeList:
    """One shipped list; `UnknownCodeList` where there is none of that name."""
    try:
        return all_code_lists()[name]
    except KeyError:
        raise UnknownCodeList(name) from None


@dataclass(frozen=True)
class CodeOf:
    """Holds a string to a code list: `Ethnicity = Annotated[str, CodeOf("ethnicity")]`.

    A code no longer valid is still accepted, because old records keep theirs; who offers a choice uses `CodeList.on`.
    With the validation context `{"open_lists": True}` (a peer's message) an open list accepts codes it does not know.
    """

    list_name: str

    def __post_init__(self) -> None:
        code_list(self.list_name)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        codes = code_list(self.list_name)
        return {
            **handler(schema),
            "title": codes.title,
            "enum": list(codes.titles),
            "x-code-list": codes.name,
            "x-code-titles": dict(codes.titles),
            "x-open-list": codes.open,
        }

    def _check(self, value: str, info: ValidationInfo) -> str:
        codes = code_list(self.list_name)
        if value in codes.titles or (codes.open and _lists_are_open(info) and _NEW_CODE.fullmatch(value)):
            return value
        raise PydanticCustomError(
            "code_not_on_list", "is not a code of the list {list_name}", {"list_name": codes.name}
        )


def _lists_are_open(info: ValidationInfo) -> bool:
    return bool((info.context or {}).get("open_lists"))
