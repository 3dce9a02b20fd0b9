"""The databases and roles of both services: the same statements that docs/database.md gives to an operator."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from standalone.postgres import EmbeddedCluster

SERVICES = ("local", "panel")
RIGHTS = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT NOBYPASSRLS"


@dataclass(frozen=True)
class RoleUrls:
    """SQLAlchemy URLs of one service's three roles: `owner` migrates, `app` serves requests, `worker` delivers."""

    owner: str
    app: str
    worker: str


async def ensure_roles_and_databases(
    cluster: EmbeddedCluster, services: Sequence[str] = SERVICES
) -> dict[str, RoleUrls]:
    """Make each service's roles and database where they are missing; return the roles' URLs by service."""
    server = await _connect(cluster, "postgres")
    try:
        for service in services:
            await _ensure_roles(server, cluster, service)
            await _ensure_database(server, service)
    finally:
        await server.close()
    for service in services:
        database = await _connect(cluster, service)
        try:
            await _give_schema(database, service)
        finally:
            await database.close()
    return {service: _role_urls(cluster, service) for service in services}


async def _connect(cluster: EmbeddedCluster, database: str) -> asyncpg.Connection:
    url = cluster.superuser_url(database).replace("postgresql+asyncpg", "postgresql", 1)
    return await asyncpg.connect(url, ssl=False)


async def _ensure_roles(server: asyncpg.Connection, cluster: EmbeddedCluster, service: str) -> None:
    for role in (f"{service}_owner", f"{service}_app", f"{service}_worker"):
        exists = await server.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
        verb = "ALTER" if exists else "CREATE"
        # A role's statement takes no parameters. The names are this module's, and a made password has no quote in it.
        await server.execute(f"{verb} ROLE {role} {RIGHTS} PASSWORD '{cluster.state.secret(role)}'")


async def _ensure_database(server: asyncpg.Connection, service: str) -> None:
    if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", service):
        await server.execute(f"CREATE DATABASE {service} OWNER {service}_owner")
    await server.execute(f"REVOKE ALL ON DATABASE {service} FROM PUBLIC")
    await server.execute(f"GRANT CONNECT ON DATABASE {service} TO {service}_app, {service}_worker")


async def _give_schema(database: asyncpg.Connection, service: str) -> None:
    await database.execute(f"ALTER SCHEMA public OWNER TO {service}_owner")
    await database.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    await database.execute(f"GRANT USAGE ON SCHEMA public TO {service}_app, {service}_worker")


def _role_urls(cluster: EmbeddedCluster, service: str) -> RoleUrls:
    def url(kind: str) -> str:
        role = f"{service}_{kind}"
        return cluster.url(role, cluster.state.secret(role), service)

    return RoleUrls(owner=url("owner"), app=url("app"), worker=url("worker"))
