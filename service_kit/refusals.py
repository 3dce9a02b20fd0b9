"""Audit of what was refused: the refused request's own transaction is rolled back, so it needs another."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from service_kit.audit import AuditOutcome, record_audit
from service_kit.db import Database
from service_kit.identity import Caller
from service_kit.middleware import route_template
from service_kit.problems import ApiProblem, request_id_of

# Refusals that say something about who tried what; a slip of the pen in a body does not.
AUDITED_STATUSES = frozenset({403, 404, 409})


async def audit_apart(
    request: Request, action: str, detail: Mapping[str, Any], outcome: AuditOutcome = AuditOutcome.DONE
) -> None:
    """Write an audit entry for the known caller of a request in a transaction of its own."""
    caller: Caller | None = request.scope.get("state", {}).get("caller")
    if caller is None:
        return
    database: Database = request.app.state.database
    detail = {"method": request.method, "route": route_template(request.scope), **detail}
    async with database.transaction(caller.organisation_id) as session:
        await record_audit(session, caller, action, "request", None, detail, outcome=outcome)


async def answer_refusal(request: Request, error: Exception) -> Response:
    """Answer a problem, after the audit has it where it tells of an attempt at what is not allowed."""
    assert isinstance(error, ApiProblem)  # noqa: S101 -- narrows the type; registered for this class only
    if error.status_code in AUDITED_STATUSES:
        detail = {"problem": error.problem_type.name, "path_ids": _ids(request)}
        await audit_apart(request, "request.refused", detail, AuditOutcome.REFUSED)
    return error.response(request_id_of(request))


def _ids(request: Request) -> dict[str, str]:
    # Only what is a UUID: another path parameter may be a caller's own reference.
    return {name: value for name, value in request.path_params.items() if _is_uuid(value)}


def _is_uuid(value: str) -> bool:
    try:
        return str(UUID(value)) == value.lower()
    except ValueError:
        return False
