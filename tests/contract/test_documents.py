"""The OpenAPI documents as others use them: valid, with examples that are true."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from local_service.events import EVENTS as LOCAL_EVENTS
from panel_service.events import EVENTS as PANEL_EVENTS
from service_kit.webhooks.events import PING
from shared_schemas.messages.catalogue import FROM_BOTH, FROM_LOCAL, FROM_PANEL

ROOT = Path(__file__).resolve().parents[2]
both = pytest.mark.parametrize("name", ["local_service", "panel_service"])


def document(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ROOT / "openapi" / f"{name}.json").read_text())
    return content


def resolver_schema(whole: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "components": whole["components"]}


def bodies(whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    operations = [
        (path, operation)
        for section in ("paths", "webhooks")
        for path, item in whole.get(section, {}).items()
        for operation in item.values()
    ]
    for path, operation in operations:
        for media in operation.get("requestBody", {}).get("content", {}).values():
            for example in media.get("examples", {}).values():
                yield path, media["schema"], example["value"]
    for name, schema in whole["components"]["schemas"].items():
        for example in schema.get("examples", []):
            yield name, schema, example


@both
def test_the_document_is_valid_openapi_3_1(name: str) -> None:
    whole = document(name)
    assert whole["openapi"].startswith("3.1")
    assert not list(OpenAPIV31SpecValidator(whole).iter_errors())


@both
def test_every_example_validates(name: str) -> None:
    whole = document(name)
    checked = 0
    for place, schema, example in bodies(whole):
        validator = Draft202012Validator(resolver_schema(whole, schema))
        errors = [f"{place}: {error.json_path}: {error.message}" for error in validator.iter_errors(example)]
        assert not errors
        checked += 1
    assert checked > 10


@pytest.mark.parametrize(
    ("name", "sent", "received", "events"),
    [
        ("local_service", (*FROM_LOCAL, *FROM_BOTH), (*FROM_PANEL, *FROM_BOTH), LOCAL_EVENTS),
        ("panel_service", (*FROM_PANEL, *FROM_BOTH), (*FROM_LOCAL, *FROM_BOTH), PANEL_EVENTS),
    ],
)
def test_every_message_and_event_is_documented(
    name: str, sent: tuple[Any, ...], received: tuple[Any, ...], events: Mapping[str, str]
) -> None:
    whole = document(name)
    assert set(whole["webhooks"]) == {*(message.name for message in sent), *events, PING}
    for event, words in events.items():
        assert whole["webhooks"][event]["post"]["summary"] == words
    taken = whole["paths"]["/v1/exchange/links/{link_id}/messages"]["post"]["requestBody"]["content"]
    assert set(taken["application/cloudevents+json"]["examples"]) == {message.name for message in received}
