"""People with a key at one side, who read and dispose of dead letters."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx

from service_kit.administration import issue_key, owner_session
from service_kit.app import framed
from service_kit.exchange.letters.rules import LetterRules, LetterSetup
from service_kit.identity import PrincipalKind
from tests.kit.exchange.sides import NOTE, Note, Side

KEEPS = frozenset({"exchange:read", "exchange:content", "exchange:dispose"})
ROLES = {
    "operator": frozenset({"exchange:read", "exchange:operate"}),
    "keeper": KEEPS,
    "signer": KEEPS | {"notes:sign"},
    "nobody": frozenset[str](),
}


@dataclass
class Person:
    """Somebody at one side, with a key of one's own."""

    side: Side
    key: str
    principal: UUID

    async def get(self, path: str) -> httpx.Response:
        return await self.request("GET", path)

    async def post(self, path: str, json: Any = None, **headers: str) -> httpx.Response:
        return await self.request(
            "POST", path, json=json, headers={"Idempotency-Key": str(uuid4()), **headers}
        )

    async def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        transport = httpx.ASGITransport(app=framed(self.side.app))
        async with httpx.AsyncClient(transport=transport, base_url="https://side.example") as client:
            return await client.request(method, f"/v1/exchange{path}", headers=headers, **more)


async def person(
    side: Side,
    role: str,
    name: str | None = None,
    *,
    kind: PrincipalKind = PrincipalKind.PERSON,
    organisation: str | None = None,
) -> Person:
    """Make somebody with one role; another person each time unless a name is given."""
    side.app.state.role_scopes = ROLES
    async with owner_session(side.settings) as session:
        made = await issue_key(
            session,
            organisation_code=organisation or side.name,
            principal_name=name or f"{role} {uuid4()}",
            kind=kind,
            roles=[role],
            known_roles=list(ROLES),
            purpose="test",
        )
    return Person(side, made.key, made.principal)


def set_rules(side: Side, **rules: Any) -> None:
    """Let a side send notes, under these rules for dead ones."""
    side.app.state.letters = LetterSetup(LetterRules(**rules), {NOTE: Note}, side.settings.public_url)
