"""How messages stand in the OpenAPI documents: type by type, with the envelope around each body."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from fastapi import APIRouter, Response
from pydantic import BaseModel

from shared_schemas.exchange.headers import MESSAGE_MEDIA_TYPE
from shared_schemas.exchange.receipts import ReceiptAnswer

ENVELOPE: Mapping[str, Any] = {
    "specversion": {"const": "1.0"},
    "id": {"type": "string", "format": "uuid", "description": "UUIDv7; also the webhook-id. Kept for life."},
    "source": {"type": "string", "description": "The sending party, urn:uuid:…."},
    "type": {"type": "string"},
    "subject": {
        "type": "string",
        "description": "The exchange reference that both services know, or `link`.",
    },
    "time": {"type": "string", "format": "date-time", "description": "When the sender wrote it."},
    "datacontenttype": {"const": "application/json"},
    "dataschema": {
        "type": "string",
        "format": "uri",
        "description": "Names the body's schema; never fetched.",
    },
    "destination": {"type": "string", "description": "The receiving party, urn:uuid:…."},
    "streamsequence": {"type": "integer", "minimum": 1, "description": "Number in the stream: 1, 2, 3 …"},
    "seensequence": {"type": "integer", "minimum": 0, "description": "What the sender had applied of ours."},
    "replaces": {
        "type": "string",
        "format": "uuid",
        "description": "The first message of the chain it replaces.",
    },
    "salt": {"type": "string", "description": "128 random bits: a hash tells nothing of guessable content."},
}
HEADERS = [
    {
        "name": name,
        "in": "header",
        "required": True,
        "description": f"Standard Webhooks: {words}.",
        "schema": {"type": "string"},
    }
    for name, words in (
        ("webhook-id", "the message's id"),
        ("webhook-timestamp", "seconds since 1970 of this attempt, within 300 of the receiver's clock"),
        (
            "webhook-signature",
            "space-separated `v1a,…` (Ed25519) and `v1,…` (HMAC-SHA256) over id.timestamp.body",
        ),
    )
]

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": ReceiptAnswer, "description": "Held already: its receipt again."},
    401: {"description": "The signature, its time or the link was not accepted; which of them is not told."},
    429: {"description": "Come again after the seconds in Retry-After."},
}


class DocumentedMessage(Protocol):
    """A message type with an example of its body, as the catalogue of the wire contracts has it."""

    @property
    def name(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def body(self) -> type[BaseModel]: ...
    @property
    def example(self) -> Mapping[str, Any]: ...


def envelope_schema(message: DocumentedMessage) -> dict[str, Any]:
    """Give the schema of a whole message: CloudEvents 1.0 around the type's own body."""
    properties = {**ENVELOPE, "type": {"const": message.name}, "data": _body_schema(message.body)}
    required = [name for name in properties if name != "replaces"]
    return {"title": message.name, "type": "object", "properties": properties, "required": required}


def example_of(message: DocumentedMessage) -> dict[str, Any]:
    """Give an example of a whole message."""
    return {
        "specversion": "1.0",
        "id": "01a1eef7-f530-7b7a-8d12-3e4f5a6b7c8d",
        "source": "urn:uuid:01a05a43-fc00-7000-8000-00000000000b",
        "type": message.name,
        "subject": "01a19d01-e880-7d4e-8f60-718293a4b5c6",
        "time": "2026-11-18T14:03:10.000500Z",
        "datacontenttype": "application/json",
        "dataschema": f"https://service.example/schemas/{message.name}.json",
        "destination": "urn:uuid:01a05a43-fc00-7000-8000-00000000000a",
        "streamsequence": 2,
        "seensequence": 3,
        "salt": "EBESExQVFhcYGRobHB0eHw",
        "data": dict(message.example),
    }


def content_of(messages: Sequence[DocumentedMessage]) -> dict[str, Any]:
    """Give the request body of a route that takes these messages."""
    schemas = [envelope_schema(message) for message in messages]
    return {
        "required": True,
        "content": {
            MESSAGE_MEDIA_TYPE: {
                "schema": {"oneOf": schemas} if len(schemas) > 1 else schemas[0],
                "examples": {message.name: {"value": example_of(message)} for message in messages},
            }
        },
    }


def sent_messages(messages: Sequence[DocumentedMessage], tag: str) -> APIRouter:
    """Make the routes of the document's ``webhooks`` section: one for each type this service sends."""
    router = APIRouter()
    for message in messages:
        router.add_api_route(
            message.name,
            _take,
            methods=["POST"],
            summary=message.summary,
            description=message.description,
            tags=[tag],
            operation_id=message.name.replace(".", "_"),
            status_code=201,
            response_model=ReceiptAnswer,
            response_description="Stored for good, with a signed receipt.",
            responses=_ANSWERS,
            openapi_extra={"requestBody": content_of([message]), "parameters": HEADERS},
        )
    return router


async def _take() -> Response:
    """Stand for the receiver: webhooks are documented here, not served."""
    return Response(status_code=501)


def _body_schema(body: type[BaseModel]) -> dict[str, Any]:
    schema = body.model_json_schema(mode="validation", ref_template="#/$defs/{model}")
    inlined: dict[str, Any] = _inlined(schema, schema.pop("$defs", {}))
    return inlined


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    # A reference into the component's own $defs would not resolve inside an OpenAPI document.
    if isinstance(schema, list):
        return [_inlined(entry, definitions) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        found = definitions[schema["$ref"].rsplit("/", 1)[1]]
        rest = {name: value for name, value in schema.items() if name != "$ref"}
        return _inlined({**found, **rest}, definitions)
    return {name: _inlined(value, definitions) for name, value in schema.items()}
