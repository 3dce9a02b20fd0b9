from fastapi import FastAPI

from panel_service.cases.router import router as cases
from panel_service.decisions.router import router as decisions
from panel_service.messages import MESSAGE_TYPES
from panel_service.partnerships.router import router as partnerships
from panel_service.roles import ROLE_SCOPES
from service_kit import audit_routes, me, reference_routes
from service_kit.app import ServiceDefinition, make_app
from service_kit.exchange.router import router as exchange
from service_kit.settings import ServiceSettings
from shared_schemas.messages.catalogue import FROM_BOTH, FROM_LOCAL, FROM_PANEL

SCHEMA_REVISION = "0001"

DEFINITION = ServiceDefinition(
    name="panel",
    title="Practice Review Exchange: the Panel's service",
    description=(
        "Receives every notification, rapid review and local review that partnerships send, and records the decisions "
        "of the Child Safeguarding Practice Review Panel, which go back by signed webhooks (Children Act 2004 s16B, "
        "SI 2018/789)."
    ),
    version="0.1.0",
    routers=(
        me.router,
        cases,
        decisions,
        partnerships,
        reference_routes.router,
        exchange,
        audit_routes.router,
    ),
    tags=(
        {"name": "me", "description": "Who your credential is."},
        {"name": "cases", "description": "Cases as partnerships notified them, in one thread each."},
        {"name": "decisions", "description": "Decisions of the Panel: added, never changed."},
        {"name": "partnerships", "description": "The safeguarding partnerships that are connected."},
        {"name": "reference", "description": "Code lists and rule sets."},
        {
            "name": "exchange",
            "description": "Messages between the services, their receipts, and what is stuck.",
        },
        {"name": "audit", "description": "Who read or changed what, when, and why."},
        {"name": "problems", "description": "What each error means."},
        {"name": "health", "description": "For probes."},
    ),
    role_scopes=ROLE_SCOPES,
    expected_revision=SCHEMA_REVISION,
    message_types=MESSAGE_TYPES,
    sends=(*FROM_PANEL, *FROM_BOTH),
    receives=(*FROM_LOCAL, *FROM_BOTH),
)


def create_app(settings: ServiceSettings) -> FastAPI:
    """Make the Panel's application."""
    return make_app(DEFINITION, settings)
