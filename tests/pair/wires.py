"""Both services in one process, each one's dispatcher into the other's application."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import text

from panel_service.partnerships.service import register_partnership
from service_kit.administration import PartyCard, Peer, owner_session, register_organisation, register_peer
from service_kit.app import framed
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.dispatcher import Dispatcher
from shared_schemas.exchange.keys import new_secret, write_secret
from tests.support.offices import Office, open_office
from tests.support.services import Caller, Service

Respond = Callable[[httpx.Request], Awaitable[httpx.Response]]
ROUNDS = 50


class Wire(httpx.AsyncBaseTransport):
    """Carries requests to the other side and keeps them, unless a test answers in its place."""

    def __init__(self, to: Service) -> None:
        self._inner = httpx.ASGITransport(app=framed(to.app))
        self.instead: Respond | None = None
        self.requests: list[httpx.Request] = []
        self.answers: list[tuple[int, bytes]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        return await (self.instead or self.deliver)(request)

    async def deliver(self, request: httpx.Request) -> httpx.Response:
        """Hand a request over, which a test may do a second time."""
        answer = await self._inner.handle_async_request(request)
        content = await answer.aread()
        self.answers.append((answer.status_code, content))
        return answered(answer.status_code, content, answer.headers)


def answered(status: int, content: bytes, headers: httpx.Headers | None = None) -> httpx.Response:
    """Make an answer as it comes from a network: its body not read yet."""
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))


@dataclass
class Side:
    """One service with its dispatcher."""

    service: Service
    wire: Wire
    client: ExchangeClient
    dispatcher: Dispatcher = field(init=False)

    def __post_init__(self) -> None:
        self.dispatcher = Dispatcher(self.service.worker, self.service.settings, self.client)

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        """Look into the database as its owner."""
        async with owner_session(self.service.settings) as session:
            return list((await session.execute(text(statement), values)).all())

    async def change(self, statement: str, **values: Any) -> None:
        """Change the database as its owner."""
        async with owner_session(self.service.settings) as session:
            await session.execute(text(statement), values)

    async def make_due(self) -> None:
        """Let everything that waits be tried now."""
        await self.change("UPDATE outbound_messages SET next_attempt_at = now()")
        await self.change("UPDATE exchange_links SET paused_until = NULL, pause_reason = NULL")
        await self.change(
            "UPDATE exchange_links SET breaker_open_until = now() WHERE breaker_open_until > now()"
        )


@dataclass
class Pair:
    """A partnership and the Panel, linked both ways."""

    local: Side
    panel: Side
    east: Office
    secretariat: Caller
    chair: Caller

    async def drain(self) -> None:
        """Send what is due on either side until nothing is."""
        for _ in range(ROUNDS):
            if not await self.local.dispatcher.drain_once() + await self.panel.dispatcher.drain_once():
                return
        raise AssertionError("the pair does not come to rest")

    async def at_panel(self, path: str) -> str:
        """Give the path at the Panel of a partnership's case."""
        reference = (await self.east.read(path))["exchange_reference"]
        answer = await self.secretariat.get("/v1/cases", params={"exchange_reference": reference})
        (case,) = answer.json()["items"]
        return f"/v1/cases/{case['id']}"


@asynccontextmanager
async def wired(local: Service, panel: Service) -> AsyncIterator[Pair]:
    """Wire two services to each other as an operator would: organisations, keys, a link with both schemes."""
    await _connect(local, panel)
    there, here = Wire(panel), Wire(local)
    sides = Side(local, there, _client(there)), Side(panel, here, _client(here))
    yield Pair(
        *sides,
        await open_office(local, "east"),
        await panel.caller("secretariat", organisation="panel"),
        await panel.caller("chair", organisation="panel"),
    )
    for side in sides:
        await side.client.close()


def _client(wire: Wire) -> ExchangeClient:
    return ExchangeClient(attempt_seconds=60, transport_for=lambda _: wire)


async def _connect(local: Service, panel: Service) -> None:
    east, board = await _card(local, "east"), await _card(panel, "panel")
    link, out, back = uuid4(), write_secret(new_secret()), write_secret(new_secret())

    def peer(own: str, card: PartyCard, secrets: tuple[str, str]) -> Peer:
        return Peer(
            organisation_code=own,
            party=card.party,
            code=card.code,
            name=card.code,
            link=link,
            address=f"https://{card.code}.example",
            public_key=card.public_key,
            successor=card.successor,
            schemes=("v1a", "v1"),
            secret_out=secrets[0],
            secret_in=secrets[1],
        )

    async with owner_session(local.settings) as session:
        await register_peer(session, local.settings, peer("east", board, (out, back)))
    async with owner_session(panel.settings) as session:
        await register_peer(session, panel.settings, peer("panel", east, (back, out)), register_partnership)


async def _card(service: Service, code: str) -> PartyCard:
    async with owner_session(service.settings) as session:
        return await register_organisation(session, service.settings, code=code, name=code)
