"""Where the services' databases are: those that the environment names, else the embedded cluster's."""

from collections.abc import Mapping

from standalone.errors import StandaloneError
from standalone.roles import SERVICES, RoleUrls

# The setting that names each role's URL, without the service's prefix.
URL_SETTINGS = {"owner": "MIGRATION_DATABASE_URL", "app": "DATABASE_URL", "worker": "WORKER_DATABASE_URL"}


def urls_from_environment(environment: Mapping[str, str]) -> dict[str, RoleUrls] | None:
    """The role URLs of an existing PostgreSQL, when all six are set; None when none is. A part of them is an error."""
    wanted = [f"{service.upper()}_{setting}" for service in SERVICES for setting in URL_SETTINGS.values()]
    missing = [name for name in wanted if not environment.get(name)]
    if len(missing) == len(wanted):
        return None
    if missing:
        message = f"An existing PostgreSQL needs all six database settings; not set: {', '.join(missing)}."
        raise StandaloneError(message)
    return {
        service: RoleUrls(
            **{role: environment[f"{service.upper()}_{setting}"] for role, setting in URL_SETTINGS.items()}
        )
        for service in SERVICES
    }


def url_settings(service: str, urls: RoleUrls) -> dict[str, str]:
    """The three settings by which `service` learns its roles' URLs."""
    return {f"{service.upper()}_{setting}": getattr(urls, role) for role, setting in URL_SETTINGS.items()}
