"""Both services in one process, with one journey between them that may be begun again at any point with the same keys."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid5

import httpx

from local_service.app import create_app as create_local_app
from local_service.duties.projection import settle_duties
from local_service.messages import MESSAGE_TYPES as LOCAL_MESSAGES
from local_service.roles import ROLE_SCOPES as LOCAL_ROLES
from panel_service.app import create_app as create_panel_app
from panel_service.messages import MESSAGE_TYPES as PANEL_MESSAGES
from panel_service.partnerships.service import register_partnership
from panel_service.roles import ROLE_SCOPES as PANEL_ROLES
from service_kit.administration import owner_session, register_peer
from service_kit.app import framed, worker_database
from service_kit.db import Database
from service_kit.exchange.applier import Applier
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.dispatcher import Dispatcher
from service_kit.exchange.message_types import receiving_setup
from service_kit.placing import FeedPlacer
from service_kit.settings import ServiceSettings
from shared_schemas.exchange.keys import new_secret, write_secret
from standalone.incident import panel_decision, rapid_review_sections, serious_incident
from standalone.roles import RoleUrls
from standalone.seed import PANEL, DemonstrationOrganisation, _peer, make_organisation
from tests.campaign.boundaries import Boundaries, CountedWire
from tests.campaign.load import NOTIFIER
from tests.support.databases import settings_for

PARTNERSHIP = DemonstrationOrganisation("campaign-east", "Campaign East Partnership")
ROLES = {"local": LOCAL_ROLES, "panel": PANEL_ROLES}
ORGANISATIONS = {"local": PARTNERSHIP, "panel": PANEL}
CANARY = "CanaryF2x"
AGAIN = {409, 412, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True)
class Prepared:
    """What the journey begins with: a case with a drafted notification and a rapid review that is written."""

    keys: dict[str, str]
    case: str
    reference: str
    now: str


@dataclass
class Side:
    """One service: its API, its worker's parts, its way to the other."""

    name: str
    settings: ServiceSettings
    app: Any
    worker: Database
    api: httpx.AsyncClient
    dispatcher: Dispatcher
    applier: Applier
    placer: FeedPlacer

    async def call(
        self, key: str, method: str, path: str, body: Any = None, **headers: str
    ) -> httpx.Response:
        """Call its API."""
        sent = {"Authorization": f"Bearer {key}", "Access-Purpose": "campaign"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.api.request(method, path, json=body, headers=sent)


def make_sides(urls: dict[str, RoleUrls], boundaries: Boundaries) -> dict[str, Side]:
    """Make both; nothing connects to a database yet, so that a process may be forked from here."""
    settings = {
        service: settings_for(service, urls[service], public_url=f"https://{service}.example", pool_size=4)
        for service in ("local", "panel")
    }
    apps = {"local": create_local_app(settings["local"]), "panel": create_panel_app(settings["panel"])}
    framed_apps = {service: framed(app) for service, app in apps.items()}
    workers = {
        "local": worker_database(settings["local"], settle_duties),
        "panel": worker_database(settings["panel"]),
    }
    sides = {}
    for service, types, other in (
        ("local", LOCAL_MESSAGES, "panel"),
        ("panel", PANEL_MESSAGES, "local"),
    ):
        boundaries.watch(apps[service].state.database.engine, f"{service} api")
        boundaries.watch(workers[service].engine, f"{service} worker")
        wire = CountedWire(boundaries, service, framed_apps[other])
        client = ExchangeClient(attempt_seconds=10, transport_for=_through(wire))
        transport = httpx.ASGITransport(app=framed_apps[service], raise_app_exceptions=False)
        sides[service] = Side(
            service,
            settings[service],
            apps[service],
            workers[service],
            httpx.AsyncClient(transport=transport, base_url=f"https://{service}.example"),
            Dispatcher(workers[service], settings[service], client),
            Applier(workers[service], receiving_setup(settings[service], types), poll_seconds=0.01),
            FeedPlacer(workers[service]),
        )
    return sides


def _through(wire: CountedWire) -> Callable[[str], httpx.AsyncBaseTransport]:
    return lambda _base_url: wire


async def prepare_databases(sides: dict[str, Side]) -> Prepared:
    """Make organisations, keys, the link, and the case that the journey begins with."""
    keys: dict[str, str] = {}
    cards = {}
    for service, side in sides.items():
        cards[service], made = await make_organisation(
            side.settings, ORGANISATIONS[service], ROLES[service], {}
        )
        keys |= {f"{service}/{role}": key for role, key in made.items()}
    await _connect(sides, cards)
    return await _prepare_case(sides, keys)


async def _connect(sides: dict[str, Side], cards: dict[str, Any]) -> None:
    link = uuid5(cards["panel"].organisation, str(cards["local"].organisation))
    out, back = write_secret(new_secret()), write_secret(new_secret())
    local, panel = sides["local"].settings, sides["panel"].settings
    async with owner_session(local) as session:
        peer = _peer(PARTNERSHIP.code, PANEL, cards["panel"], link, panel.public_url, out, back)
        await register_peer(session, local, peer)
    async with owner_session(panel) as session:
        peer = _peer(PANEL.code, PARTNERSHIP, cards["local"], link, local.public_url, back, out)
        await register_peer(session, panel, peer, register_partnership)


class Journey:
    """Notified, reviewed, decided: each step with its own key, so that it may be asked again."""

    def __init__(
        self, sides: dict[str, Side], prepared: Prepared, time_passes: Callable[[], Awaitable[None]] | None
    ) -> None:
        self.sides, self.prepared, self.time_passes = sides, prepared, time_passes
        self.case = f"/v1/cases/{prepared.case}"

    async def go(self) -> None:
        """Go from the first step to the last; what was done before the crash answers as it did."""
        await self._post("local", "authoriser", f"{self.case}/notification/authorisation", fresh=self.case)
        await self._deliver("local", 1)
        review = f"{self.case}/rapid-review"
        await self._post("local", "partnership_office", f"{review}/completion", fresh=review)
        await self._deliver("local", 2)
        listed = await self._read("panel", "secretariat", "/v1/cases")
        path = f"/v1/cases/{listed.json()['items'][0]['id']}"
        decision = panel_decision(datetime.fromisoformat(self.prepared.now))
        recorded = await self._post("panel", "secretariat", f"{path}/decisions", decision, fresh=path)
        release = f"{path}/decisions/{recorded.json()['decision_version']}/release"
        await self._post("panel", "chair", release, fresh=path)
        await self._deliver("panel", 1)
        for side in self.sides.values():
            await side.placer.place()

    async def _deliver(self, service: str, count: int) -> None:
        """Send what is due and let it take effect; after a crash time passes until leases are over."""
        for _ in range(20):
            if self.time_passes is not None:
                await self.time_passes()
            await self.sides[service].dispatcher.drain_once()
            await self.sides["panel" if service == "local" else "local"].applier.apply_due()
            if self.time_passes is None or await self._delivered(service) >= count:
                return
        raise RuntimeError(f"{service} has not delivered {count} messages")

    async def _delivered(self, service: str) -> int:
        role = "partnership_office" if service == "local" else "administrator"
        listed = await self._read(service, role, "/v1/exchange/messages?state=delivered")
        return sum(item["subject"] == self.prepared.reference for item in listed.json()["items"])

    async def _read(self, service: str, role: str, path: str) -> httpx.Response:
        return await self._until_answered(
            lambda: self.sides[service].call(self._key(service, role), "GET", path)
        )

    async def _post(
        self, service: str, role: str, path: str, body: Any = None, *, fresh: str
    ) -> httpx.Response:
        once = hashlib.sha256(path.encode()).hexdigest()[:32]  # the same each time it is begun again

        async def ask() -> httpx.Response:
            etag = (await self._read(service, role, fresh)).headers["ETag"]
            headers = {"Idempotency_Key": once, "If_Match": etag}
            return await self.sides[service].call(
                self._key(service, role), "POST", path, body or {}, **headers
            )

        return await self._until_answered(ask)

    async def _until_answered(self, ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        answer = await ask()
        for _ in range(10):
            if answer.status_code not in AGAIN:
                break
            answer = await ask()
        if not 200 <= answer.status_code < 300:
            code = answer.json().get("code") if "json" in answer.headers.get("content-type", "") else ""
            raise RuntimeError(
                f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {code}"
            )
        return answer

    def _key(self, service: str, role: str) -> str:
        return self.prepared.keys[f"{service}/{role}"]


async def _prepare_case(sides: dict[str, Side], keys: dict[str, str]) -> Prepared:
    local = sides["local"]
    office, notifier, authoriser = (
        keys[f"local/{role}"] for role in ("partnership_office", "notifier", "authoriser")
    )

    async def ask(key: str, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        once = {"Idempotency_Key": hashlib.sha256(f"{method}{path}".encode()).hexdigest()[:32]}
        answer = await local.call(key, method, path, body, **once, **headers)
        answer.raise_for_status()
        return answer

    now = datetime.fromisoformat((await ask(office, "GET", "/v1/me")).json()["now"])
    incident = serious_incident(now)
    incident["children"][0] |= {"first_name": f"{CANARY}a", "surname": f"{CANARY}b"}
    incident["summary"] = f"{CANARY}c was hurt."
    made = await ask(office, "POST", "/v1/cases", {"incident": incident})
    case = made.json()["id"]
    path = f"/v1/cases/{case}"
    judgement = {"judgement": "serious_case", "reasons": f"{CANARY}d is seriously harmed."}
    read = await ask(office, "GET", path)
    await ask(authoriser, "PUT", f"{path}/assessment", judgement, If_Match=read.headers["ETag"])
    await ask(notifier, "POST", f"{path}/notification", {"notifier": NOTIFIER})
    answer = await ask(office, "POST", f"{path}/rapid-review", {})
    for sections in rapid_review_sections(now):
        answer = await ask(
            office, "PATCH", f"{path}/rapid-review", {"sections": sections}, If_Match=answer.headers["ETag"]
        )
    return Prepared(keys, case, read.json()["exchange_reference"], now.isoformat())
