"""A national review taken step by step, as the secretariat would take it, on days long enough ago."""

from dataclasses import dataclass
from typing import Any

from httpx import Response

from tests.panel.received import Sender
from tests.panel.test_decisions import decision, release, reviewed
from tests.support.services import Caller

REPORT = {
    "improvements_summary": "One route for bruising in babies, in every area.",
    "systemic_analysis": "Transfer between areas was counted as closure.",
    "recommendations": [{"to": "NHS England", "what": "One pathway.", "by_when": "2027-12-31"}],
}
MEMBER = {
    "name": "A. Reviewer",
    "experience": "Led eleven reviews.",
    "themes": ["16A"],
    "availability": {"available": True},
    "joined_on": "2024-01-08",
}
DECIDED = {
    "decided_on": "2025-01-06",
    "reasons": "Of national importance.",
    "secretary_of_state_told_on": "2025-01-07",
    "secretary_of_state_reference": "SoS-1",
}
SCOPE = {"terms_of_reference": "How.", "methodology": "Reading.", "timescale": "Nine months."}
PUBLISHED = {
    "form": "report",
    "published_on": "2025-05-20",
    "summary": "Seven.",
    "address": "https://panel.example/1",
}


@dataclass
class Course:
    """One national review and who runs it."""

    secretariat: Caller
    path: str
    reviewer: str = ""

    async def read(self) -> dict[str, Any]:
        answer = await self.secretariat.get(self.path)
        assert answer.status_code == 200, answer.text
        read: dict[str, Any] = answer.json()
        return read

    async def post(self, part: str, body: Any, caller: Caller | None = None) -> Response:
        """Take a step as it was last read."""
        etag = (await self.secretariat.get(self.path)).headers["ETag"]
        return await (caller or self.secretariat).post(self.path + part, body, headers={"If-Match": etag})

    async def done(self, part: str, body: Any) -> dict[str, Any]:
        answer = await self.post(part, body)
        assert answer.is_success, answer.text
        read: dict[str, Any] = answer.json()
        return read

    async def decided(self) -> None:
        await self.done("/decision", DECIDED)
        await self.done("/scope", SCOPE)

    async def select(self) -> str:
        """Enter somebody into the pool and select them; give the reviewer's id."""
        member = (await self.secretariat.post("/v1/reviewers", MEMBER)).json()["id"]
        body = {"pool_member_id": member, "selected_on": "2025-01-20"}
        self.reviewer = (await self.done("/reviewers", body))["reviewers"][-1]["id"]
        return self.reviewer

    async def confirm(self) -> None:
        of = f"/reviewers/{self.reviewer}"
        await self.done(f"{of}/recommendation", {"on": "2025-01-22"})
        await self.done(f"{of}/confirmation", {"on": "2025-01-29", "reference": "SoS-2"})

    async def started(self) -> None:
        await self.decided()
        await self.select()
        await self.confirm()
        await self.done("/start", {"on": "2025-02-02", "first_check_on": "2025-03-02"})

    async def drafted(self) -> None:
        await self.started()
        await self.done("/reports", {"report": REPORT})

    async def assured(self) -> None:
        await self.drafted()
        await self.done("/quality-assurance", {"on": "2025-05-01", "note": "Sources checked."})

    async def final(self) -> None:
        await self.assured()
        await self.done("/finalisation", {"on": "2025-05-04"})

    async def copied(self, **more: Any) -> None:
        await self.final()
        await self.done("/copies", {"on": "2025-05-05", "reference": "SoS-3", **more})


async def considered(sender: Sender, secretariat: Caller, outcome: str = "national_review") -> str:
    """Give the path of a case with a rapid review and a decision of this outcome."""
    _, path = await reviewed(sender, secretariat)
    body = decision(outcome=outcome)
    answer = await secretariat.post(f"{path}/decisions", body, headers={"If-Match": '"v2"'})
    assert answer.status_code == 201, answer.text
    released = await release(await sender.panel.caller("chair"), answer)
    assert released.status_code == 200, released.text
    return path


async def propose(secretariat: Caller, *cases: str, **changes: Any) -> Response:
    """Propose a review: of a single case, or of a theme over several."""
    body = {
        "form": "single_case" if len(cases) == 1 else "thematic",
        "title": "Bruising in babies",
        "case_ids": [case.rsplit("/", 1)[1] for case in cases],
        "proposed_on": "2025-01-05",
        "reasons": "It recurs.",
        **({"theme": "Bruising"} if len(cases) > 1 else {}),
        **changes,
    }
    return await secretariat.post("/v1/national-reviews", body)


async def proposed(sender: Sender, secretariat: Caller) -> Course:
    """Give a proposed review of one case."""
    answer = await propose(secretariat, await considered(sender, secretariat))
    assert answer.status_code == 201, answer.text
    return Course(secretariat, answer.headers["Location"])
