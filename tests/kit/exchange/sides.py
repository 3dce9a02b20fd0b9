"""Two organisations on one link, each with a service and a database of its own, and the wire between them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from sqlalchemy import text

from service_kit.acting import Acting
from service_kit.administration import Peer, owner_session, register_organisation, register_peer
from service_kit.app import ServiceDefinition, framed, make_app, worker_database
from service_kit.db import Database, set_tenant
from service_kit.exchange.applier import Applier
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.dispatcher import Dispatcher
from service_kit.exchange.links import load_link
from service_kit.exchange.message_types import MessageType, ReceivedMessage
from service_kit.exchange.outbox import send_message
from service_kit.exchange.router import router
from service_kit.ids import new_id
from service_kit.settings import ServiceSettings
from shared_schemas.exchange.envelope import new_salt, write_message
from shared_schemas.exchange.headers import MESSAGE_MEDIA_TYPE
from shared_schemas.exchange.signatures import signed_headers
from tests.support.databases import TestServer, settings_for

NOTE = "test.note.v1"
ROLES = {"operator": frozenset({"exchange:read", "exchange:operate"}), "nobody": frozenset[str]()}
Respond = Callable[[httpx.Request], Awaitable[httpx.Response]]


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    words: str
    on: date | None = None


def respond(status: int, body: bytes = b"", headers: Any = None) -> httpx.Response:
    """Answer as from a socket: a stream, not yet read."""
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


class Wire(httpx.AsyncBaseTransport):
    """Carries requests to the other side, unless a test answers in its place."""

    def __init__(self) -> None:
        self.app: FastAPI | None = None
        self.instead: Respond | None = None
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(await request.aread())
        self.signatures.append(request.headers["webhook-signature"])
        return await (self.instead or self.deliver)(request)

    async def deliver(self, request: httpx.Request) -> httpx.Response:
        assert self.app is not None
        response = await httpx.ASGITransport(app=framed(self.app)).handle_async_request(request)
        return respond(response.status_code, await response.aread(), response.headers)


@dataclass
class Side:
    """One organisation's service. ``handle`` is what applying a note does; ``handled`` what took effect."""

    name: str
    settings: ServiceSettings
    app: FastAPI
    worker: Database
    wire: Wire
    client: ExchangeClient
    party: UUID
    public_key: str
    successor: str
    link: UUID
    handled: list[ReceivedMessage] = field(default_factory=list)
    handle: Callable[[Acting, ReceivedMessage], Awaitable[None]] | None = None

    @property
    def database(self) -> Database:
        database: Database = self.app.state.database
        return database

    @property
    def words(self) -> list[str]:
        return [message.data.words for message in self.handled if isinstance(message.data, Note)]

    def dispatcher(self) -> Dispatcher:
        return Dispatcher(self.worker, self.settings, self.client)

    def applier(self) -> Applier:
        return Applier(self.worker, self.app.state.receiving, poll_seconds=0.01)

    @asynccontextmanager
    async def acting(self) -> AsyncIterator[Acting]:
        async with self.database.transaction() as session:
            now = await set_tenant(session, self.party)
            keys = await load_link(session, self.party, self.link, self.settings.key_bytes())
            yield Acting(session, keys.caller(), now)

    async def send(self, subject: str, words: str = "said", message_type: str = NOTE) -> UUID:
        async with self.acting() as acting:
            return await put(acting, self.link, subject, words, message_type)

    async def drain(self) -> None:
        dispatcher = self.dispatcher()
        while await dispatcher.drain_once():
            pass

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        async with self.worker.transaction() as session:
            return list((await session.execute(text(statement), values)).all())

    async def change(self, statement: str, **values: Any) -> None:
        async with owner_session(self.settings) as session:
            await session.execute(text(statement), values)

    async def make_due(self) -> None:
        await self.change("UPDATE outbound_messages SET next_attempt_at = now()")
        await self.change("UPDATE inbound_messages SET next_apply_at = now()")
        await self.change("UPDATE exchange_links SET paused_until = NULL")
        # One probe may go at once.
        await self.change(
            "UPDATE exchange_links SET breaker_open_until = now() WHERE breaker_open_until > now()"
        )

    async def state_of(self, message_id: UUID) -> str:
        [row] = await self.rows("SELECT state FROM outbound_messages WHERE id = :id", id=message_id)
        return str(row.state)

    async def actions(self) -> list[str]:
        # What the setting up left is not the exchange's.
        statement = "SELECT action FROM audit_entries WHERE purpose <> 'administration' ORDER BY at, id"
        return [row.action for row in await self.rows(statement)]


async def put(
    acting: Acting, link: UUID, subject: str, words: str = "said", message_type: str = NOTE
) -> UUID:
    return await send_message(
        acting,
        link=link,
        subject=subject,
        type=message_type,
        data={"words": words},
        dataschema=f"https://a.example/schemas/{message_type}.json",
    )


@dataclass
class Pair:
    """``a`` sends to ``b`` and ``b`` to ``a``; ``a_key`` signs what tests hand to ``b`` themselves."""

    a: Side
    b: Side
    a_key: Any

    def message(self, **changes: Any) -> tuple[UUID, bytes]:
        """Write a message of `a` for `b`; each attribute may be another."""
        values: dict[str, Any] = {
            "message_id": new_id(),
            "source": self.a.party,
            "message_type": NOTE,
            "subject": uuid4(),
            "time": datetime.now(UTC),
            "dataschema": "https://a.example/schemas/test.note.v1.json",
            "destination": self.b.party,
            "streamsequence": 1,
            "seensequence": 0,
            "salt": new_salt(),
            "data": {"words": "said"},
            **changes,
        }
        return values["message_id"], write_message(**values)

    def headers(self, message_id: object, body: bytes) -> dict[str, str]:
        signed = signed_headers(
            body, message_id=str(message_id), now=datetime.now(UTC), private_keys=[self.a_key]
        )
        return {"Content-Type": MESSAGE_MEDIA_TYPE, **signed}

    async def hand_over(
        self, message_id: object, body: bytes, link: object = None, **headers: str
    ) -> httpx.Response:
        """Post bytes to `b` under `a`'s signature; headers given here replace those made."""
        transport = httpx.ASGITransport(app=framed(self.b.app))
        async with httpx.AsyncClient(transport=transport, base_url="https://b.example") as client:
            return await client.post(
                f"/v1/exchange/links/{link or self.b.link}/messages",
                content=body,
                headers={**self.headers(message_id, body), **headers},
            )


async def make_side(server: TestServer, name: str, link: UUID) -> Side:
    urls = await server.clone("panel")
    settings = settings_for("panel", urls, public_url=f"https://{name}.example", poll_seconds=0.02)
    side_of: list[Side] = []

    async def apply(acting: Acting, message: ReceivedMessage) -> None:
        side = side_of[0]
        if side.handle is not None:
            await side.handle(acting, message)
        side.handled.append(message)

    definition = ServiceDefinition(
        name=name,
        title=name,
        description=name,
        version="1",
        routers=(router,),
        tags=(),
        role_scopes=ROLES,
        expected_revision="0001",
        message_types={NOTE: MessageType(NOTE, Note, apply)},
    )
    wire = Wire()
    async with owner_session(settings) as session:
        card = await register_organisation(session, settings, code=name, name=name)
    side = Side(
        name=name,
        settings=settings,
        app=make_app(definition, settings),
        worker=worker_database(settings),
        wire=wire,
        client=ExchangeClient(attempt_seconds=60, transport_for=lambda _base: wire),
        party=card.organisation,
        public_key=card.public_key,
        successor=card.successor,
        link=link,
    )
    side_of.append(side)
    return side


async def connect(own: Side, other: Side) -> None:
    peer = Peer(
        organisation_code=own.name,
        party=f"urn:uuid:{other.party}",
        code=other.name,
        name=other.name,
        link=own.link,
        address=f"https://{other.name}.example",
        public_key=other.public_key,
        successor=other.successor,
    )
    async with owner_session(own.settings) as session:
        await register_peer(session, own.settings, peer)
    own.wire.app = other.app


async def close(side: Side) -> None:
    await side.client.close()
    await side.worker.close()
    await side.database.close()
