"""The people of one partnership, and a case of theirs taken step by step as they would take it."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from httpx import Response

from service_kit.administration import Peer, owner_session, register_peer
from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.keys import new_signing_key, write_public_key
from shared_schemas.messages import examples
from tests.support.services import Caller, Service

NOTIFIER = {"name": "A. Notifier", "role": "Head of safeguarding", "email": "notifier@eastshire.example"}
JUDGEMENT = {"judgement": "serious_case", "reasons": "Abuse is suspected; the injuries are not explained."}
DECISION = {"commissioned": True, "reasons": "Criterion (c) is met.", "decided_on": "2025-12-29"}
# Each lies after the receipt of the information below and long before any day on which the tests run.
SECTIONS: dict[str, Any] = {
    **examples.SECTIONS,
    "decision_on_next_steps": {"decision": "Recommend a local review.", "decided_on": "2025-12-29"},
}
REPORT = examples.REPORT
REVIEWER: dict[str, Any] = {
    "name": "An independent reviewer",
    "organisation": "Independent practice",
    "independence": "Has worked for none of the agencies in the area.",
    "conflicts_of_interest": "None declared.",
    "appointed_on": "2025-12-30",
}


def child(**changes: Any) -> dict[str, Any]:
    """Give one child, changed so."""
    facts = {
        "index_child": True,
        "outcome": "seriously_harmed",
        "la_child_id": "LA100234",
        "nhs_number": "9434765919",
        "date_of_birth": "2025-08-01",
    }
    return {**facts, **changes}


def incident(**changes: Any) -> dict[str, Any]:
    """Give an incident of which the police learnt on Monday 22 December 2025, changed so."""
    facts: dict[str, Any] = {
        "occurred_on": "2025-12-21",
        "location": {"in_england": True, "local_authority": "846"},
        "setting": "family_home",
        "nature": "serious_harm",
        "notification_limb": "s16c_1_a",
        "abuse_or_neglect": "suspected",
        "summary": "An infant was brought to hospital with injuries that are not explained.",
        "authority_became_aware_at": "2025-12-22T11:00:00Z",
        "information_received": [
            {"partner": "local_authority", "received_at": "2025-12-22T11:00:00Z"},
            {"partner": "police", "received_at": "2025-12-22T10:00:00Z"},
        ],
        "children": [child()],
    }
    return {**facts, **changes}


def etag_of(answer: Response) -> dict[str, str]:
    """Give the header that says what was last read."""
    return {"If-Match": answer.headers["ETag"]}


@dataclass
class Office:
    """One partnership's people, each with a key of their own."""

    local: Service
    code: str
    office: Caller
    notifier: Caller
    authoriser: Caller

    async def record(self, **changes: Any) -> str:
        """Record a case; give its path."""
        answer = await self.office.post("/v1/cases", {"incident": incident(**changes)})
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    async def judge(self, path: str) -> Response:
        """Judge it a serious child safeguarding case."""
        headers = etag_of(await self.authoriser.get(path))
        return await self.authoriser.put(f"{path}/assessment", JUDGEMENT, headers=headers)

    async def draft(self, path: str) -> Response:
        """Draft its notification."""
        return await self.notifier.post(f"{path}/notification", {"notifier": NOTIFIER})

    async def authorise(self, path: str) -> Response:
        """Authorise its notification, by another person."""
        return await self.authoriser.post(
            f"{path}/notification/authorisation", headers=await self.if_match(path)
        )

    async def if_match(self, path: str) -> dict[str, str]:
        """Give the header that says which version of the case was last read."""
        return etag_of(await self.office.get(path))

    async def notify(self, path: str) -> None:
        """Judge, draft and authorise."""
        for step in (self.judge, self.draft, self.authorise):
            answer = await step(path)
            assert answer.is_success, answer.text

    async def notified(self, **changes: Any) -> str:
        """Record a case and notify it; give its path."""
        path = await self.record(**changes)
        await self.notify(path)
        return path

    async def start_review(self, path: str, sections: dict[str, Any] = SECTIONS) -> Response:
        """Start the rapid review and write sections; give the last answer."""
        answer = await self.office.post(f"{path}/rapid-review")
        body = {"sections": sections}
        return await self.office.patch(f"{path}/rapid-review", body, answer.headers["ETag"])

    async def complete_review(self, path: str) -> Response:
        """Complete the rapid review as it was last read."""
        headers = etag_of(await self.office.get(f"{path}/rapid-review"))
        return await self.office.post(f"{path}/rapid-review/completion", headers=headers)

    async def commission(self, path: str, **changes: Any) -> Response:
        """Record the partners' decision on a local review."""
        return await self.office.post(f"{path}/local-review/decision", {**DECISION, **changes})

    async def appoint(self, path: str, **changes: Any) -> Response:
        """Appoint a reviewer of the local review."""
        return await self.office.post(f"{path}/local-review/reviewers", {**REVIEWER, **changes})

    async def course_step(self, path: str, step: str, body: dict[str, Any], **more: Any) -> Response:
        """Take a step in the local review's course, as the review was last read."""
        headers = etag_of(await self.office.get(f"{path}/local-review"))
        return await self.office.post(f"{path}/local-review/{step}", body, headers=headers, **more)

    async def write_report(self, path: str, report: dict[str, Any] = REPORT) -> Response:
        """Write parts of the local review's report, and appoint whom it names."""
        for name in report.get("reviewers", ()):
            await self.appoint(path, name=name)
        headers = etag_of(await self.office.get(f"{path}/local-review"))
        return await self.office.request(
            "PATCH", f"{path}/local-review", json={"report": report}, headers=headers
        )

    async def complete_local_review(self, path: str) -> Response:
        """Complete the local review as it was last read."""
        headers = etag_of(await self.office.get(f"{path}/local-review"))
        return await self.office.post(f"{path}/local-review/completion", headers=headers)

    async def read(self, path: str) -> dict[str, Any]:
        """Read a case."""
        answer = await self.office.get(path)
        assert answer.status_code == 200, answer.text
        read: dict[str, Any] = answer.json()
        return read

    async def audit(self, path: str) -> list[dict[str, Any]]:
        """Give what was done to a case, the newest first, as an auditor sees it."""
        auditor = await self.local.caller("auditor", organisation=self.code)
        params: dict[str, Any] = {"subject_id": path.rsplit("/", 1)[1], "limit": 200}
        entries: list[dict[str, Any]] = (await auditor.get("/v1/audit-entries", params=params)).json()[
            "items"
        ]
        return entries


async def open_office(local: Service, code: str | None = None, *, linked: bool = False) -> Office:
    """Make a partnership of its own; ``linked`` to a Panel that nothing ever reaches."""
    code = code or f"partnership-{uuid4()}"
    office = Office(
        local,
        code,
        office=await local.caller("partnership_office", organisation=code),
        notifier=await local.caller("notifier", organisation=code),
        authoriser=await local.caller("authoriser", organisation=code),
    )
    if linked:
        await _link_to_a_panel(local, code)
    return office


async def _link_to_a_panel(local: Service, code: str) -> None:
    peer = Peer(
        organisation_code=code,
        party=party_urn(uuid4()),
        code="panel",
        name="The Panel",
        link=uuid4(),
        address="https://panel.example",
        public_key=write_public_key(new_signing_key().public_key()),
    )
    async with owner_session(local.settings) as session:
        await register_peer(session, local.settings, peer)
