"""What `python -m local_service` does, and how its processes are made."""

from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp

from local_service.app import SCHEMA_REVISION, create_app
from local_service.delivery_alerts.letter_rules import URGENT_TYPES
from local_service.delivery_alerts.schedule import DeliveryWatch
from local_service.duties.projection import settle_duties
from local_service.duties.schedule import DutyKeeper
from local_service.messages import MESSAGE_TYPES
from local_service.roles import ROLE_SCOPES
from local_service.settings import LocalSettings
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

    database = worker_database(settings, settle_duties)
    schedules = [
        *exchange_schedules(database, settings, MESSAGE_TYPES),
        Housekeeper(database, make_store(settings)).run,
        FeedPlacer(database).run,
        AuditSealer(database, settings.public_url).run,
        Alerter(database, URGENT_TYPES).run,
        DeliveryWatch(database).run,
        *webhook_schedules(database, settings),
        DutyKeeper(database).run,
    ]
    return make_worker_app(database, SCHEMA_REVISION, schedules)


def served() -> ASGIApp:
    """Make the API as a server runs it, with the settings of the environment."""
    return framed(create_app(LocalSettings()))


CLI = make_cli(
    Commands(
        service="local",
        settings=LocalSettings,
        make_app=create_app,
        make_worker=create_worker,
        role_scopes=ROLE_SCOPES,
        document=Path("openapi/local_service.json"),
        document_settings=lambda: settings_for_document(LocalSettings),
        reload_factory="local_service.commands:served",
    )
)
