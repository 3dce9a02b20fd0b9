"""Databases for tests: one throwaway server a test process, one migrated template a service, a clone where asked."""

import itertools
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
from pydantic import SecretStr

from local_service.settings import LocalSettings
from panel_service.settings import PanelSettings
from service_kit.migrating import migrate
from service_kit.settings import Mode, ServiceSettings
from standalone.postgres import EmbeddedCluster
from standalone.roles import RoleUrls, ensure_roles_and_databases

DOCUMENTS = tempfile.TemporaryDirectory(prefix="practice-review-documents-")  # removed when the process ends
SECRET_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
SETTINGS: dict[str, type[ServiceSettings]] = {"local": LocalSettings, "panel": PanelSettings}


@dataclass
class TestServer:
    """A running server whose databases `local` and `panel` are migrated and then only cloned."""

    __test__ = False

    cluster: EmbeddedCluster
    urls: dict[str, RoleUrls] = field(default_factory=dict)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def prepare(self) -> None:
        """Make the roles and migrate the templates, as an operator would."""
        self.urls = await ensure_roles_and_databases(self.cluster)
        for service, urls in self.urls.items():
            await migrate(service, settings_for(service, urls))

    async def clone(self, service: str) -> RoleUrls:
        """Make a database of its own from the service's template; takes some tens of milliseconds."""
        name = f"{service}_{next(self.numbers)}"
        connection = await asyncpg.connect(
            self.cluster.superuser_url().replace("postgresql+asyncpg", "postgresql", 1), ssl=False
        )
        try:
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE {service} OWNER {service}_owner")
        finally:
            await connection.close()
        urls = self.urls[service]
        return RoleUrls(
            owner=_renamed(urls.owner, name), app=_renamed(urls.app, name), worker=_renamed(urls.worker, name)
        )


def settings_for(service: str, urls: RoleUrls, **others: Any) -> ServiceSettings:
    """Make a service's settings for a database of these roles; the environment is not asked."""
    values: dict[str, Any] = {
        "database_url": SecretStr(urls.app),
        "worker_database_url": SecretStr(urls.worker),
        "migration_database_url": SecretStr(urls.owner),
        "public_url": f"http://{service}.example",
        "secret_key": SecretStr(SECRET_KEY),
        "mode": Mode.TEST,
        "pool_size": 8,
        "document_directory": Path(DOCUMENTS.name) / str(uuid4()),
        **others,
    }
    return SETTINGS[service](**values)


def _renamed(url: str, database: str) -> str:
    return f"{url.rsplit('/', 1)[0]}/{database}"
