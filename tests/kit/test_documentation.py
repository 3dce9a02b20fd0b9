"""Messages as the documents show them are messages as the exchange takes them."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from jsonschema import Draft202012Validator

from service_kit.exchange.documentation import (
    HEADERS,
    DocumentedMessage,
    content_of,
    envelope_schema,
    example_of,
    sent_messages,
)
from service_kit.exchange.message_types import read_data
from shared_schemas.exchange.envelope import Envelope, parse_envelope
from shared_schemas.exchange.headers import MESSAGE_MEDIA_TYPE
from shared_schemas.messages.catalogue import FROM_BOTH, FROM_LOCAL, FROM_PANEL

ALL = (*FROM_LOCAL, *FROM_PANEL, *FROM_BOTH)
every_message = pytest.mark.parametrize("message", ALL, ids=lambda message: message.name)


@every_message
def test_an_example_is_a_message_the_receiver_takes(message: DocumentedMessage) -> None:
    envelope = parse_envelope(json.dumps(example_of(message)).encode())
    assert envelope.type == message.name
    read_data(message.body, envelope.data)


@every_message
def test_an_example_fits_its_own_schema(message: DocumentedMessage) -> None:
    schema = envelope_schema(message)
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(example_of(message))) == []


@every_message
def test_a_schema_refers_to_nothing_outside_itself(message: DocumentedMessage) -> None:
    assert '"$ref"' not in json.dumps(envelope_schema(message))


def test_the_envelope_has_the_attributes_the_receiver_reads() -> None:
    assert set(envelope_schema(ALL[0])["properties"]) == set(Envelope.model_fields)


def test_what_comes_on_a_link_is_one_of_its_types() -> None:
    media: dict[str, Any] = content_of(ALL)["content"][MESSAGE_MEDIA_TYPE]
    assert [schema["title"] for schema in media["schema"]["oneOf"]] == [message.name for message in ALL]
    assert set(media["examples"]) == {message.name for message in ALL}


def test_each_type_sent_is_a_webhook_with_its_headers() -> None:
    app = FastAPI()
    app.webhooks.include_router(sent_messages(FROM_PANEL, "exchange"))
    webhooks = app.openapi()["webhooks"]
    assert list(webhooks) == [message.name for message in FROM_PANEL]
    for name, item in webhooks.items():
        operation = item["post"]
        assert operation["operationId"] == name.replace(".", "_")
        assert {entry["name"] for entry in operation["parameters"]} == {entry["name"] for entry in HEADERS}
        assert {"200", "201", "401", "429"} <= operation["responses"].keys()
        assert MESSAGE_MEDIA_TYPE in operation["requestBody"]["content"]
