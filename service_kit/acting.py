"""Who acts, when, and in which transaction: what every rule's function is given first."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit, record_event
from service_kit.db import Database
from service_kit.identity import Caller, find_caller
from service_kit.problems import ApiProblem, field_problem, request_id_of

BEARER = HTTPBearer(
    scheme_name="api_key",
    auto_error=False,
    description="`Authorization: Bearer prx_…`. Each key names one person or one system of one organisation.",
)
HEADER_VALUE = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,198}")
PURPOSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True)
class Acting:
    """A caller in a transaction. ``now`` is the database's time: the host's clock decides nothing."""

    session: AsyncSession
    caller: Caller
    now: datetime
    scopes: frozenset[str] = field(default_factory=frozenset)

    @property
    def organisation_id(self) -> UUID:
        """The tenant whose rows this transaction sees."""
        return self.caller.organisation_id

    async def audit(
        self, action: str, subject_kind: str, subject_id: UUID | None, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Write an audit entry in this transaction; ``detail`` holds ids, codes and field names only."""
        await record_audit(self.session, self.caller, action, subject_kind, subject_id, detail)

    async def event(
        self, name: str, subject_kind: str, subject_id: UUID, detail: Mapping[str, Any] | None = None
    ) -> None:
        """Write what has happened into the audit trail and the feed of changes, in this transaction.

        The subject is the case wherever there is one; ``detail`` holds ids, codes and versions only.
        """
        await self.audit(name, subject_kind, subject_id, detail)
        await record_event(self.session, self.caller, self.now, name, subject_kind, subject_id, detail)
        changed_subjects(self.session)[(subject_kind, subject_id)] = self


def changed_subjects(session: AsyncSession) -> dict[tuple[str, UUID], Acting]:
    """Give the subjects of this transaction's events, each with who acted; a service settles them before the commit."""
    found: dict[tuple[str, UUID], Acting] = session.info.setdefault("changed_subjects", {})
    return found


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Open the request's transaction; it is committed before the answer is sent (see ``SessionDep``)."""
    database: Database = request.app.state.database
    async with database.transaction() as session:
        yield session


# scope="function" ends the dependency, and so commits, before the answer leaves; the default scope would
# commit after it, and a caller could hold a 201 for what was then rolled back.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]


async def authenticate(
    request: Request,
    scopes: SecurityScopes,
    session: SessionDep,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
    access_purpose: Annotated[
        str | None,
        Header(
            description="Why this person's data is read or changed; audited. Default: the credential's own."
        ),
    ] = None,
    acting_user: Annotated[
        str | None,
        Header(
            description="For a system acting for its user: an opaque id of that person; audited as asserted."
        ),
    ] = None,
) -> Acting:
    """Find the caller and refuse one whose roles lack a scope.

    Raises 401 ``unauthenticated``, 403 ``forbidden``, 422 for a header that is not plain text.
    """
    found = await find_caller(session, bearer.credentials) if bearer else None
    if found is None:
        raise ApiProblem("unauthenticated", headers={"WWW-Authenticate": "Bearer"})
    caller, now = found
    state = request.scope.setdefault("state", {})
    caller = replace(
        caller,
        purpose=_checked("access-purpose", access_purpose, PURPOSE) or caller.purpose,
        asserted_user=_checked("acting-user", acting_user, HEADER_VALUE),
        request_id=request_id_of(request),
        correlation_id=state.get("correlation_id"),
        traceparent=state.get("traceparent"),
    )
    # Kept for the answer to a refusal: its audit entry needs a transaction of its own.
    state["caller"] = caller
    granted = scopes_of(request, caller.roles)
    if not granted.issuperset(scopes.scopes):
        raise ApiProblem(
            "forbidden",
            f"This needs the scope {' '.join(scopes.scopes)}; the credential's roles do not include it.",
        )
    return Acting(session, caller, now, granted)


def Requires(*scopes: str) -> Any:  # noqa: N802 -- it stands where FastAPI's own Security(...) stands
    """Ask for a caller whose roles hold all these scopes, in an annotation of the parameter ``acting``."""
    return Security(authenticate, scopes=list(scopes))


def scopes_of(request: Request, roles: frozenset[str]) -> frozenset[str]:
    """Give what the roles allow, by the service's own table (``app.state.role_scopes``)."""
    table: Mapping[str, frozenset[str]] = request.app.state.role_scopes
    return frozenset().union(*(table.get(role, frozenset()) for role in roles))


def _checked(name: str, value: str | None, pattern: re.Pattern[str]) -> str | None:
    if value is not None and not pattern.fullmatch(value):
        raise field_problem(f"/header/{name}", "header_format", f"Must match {pattern.pattern}.")
    return value
