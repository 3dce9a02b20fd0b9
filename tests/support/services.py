"""A service as its callers meet it: the whole application over ASGI, on a database of its own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from local_service.app import create_app as create_local_app
from local_service.duties.projection import settle_duties
from local_service.roles import ROLE_SCOPES as LOCAL_ROLES
from panel_service.app import create_app as create_panel_app
from panel_service.roles import ROLE_SCOPES as PANEL_ROLES
from service_kit.administration import issue_key, owner_session, register_organisation
from service_kit.app import framed
from service_kit.db import Database, make_engine
from service_kit.identity import PrincipalKind
from service_kit.settings import ServiceSettings
from standalone.roles import RoleUrls

SETTLES = {"local": settle_duties}
APPS = {"local": create_local_app, "panel": create_panel_app}
ROLES: Mapping[str, Mapping[str, frozenset[str]]] = {"local": LOCAL_ROLES, "panel": PANEL_ROLES}


@dataclass
class Caller:
    """Somebody with a key. Each POST gets an Idempotency-Key of its own unless one is given."""

    client: httpx.AsyncClient
    key: str
    principal_id: UUID

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.request("GET", path, **more)

    async def post(self, path: str, json: Any = None, **more: Any) -> httpx.Response:
        headers = {"Idempotency-Key": str(uuid4()), **more.pop("headers", {})}
        return await self.request("POST", path, json=json, headers=headers, **more)

    async def patch(self, path: str, json: Any, etag: str, **more: Any) -> httpx.Response:
        headers = {"If-Match": etag, **more.pop("headers", {})}
        return await self.request("PATCH", path, json=json, headers=headers, **more)

    async def put(self, path: str, json: Any, etag: str | None = None, **more: Any) -> httpx.Response:
        headers = {**({"If-Match": etag} if etag else {}), **more.pop("headers", {})}
        return await self.request("PUT", path, json=json, headers=headers, **more)

    async def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **more)


@dataclass
class Service:
    """One service on a database of its own."""

    name: str
    app: FastAPI
    settings: ServiceSettings
    urls: RoleUrls
    client: httpx.AsyncClient
    worker: Database
    organisations: dict[str, UUID] = field(default_factory=dict)

    async def organisation(self, code: str) -> UUID:
        """Give the organisation of that code, made if new."""
        if code not in self.organisations:
            async with owner_session(self.settings) as session:
                card = await register_organisation(
                    session, self.settings, code=code, name=f"{code.title()} office"
                )
            self.organisations[code] = card.organisation
        return self.organisations[code]

    async def caller(
        self,
        *roles: str,
        organisation: str = "first",
        kind: PrincipalKind = PrincipalKind.PERSON,
        name: str | None = None,
    ) -> Caller:
        """Make a caller with these roles; a new person each time unless a name is given."""
        await self.organisation(organisation)
        async with owner_session(self.settings) as session:
            made = await issue_key(
                session,
                organisation_code=organisation,
                principal_name=name or f"{'-'.join(roles)} {uuid4()}",
                kind=kind,
                roles=roles,
                known_roles=list(ROLES[self.name]),
                purpose="test",
            )
        return Caller(self.client, made.key, made.principal)


@asynccontextmanager
async def running(name: str, urls: RoleUrls, settings: ServiceSettings) -> AsyncIterator[Service]:
    """Make the application, its client and a worker's view of its database; close all of them in the end."""
    app = APPS[name](settings)
    transport = httpx.ASGITransport(app=framed(app))
    worker = Database(
        make_engine(urls.worker, pool_size=4, statement_timeout_ms=10_000, lock_timeout_ms=3_000),
        SETTLES.get(name),
    )
    async with httpx.AsyncClient(transport=transport, base_url=settings.public_url) as client:
        yield Service(name, app, settings, urls, client, worker)
    await worker.close()
    await app.state.database.close()
