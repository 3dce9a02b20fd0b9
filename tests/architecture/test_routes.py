"""Rules about every route there is, read from the applications themselves."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant

from local_service.app import create_app as create_local_app
from local_service.settings import LocalSettings
from panel_service.app import create_app as create_panel_app
from panel_service.settings import PanelSettings
from service_kit.acting import get_session
from service_kit.openapi import document_text
from service_kit.settings import settings_for_document
from shared_schemas.problems import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
APPS = {
    "local_service": create_local_app(settings_for_document(LocalSettings)),
    "panel_service": create_panel_app(settings_for_document(PanelSettings)),
}
# Routes without a credential, each for a reason.
OPEN = {
    "/livez": "probes hold no credential",
    "/readyz": "probes hold no credential",
    "/problems": "explains errors, among them a missing credential",
    "/problems/{name}": "explains errors, among them a missing credential",
    "/v1/public/reviews": "the register of published reviews is for anybody (SI 2018/789 regs 10 and 17)",
    "/v1/public/reviewer-pool": "the pool is publicly available (SI 2018/789 reg 4(2))",
    "/v1/public/national-reviews": "published reviews are for anybody (SI 2018/789 reg 10)",
    "/v1/public/statistics": "published statistics are for anybody",
    "/v1/public/statistics/{year}": "published statistics are for anybody",
    "/v1/public/statistics/{year}/table.csv": "published statistics are for anybody",
    "/v1/public/code-lists": "what codes mean is for anybody",
    "/v1/public/code-lists/{name}": "what codes mean is for anybody",
    "/v1/calendars/{file_name}": "calendar programs send no credential: the unguessable address is one",
    "/v1/exchange/links/{link_id}/messages": "the signature over the message is the credential",
    "/v1/exchange/links/{link_id}/collections": "the signature over the question is the credential",
    "/v1/exchange/links/{link_id}/receipts": "the signature over the receipts' request is the credential",
    "/v1/exchange/links/{link_id}/state": "the signature over the question is the credential",
    "/v1/exchange/links/{link_id}/summaries": "the signature over the question is the credential",
    "/v1/exchange/links/{link_id}/listings": "the signature over the question is the credential",
    "/v1/exchange/links/{link_id}/redeliveries": "the signature over the question is the credential",
    "/v1/exchange/links/{link_id}/checkpoints": "the signature over the question is the credential",
    "/v1/public/checkpoints/{party}": "a checkpoint is published so that anybody can compare it with a later one",
    "/v1/exchange/links/{link_id}/documents/{document_hash}": "the signature over the part is the credential",
    "/v1/exchange/links/{link_id}/returns": "the signature over the question is the credential",
}
both = pytest.mark.parametrize("name", sorted(APPS))


def operations(name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in APPS[name].openapi()["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


@both
def test_every_route_authenticates_or_says_why_not(name: str) -> None:
    without = {path for _, path, operation in operations(name) if not operation.get("security")}
    assert without == {path for path in OPEN if path in APPS[name].openapi()["paths"]}


@both
def test_every_operation_is_described(name: str) -> None:
    for method, path, operation in operations(name):
        assert operation.get("summary"), (method, path)
        assert operation.get("description"), (method, path)
        assert operation.get("tags"), (method, path)


@both
def test_every_body_has_an_example(name: str) -> None:
    document = APPS[name].openapi()
    for method, path, operation in operations(name):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            schema = resolve(document, media.get("schema", {}))
            assert "example" in media or media.get("examples") or schema.get("examples"), (method, path)


@both
def test_every_post_that_creates_or_sends_wants_an_idempotency_key(name: str) -> None:
    for method, path, operation in operations(name):
        if method == "post" and path not in OPEN:
            names = {parameter["name"].lower() for parameter in operation.get("parameters", [])}
            assert "idempotency-key" in names, path


@both
def test_the_committed_document_is_the_applications(name: str) -> None:
    committed = (ROOT / "openapi" / f"{name}.json").read_text()
    assert committed == document_text(APPS[name]), "run `make openapi` and commit"


@both
def test_every_session_commits_before_the_answer(name: str) -> None:
    """FastAPI's default scope would commit after the answer was sent."""
    scopes = [dependant.scope for dependant in all_dependants(APPS[name]) if dependant.call is get_session]
    assert scopes
    assert set(scopes) == {"function"}


@both
def test_nothing_on_a_requests_path_runs_in_a_thread(name: str) -> None:
    """A synchronous dependency costs a request more than the database does."""
    calls = {dependant.call for dependant in all_dependants(APPS[name]) if dependant.call is not None}
    assert len(calls) > 20
    assert [call for call in calls if not is_asynchronous(call)] == []


def is_asynchronous(call: Any) -> bool:
    function = call if inspect.isfunction(call) else call.__call__
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def test_every_problem_raised_is_in_the_catalogue_and_every_entry_is_used() -> None:
    sources = "\n".join(
        path.read_text()
        for package in ("local_service", "panel_service", "service_kit", "shared_schemas")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "problems.py" or package == "service_kit"
    )
    raised = set(re.findall(r'ApiProblem\(\s*"([a-z-]+)"', sources))
    assert raised <= set(CATALOGUE)
    unused = {problem for problem in CATALOGUE if f'"{problem}"' not in sources}
    assert not unused


def resolve(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return found
    return schema


def all_dependants(app: FastAPI) -> Iterator[Dependant]:
    for route in routes_of(app):
        yield from descend(route.dependant)


def routes_of(app: FastAPI) -> Iterator[Any]:
    from fastapi.routing import APIRoute, iter_route_contexts

    for context in iter_route_contexts(app.routes):
        route = getattr(context, "route", context)
        if isinstance(route, APIRoute):
            yield route


def descend(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from descend(inner)
