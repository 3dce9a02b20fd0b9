"""What `python -m panel_service` does, and how its processes are made."""

from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp

from panel_service.app import SCHEMA_REVISION, create_app
from panel_service.messages import MESSAGE_TYPES
from panel_service.partnerships.service import register_partnership
from panel_service.refused_messages import URGENT_TYPES
from panel_service.roles import ROLE_SCOPES
from panel_service.settings import PanelSettings
from service_kit.app import framed, worker_database
from service_kit.audit_tree.sealing import AuditSealer
from service_kit.cli import Commands, make_cli
from service_kit.documents.store import make_store
from service_kit.exchange.alerting import Alerter
from service_kit.housekeeping import Housekeeper
from service_kit.placing import FeedPlacer
from service_kit.server import make_worker_app
from service_kit.settings import ServiceSettings, settings_for_document


def create_worker(settings: ServiceSettings) -> FastAPI:
    """Make the worker process: it delivers, and applies what waits."""
    # Only a worker sends, so only a worker loads the HTTP client.
    from service_kit.exchange.schedules import exchange_schedules
    from service_kit.webhooks.schedules import webhook_schedules

    database = worker_database(settings)
    schedules = [
        *exchange_schedules(database, settings, MESSAGE_TYPES),
        Housekeeper(database, make_store(settings)).run,
        FeedPlacer(database).run,
        AuditSealer(database, settings.public_url).run,
        Alerter(database, URGENT_TYPES).run,
        *webhook_schedules(database, settings),
    ]
    return make_worker_app(database, SCHEMA_REVISION, schedules)


def served() -> ASGIApp:
    """Make the API as a server runs it, with the settings of the environment."""
    return framed(create_app(PanelSettings()))


CLI = make_cli(
    Commands(
        service="panel",
        settings=PanelSettings,
        make_app=create_app,
        make_worker=create_worker,
        role_scopes=ROLE_SCOPES,
        document=Path("openapi/panel_service.json"),
        document_settings=lambda: settings_for_document(PanelSettings),
        reload_factory="panel_service.commands:served",
        peer_hook=register_partnership,
        is_collected_from=True,
    )
)
