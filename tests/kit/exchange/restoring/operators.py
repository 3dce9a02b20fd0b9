"""A person, or a system, who acts on a side's API with the operator's role."""

from typing import Any
from uuid import uuid4

import httpx

from service_kit.administration import issue_key, owner_session
from service_kit.app import framed
from service_kit.identity import PrincipalKind
from tests.kit.exchange.sides import ROLES, Side


async def operate(
    side: Side, method: str, path: str, body: Any = None, kind: PrincipalKind = PrincipalKind.PERSON
) -> httpx.Response:
    async with owner_session(side.settings) as session:
        made = await issue_key(
            session,
            organisation_code=side.name,
            principal_name=f"Operator {uuid4()}",
            kind=kind,
            roles=["operator"],
            known_roles=list(ROLES),
            purpose="test",
        )
    headers = {"Authorization": f"Bearer {made.key}"}
    if method == "POST":
        headers["Idempotency-Key"] = str(uuid4())
    transport = httpx.ASGITransport(app=framed(side.app))
    async with httpx.AsyncClient(transport=transport, base_url="https://side.example") as client:
        return await client.request(method, f"/v1/exchange{path}", json=body, headers=headers)
