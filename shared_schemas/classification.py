"""How sensitive a field is, said once where the field is declared.

What may be logged, what may cross to the other party and what a reader of a schema must protect all follow from it.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_args, get_origin

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

# Their members lie one level deeper than the field itself.
_CONTAINERS = (list, tuple, set, frozenset, dict, Sequence, Mapping, AbstractSet)


class Classification(StrEnum):
    IDENTIFYING = "identifying"  # names, numbers, dates and places that single a person out
    SPECIAL_CATEGORY = "special_category"  # UK GDPR article 9; every free-text narrative counts as such
    CRIMINAL = "criminal"  # UK GDPR article 10
    THIRD_PARTY = "third_party"  # about somebody other than the child
    NONE = "none"  # looked at, and none of the above


@dataclass(frozen=True)
class Classified:
    """Marks a field: `Annotated[str, Classified(Classification.IDENTIFYING)]`. A later marker stands in for an earlier one."""

    classification: Classification

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "x-classification": self.classification.value}


def classified_fields(model: type[BaseModel]) -> dict[str, Classification]:
    """Every marked field of a model by its path, such as `/children/*/name`, where `*` stands for any position or key.

    An unmarked field has no entry. A model inside itself is followed once, not for ever.
    """
    return _of_model(model, "", ())


def _of_model(
    model: type[BaseModel], path: str, within: tuple[type[BaseModel], ...]
) -> dict[str, Classification]:
    if model in within:
        return {}
    found: dict[str, Classification] = {}
    for name, field in model.model_fields.items():
        field_path = f"{path}/{field.serialization_alias or name}"
        found |= _of_annotation(field.annotation, field_path, (*within, model))
        found |= _of_markers(field.metadata, field_path)
    return found


def _of_annotation(
    annotation: Any, path: str, within: tuple[type[BaseModel], ...]
) -> dict[str, Classification]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _of_model(annotation, path, within)
    # The first of an Annotated's arguments is a type; all others are metadata, among which the markers are.
    inner = f"{path}/*" if get_origin(annotation) in _CONTAINERS else path
    found: dict[str, Classification] = {}
    for argument in get_args(annotation):
        found |= _of_annotation(argument, inner, within)
    return found | _of_markers(getattr(annotation, "__metadata__", ()), path)


def _of_markers(metadata: Iterable[Any], path: str) -> dict[str, Classification]:
    markers = [entry for entry in metadata if isinstance(entry, Classified)]
    return {path: markers[-1].classification} if markers else {}
