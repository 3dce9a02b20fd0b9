"""What makes a service of its routers: one application shape for both."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp

from service_kit import health, problem_pages, reference_pages
from service_kit.db import Database, Settle, make_engine
from service_kit.documents.store import make_store
from service_kit.documents.uploading import UPLOAD_PATH
from service_kit.exchange.documentation import DocumentedMessage, sent_messages
from service_kit.exchange.letters.rules import LetterRules, LetterSetup
from service_kit.exchange.message_types import MessageType, receiving_setup
from service_kit.exchange.rates import Rates
from service_kit.idempotency import AlreadyAnsweredError, answer_again
from service_kit.middleware import RequestFrame
from service_kit.openapi import describe
from service_kit.problems import ApiProblem, register_problem_handlers
from service_kit.refusals import answer_refusal
from service_kit.settings import ServiceSettings
from service_kit.webhooks.documentation import event_webhooks


@dataclass(frozen=True)
class ServiceDefinition:
    """What is a service's own: its words, routers, roles and the messages it takes."""

    name: str
    title: str
    description: str
    version: str
    routers: Sequence[APIRouter]
    tags: Sequence[Mapping[str, str]]
    role_scopes: Mapping[str, frozenset[str]]
    expected_revision: str
    message_types: Mapping[str, MessageType]
    sends: Sequence[DocumentedMessage] = ()
    receives: Sequence[DocumentedMessage] = ()
    settle: Settle | None = None  # called before each commit
    letters: LetterRules = field(default_factory=LetterRules)
    events: Mapping[str, str] = field(default_factory=dict)  # what the feed may tell, with its words


def make_app(definition: ServiceDefinition, settings: ServiceSettings) -> FastAPI:
    """Make the application; its database is opened when it starts and closed when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.draining = False
        yield
        app.state.draining = True
        await app.state.database.close()

    app = FastAPI(
        title=definition.title,
        description=definition.description,
        version=definition.version,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        openapi_tags=[dict(tag) for tag in definition.tags],
        telemetry={"logs": False},
        redirect_slashes=False,
    )
    app.state.database = app_database(settings, definition.settle)
    app.state.settings = settings
    app.state.documents = make_store(settings)
    app.state.role_scopes = definition.role_scopes
    app.state.expected_revision = definition.expected_revision
    app.state.receiving = receiving_setup(settings, definition.message_types)
    bodies = {message.name: message.body for message in definition.sends}
    app.state.letters = LetterSetup(definition.letters, bodies, settings.public_url)
    app.state.events = definition.events
    app.state.rates = Rates()
    app.state.question_rates = Rates(per_second=2, burst=20)
    app.state.long_question_rates = Rates(per_second=0.1, burst=10)
    app.state.draining = False
    register_problem_handlers(app)
    app.add_exception_handler(ApiProblem, answer_refusal)
    app.add_exception_handler(AlreadyAnsweredError, answer_again)
    for router in (*definition.routers, health.router, problem_pages.router):
        app.include_router(router)
    app.webhooks.include_router(sent_messages(definition.sends, "exchange"))
    if definition.events:
        app.webhooks.include_router(event_webhooks(definition.events))
    reference_pages.add_reference_pages(app)
    describe(app, definition.receives)
    return app


def framed(app: FastAPI) -> ASGIApp:
    """Put the frame every request passes around the application; this is what a server runs."""
    settings: ServiceSettings = app.state.settings
    return RequestFrame(
        app,
        body_limit=settings.body_limit_bytes,
        streamed={("POST", UPLOAD_PATH): settings.document_max_bytes},
    )


def app_database(settings: ServiceSettings, settle: Settle | None = None) -> Database:
    """Open the database in the app role."""
    return _open(settings, settings.database_url.get_secret_value(), settle)


def worker_database(settings: ServiceSettings, settle: Settle | None = None) -> Database:
    """Open the database in the worker role."""
    return _open(settings, settings.worker_database_url.get_secret_value(), settle)


def _open(settings: ServiceSettings, url: str, settle: Settle | None) -> Database:
    return Database(
        make_engine(
            url,
            pool_size=settings.pool_size,
            statement_timeout_ms=settings.statement_timeout_ms,
            lock_timeout_ms=settings.lock_timeout_ms,
        ),
        settle,
    )
