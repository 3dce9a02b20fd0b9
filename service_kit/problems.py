"""Every error answer: one exception class, one shape (RFC 9457), no input value ever echoed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from service_kit.db import is_retryable, is_transient
from shared_schemas.problems import CATALOGUE, PROBLEM_MEDIA_TYPE, Problem, ProblemError

log = structlog.get_logger(__name__)

# What the framework itself raises, by status: it knows no catalogue.
FRAMEWORK_STATUSES = {
    404: "not-found",
    405: "method-not-allowed",
    413: "body-too-large",
    415: "unsupported-media-type",
}


class ApiProblem(HTTPException):
    """Refuse the request. ``name`` is one of the catalogue; ``rule`` the provision that refuses it, if one does.

    It is an ``HTTPException`` only so that the framework lets it pass wherever it is raised.
    """

    def __init__(
        self,
        name: str,
        detail: str | None = None,
        *,
        rule: str | None = None,
        errors: Sequence[ProblemError] | None = None,
        allowed: Iterable[str] | None = None,
        message_id: UUID | None = None,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        self.problem_type = CATALOGUE[name]
        super().__init__(
            self.problem_type.status, detail or self.problem_type.explanation, dict(headers or {})
        )
        self.rule = rule
        self.errors = list(errors) if errors else None
        self.allowed = list(allowed) if allowed is not None else None
        self.message_id = message_id
        self.members = dict(members or {})

    def body(self, request_id: str | None) -> bytes:
        """Give the document's bytes; ``members`` are extension members beside the standard ones."""
        problem = Problem(
            type=self.problem_type.uri,
            title=self.problem_type.title,
            status=self.status_code,
            code=self.problem_type.name,
            detail=self.detail,
            rule=self.rule,
            errors=self.errors,
            allowed=self.allowed,
            message_id=self.message_id,
            request_id=UUID(request_id) if request_id else None,
        )
        document = problem.model_dump(mode="json", exclude_none=True) | self.members
        return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()

    def response(self, request_id: str | None) -> Response:
        """Make the answer."""
        return Response(self.body(request_id), self.status_code, self.headers, PROBLEM_MEDIA_TYPE)


def field_problem(pointer: str, code: str, detail: str, *, rule: str | None = None) -> ApiProblem:
    """Refuse one field for a rule that the schema alone cannot hold."""
    return ApiProblem(
        "invalid-request", detail, rule=rule, errors=[ProblemError(pointer=pointer, code=code, detail=detail)]
    )


def validation_errors(errors: Iterable[Mapping[str, Any]]) -> list[ProblemError]:
    """Turn pydantic's errors into ours, leaving out every input value.

    A member that is not known is input too: it is counted at its parent, its name is not repeated.
    """
    found: list[ProblemError] = []
    unknown: dict[str, int] = {}
    for error in errors:
        location = error["loc"][1:] if error["loc"][:1] == ("body",) else error["loc"]
        if error["type"] == "extra_forbidden":
            parent = json_pointer(location[:-1])
            unknown[parent] = unknown.get(parent, 0) + 1
        else:
            found.append(
                ProblemError(pointer=json_pointer(location), code=error["type"], detail=_sentence(error))
            )
    found += [
        ProblemError(
            pointer=parent,
            code="unknown_member",
            detail=f"Has {count} member(s) this operation does not know.",
        )
        for parent, count in unknown.items()
    ]
    return found


def json_pointer(location: Iterable[str | int]) -> str:
    """Write an RFC 6901 pointer."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def _sentence(error: Mapping[str, Any]) -> str:
    # pydantic's own sentences hold limits and expected codes; the few that would hold the input are replaced.
    if error["type"] in {"value_error", "assertion_error"} and "ctx" in error:
        return str(error["ctx"].get("error", "Breaks a rule."))
    if error["type"] in {"uuid_parsing", "date_from_datetime_parsing", "datetime_from_date_parsing", "date_parsing",
                         "datetime_parsing", "time_parsing", "int_parsing", "bool_parsing", "json_invalid"}:  # fmt: skip
        return f"Is not a valid {error['type'].split('_')[0]}."
    return str(error["msg"]).rstrip(".") + "."


def request_id_of(request: Request) -> str | None:
    """Give the id the middleware gave this request."""
    value = request.scope.get("state", {}).get("request_id")
    return value if isinstance(value, str) else None


async def _answer_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiProblem)  # noqa: S101 -- narrows the type; the registration below guarantees it
    return error.response(request_id_of(request))


async def _answer_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 -- as above
    name = FRAMEWORK_STATUSES.get(
        error.status_code, "malformed-body" if error.status_code < 500 else "internal-error"
    )
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_methods_of_path(request))
    return ApiProblem(name, headers=headers).response(request_id_of(request))


def _methods_of_path(request: Request) -> list[str]:
    # The framework itself names the methods of the first route of a path only.
    paths = request.app.openapi()["paths"].items()
    found = [item for path, item in paths if compile_path(path)[0].fullmatch(request.url.path)]
    return sorted({method.upper() for item in found for method in item})


async def _answer_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- as above
    if any(entry["type"] == "json_invalid" for entry in error.errors()):
        return ApiProblem("malformed-body").response(request_id_of(request))
    errors = validation_errors(error.errors())
    detail = f"{len(errors)} field(s) break a rule; see errors."
    return ApiProblem("invalid-request", detail, errors=errors).response(request_id_of(request))


async def _answer_database(request: Request, error: Exception) -> Response:
    if is_retryable(error):
        raise error  # the retry around the application does the request again, or answers 503 in the end
    if not is_transient(error):
        raise error
    # Neither the statement nor the driver's detail is logged: both may hold data about people.
    log.warning("database_unavailable", error=type(error).__name__)
    return unavailable().response(request_id_of(request))


def unavailable() -> ApiProblem:
    """Ask the caller to come again."""
    return ApiProblem("unavailable", headers={"Retry-After": "5"})


async def _leave_to_the_frame(_request: Request, error: Exception) -> Response:
    # The framework's outermost layer would otherwise answer in plain text, before the frame around the
    # application could try again or answer with a problem.
    raise error


def register_problem_handlers(app: FastAPI) -> None:
    """Answer every refusal of this application in one shape."""
    app.add_exception_handler(ApiProblem, _answer_problem)
    app.add_exception_handler(HTTPException, _answer_framework)
    app.add_exception_handler(RequestValidationError, _answer_validation)
    for transient in (SQLAlchemyError, OSError, TimeoutError):
        app.add_exception_handler(transient, _answer_database)
    app.add_exception_handler(Exception, _leave_to_the_frame)
