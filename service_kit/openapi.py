"""The OpenAPI 3.1 document: what the framework writes, with our problems in place of its own."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from service_kit.exchange.documentation import HEADERS, DocumentedMessage, content_of
from service_kit.webhooks.documentation import add_event_components, is_event
from shared_schemas.problems import PROBLEM_MEDIA_TYPE, Problem

PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}
RECEIVING_PATH = "/v1/exchange/links/{link_id}/messages"
METHODS = ("get", "put", "post", "patch", "delete")
# Which refusals any operation can meet, by what it asks for.
EVERYWHERE = {"503": "The service cannot answer just now."}
WITH_KEY = {"401": "The credential was not accepted.", "403": "The credential does not allow this."}
WITH_BODY = {
    "400": "The body cannot be read, or a required header is missing.",
    "413": "The body is too large.",
    "415": "The media type is not supported.",
}
WITH_INPUT = {"422": "A field breaks a rule; `errors` points to it."}
WITH_PATH = {"404": "Nothing is here for this credential."}
WITH_MOVE = {"409": "The step is not allowed now, or conflicts with what is recorded."}
WITH_IF_MATCH = {
    "412": "The resource has changed since it was read.",
    "428": "An If-Match header is required.",
}


def describe(app: FastAPI, receives: Sequence[DocumentedMessage]) -> None:
    """Make ``app.openapi()`` give the finished document, made once; ``receives`` is what comes on the links."""
    framework = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = finish(framework(), receives)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to extend it


def finish(document: dict[str, Any], receives: Sequence[DocumentedMessage]) -> dict[str, Any]:
    """Put our problems and what the links take in, and the framework's validation error out."""
    if receives and RECEIVING_PATH in document.get("paths", {}):
        receiving = document["paths"][RECEIVING_PATH]["post"]
        receiving["requestBody"] = content_of(receives)
        receiving["parameters"] = [*receiving.get("parameters", []), *HEADERS]
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    add_event_components(document)
    for path, item in [*document.get("paths", {}).items(), *document.get("webhooks", {}).items()]:
        for method in METHODS:
            if method in item and not is_event(item[method]):
                _finish_operation(path, item[method])
    document["servers"] = [{"url": "/", "description": "The service that gives this document."}]
    return document


def _finish_operation(path: str, operation: dict[str, Any]) -> None:
    headers = {
        parameter["name"].lower(): parameter
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "header"
    }
    problems = dict(EVERYWHERE)
    if operation.get("security"):
        problems |= WITH_KEY
    if "requestBody" in operation:
        problems |= WITH_BODY | WITH_MOVE
    if operation.get("parameters") or "requestBody" in operation:
        problems |= WITH_INPUT
    if "{" in path:
        problems |= WITH_PATH
    if "if-match" in headers:
        # Where a route takes it only for a change of what is there already, it says so itself.
        headers["if-match"]["required"] = not headers["if-match"]["schema"].pop("x-optional", False)
        problems |= WITH_IF_MATCH
    if "idempotency-key" in headers:
        headers["idempotency-key"]["required"] = True
        problems |= WITH_MOVE | {"400": WITH_BODY["400"]}
    responses = operation["responses"]
    if "HTTPValidationError" in json.dumps(responses.get("422", {})):
        del responses["422"]
    for status, description in sorted(problems.items()):
        responses.setdefault(
            status, {"description": description, "content": {PROBLEM_MEDIA_TYPE: {"schema": PROBLEM_REF}}}
        )


def write_document(app: FastAPI, path: Path) -> None:
    """Write the document as it is committed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document_text(app))


def document_text(app: FastAPI) -> str:
    """Give the document's committed form."""
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"
