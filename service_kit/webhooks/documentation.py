"""How events stand in the OpenAPI documents, under `webhooks`: one operation a type, one schema for their shape."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response

from service_kit.exchange.documentation import HEADERS
from service_kit.webhooks.events import PING
from shared_schemas.exchange.headers import MESSAGE_MEDIA_TYPE

TAG = "webhooks"
EVENT = "WebhookEvent"
_PREFIX = "event_"
_PING_WORDS = "A test event, sent where it was asked for"
_URN = "urn:uuid:01a05a43-fc00-7000-8000-00000000000"
_EVENT_SCHEMA: dict[str, Any] = {
    "title": EVENT,
    "type": "object",
    "description": "A CloudEvents 1.0 message of ids and codes. What it tells of is read under its own path.",
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid", "description": "UUIDv7; also the webhook-id. Kept for life."},
        "source": {"type": "string", "description": "The organisation that sends, urn:uuid:…."},
        "type": {"type": "string"},
        "subject": {"type": "string", "format": "uuid", "description": "What it is about."},
        "time": {"type": "string", "format": "date-time", "description": "When it was recorded."},
        "datacontenttype": {"const": "application/json"},
        "dataschema": {"type": "string", "format": "uri", "description": "A name; never to be fetched."},
        "destination": {"type": "string", "description": "The subscription, urn:uuid:…."},
        "feedposition": {
            "type": "integer",
            "minimum": 1,
            "description": "Its place in `GET /v1/changes`, which has every event once, in order, without gaps.",
        },
        "data": {"type": "object"},
    },
    "required": [
        "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "destination", "data",
    ],
}  # fmt: skip
_RESPONSES: dict[int | str, dict[str, Any]] = {
    "5XX": {"description": "Whatever else is answered, the event comes again, with the same id and bytes."},
    "410": {"description": "The endpoint is gone for good: the subscription is paused."},
    "429": {"description": "Nothing more is sent before the seconds in Retry-After; 503 likewise."},
}


def event_webhooks(events: Mapping[str, str]) -> APIRouter:
    """Make the routes of the document's ``webhooks`` section that integrators serve: a ping, and each event."""
    router = APIRouter()
    for name, words in {PING: _PING_WORDS, **events}.items():
        router.add_api_route(
            name,
            _take,
            methods=["POST"],
            summary=words,
            description="Sent to the endpoints that subscribe to it. Order is not promised; duplicates are possible: "
            "the id tells them.",
            tags=[TAG],
            operation_id=f"{_PREFIX}{name.replace('.', '_')}",
            status_code=204,
            response_description="Taken: any 2xx says so.",
            responses=_RESPONSES,
            openapi_extra={
                "requestBody": _content(name),
                "parameters": [{"$ref": f"#/components/parameters/{header['name']}"} for header in HEADERS],
            },
        )
    return router


def add_event_components(document: dict[str, Any]) -> None:
    """Put what every event refers to into the document's components."""
    if PING in document.get("webhooks", {}):
        document["components"]["schemas"][EVENT] = _EVENT_SCHEMA
        document["components"]["parameters"] = {header["name"]: header for header in HEADERS}


def is_event(operation: Mapping[str, Any]) -> bool:
    """Whether an operation is one that integrators serve: what it answers is theirs, and no problem of ours."""
    return TAG in operation.get("tags", ()) and str(operation.get("operationId", "")).startswith(_PREFIX)


def _content(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "title": name,
        "allOf": [{"$ref": f"#/components/schemas/{EVENT}"}],
        "properties": {"type": {"const": name}, "data": _data(name)},
        "required": [] if name == PING else ["feedposition"],
    }
    return {
        "required": True,
        "content": {MESSAGE_MEDIA_TYPE: {"schema": schema, "examples": {name: {"value": _example(name)}}}},
    }


def _data(name: str) -> dict[str, Any]:
    if name == PING:
        return {"type": "object", "maxProperties": 0}
    # The entry as the feed has it: who reads the feed and takes webhooks reads one shape.
    return {"allOf": [{"$ref": "#/components/schemas/Change"}], "properties": {"type": {"const": name}}}


def _example(name: str) -> dict[str, Any]:
    subject = "01a19d01-e880-7d4e-8f60-718293a4b5c6"
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": "01a1eef7-f530-7b7a-8d12-3e4f5a6b7c8d",
        "source": f"{_URN}a",
        "type": name,
        "subject": subject,
        "time": "2026-11-18T14:03:10.000500Z",
        "datacontenttype": "application/json",
        "dataschema": f"https://service.example/schemas/{name}.json",
        "destination": f"{_URN}5",
    }
    if name == PING:
        return event | {"subject": f"{_URN}5".removeprefix("urn:uuid:"), "data": {}}
    data = {
        "position": 4711,
        "type": name,
        "at": "2026-11-18T14:03:10.000500Z",
        "subject_kind": "case",
        "subject_id": subject,
        "detail": {"version": 1},
    }
    return event | {"feedposition": 4711, "data": data}


async def _take() -> Response:
    """Stand for the endpoint: webhooks are documented here, not served."""
    return Response(status_code=501)
