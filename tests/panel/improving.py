"""An improvement taken step by step as the Panel's people would take it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from httpx import Response

from tests.support.offices import etag_of
from tests.support.services import Caller, Service

PATH = "/v1/improvements"
TEXT = {
    "scope": "local",
    "what": "Make one multi-agency pathway for bruising in babies who are not mobile.",
    "why": "Bruising was seen and recorded by one agency and discussed with no other.",
    "themes": ["non_accidental_injury_under_one", "information_sharing"],
}
CITED = {
    "kind": "other",
    "title": "Bruising in children who are not mobile",
    "publisher": "A royal college",
    "year": 2024,
    "identifier": "ISBN 978-0-00-000000-2",
    "locator": "page 14",
}
NATIONAL_BODY = {"kind": "national_body", "name": "NHS England"}


@dataclass
class Board:
    """The Panel's people of one organisation."""

    panel: Service
    organisation: str
    secretariat: Caller
    chair: Caller

    async def identify(self, **changes: Any) -> Response:
        """Identify an improvement, addressed to a national body and shown by a citation unless changed."""
        body = {**TEXT, "addressees": [NATIONAL_BODY], "evidence": [CITED], **changes}
        return await self.secretariat.post(PATH, body)

    async def agreed(self, **changes: Any) -> str:
        """Identify and agree one; give its path."""
        made = await self.identify(**changes)
        assert made.status_code == 201, made.text
        path = made.headers["Location"]
        done = await self.step(path, "agreement", caller=self.chair)
        assert done.status_code == 200, done.text
        return path

    async def addressed(self, *partnerships: UUID, **changes: Any) -> str:
        """Identify, agree and address one; give its path."""
        path = await self.agreed(**changes)
        chosen = {"partnership_ids": [str(partnership) for partnership in partnerships]}
        done = await self.step(path, "addressing", chosen)
        assert done.status_code == 200, done.text
        return path

    async def step(self, path: str, step: str, body: Any = None, caller: Caller | None = None) -> Response:
        """Take a step as the improvement was last read."""
        caller = caller or self.secretariat
        return await caller.post(f"{path}/{step}", body, headers=etag_of(await caller.get(path)))

    async def respond(self, path: str, **changes: Any) -> Response:
        """Record what the first addressee answered by hand."""
        addressee = (await self.read(path))["addressees"][0]["id"]
        body = {
            "addressee_id": addressee,
            "response": "accepted",
            "by_when": "2027-06-30",
            "responded_on": "2026-01-15",
            **changes,
        }
        return await self.step(path, "responses", body)

    async def read(self, path: str) -> dict[str, Any]:
        """Read it."""
        answer = await self.secretariat.get(path)
        assert answer.status_code == 200, answer.text
        read: dict[str, Any] = answer.json()
        return read


async def open_board(panel: Service, organisation: str | None = None) -> Board:
    """Make a Panel of its own."""
    organisation = organisation or f"panel-{uuid4()}"
    return Board(
        panel,
        organisation,
        secretariat=await panel.caller("secretariat", organisation=organisation),
        chair=await panel.caller("chair", organisation=organisation),
    )
