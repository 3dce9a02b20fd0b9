"""Bringing a database to the schema this release expects."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from service_kit.settings import ServiceSettings

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


class UnsafeRoleError(Exception):
    """The app or worker role could read past row-level security; the message says why and the way out."""


def alembic_config(service: str, settings: ServiceSettings) -> Config:
    """Make Alembic's configuration; the roles the migrations grant to are those of the role URLs."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS / service))
    config.attributes["url"] = settings.migration_database_url.get_secret_value()
    config.attributes["app_role"] = make_url(settings.database_url.get_secret_value()).username
    config.attributes["worker_role"] = make_url(settings.worker_database_url.get_secret_value()).username
    return config


def head_revision(service: str) -> str | None:
    """Give the newest revision there is for a service."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS / service))
    return ScriptDirectory.from_config(config).get_current_head()


async def migrate(service: str, settings: ServiceSettings, revision: str = "head") -> None:
    """Migrate as the owner role; two at once wait for each other."""
    engine = create_async_engine(settings.migration_database_url.get_secret_value(), hide_parameters=True)
    config = alembic_config(service, settings)

    def upgrade(connection: Connection) -> None:
        config.attributes["connection"] = connection
        if revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)

    try:
        async with engine.begin() as connection:
            # Two migrations at the same time must not both begin: the lock ends with the transaction.
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(hashtext('practice-review-exchange'))")
            )
            await connection.run_sync(upgrade)
    finally:
        await engine.dispose()


ROLE_FACTS = text("""
    SELECT current_user AS role, rolsuper, rolbypassrls,
           EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND pg_has_role(current_user, tableowner, 'USAGE')) AS owns,
           EXISTS (SELECT FROM pg_policies WHERE qual = 'true' AND current_user = ANY(roles)) AS sees_all
      FROM pg_roles WHERE rolname = current_user
""")


async def check_role(url: str, *, serves_callers: bool = False) -> None:
    """Refuse a role to which row-level security would not apply (``UnsafeRoleError``)."""
    engine = create_async_engine(url, hide_parameters=True)
    try:
        async with engine.connect() as connection:
            facts = (await connection.execute(ROLE_FACTS)).one()
    finally:
        await engine.dispose()
    for fault, present in (
        ("is a superuser", facts.rolsuper),
        ("can bypass row-level security", facts.rolbypassrls),
        ("owns tables", facts.owns),
        ("is the worker's, which sees every organisation's deliveries,", serves_callers and facts.sees_all),
    ):
        if present:
            raise UnsafeRoleError(
                f"The role {facts.role} {fault}, so one organisation could read another's records. "
                "Make the roles as docs/database.md says and put their URLs in the settings."
            )
