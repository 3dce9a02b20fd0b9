"""A case's way to the Panel and back, step by step, and the proof that each step took effect once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from standalone.callers import Answer
from standalone.incident import panel_decision, rapid_review_sections, serious_incident
from tests.process.pair import PairProcesses

NOTIFIER = {"name": "A. Notifier", "role": "Head of safeguarding", "email": "notifier@demonstration.example"}


@dataclass
class Journey:
    """One case; its steps return as soon as the service that was asked has answered."""

    pair: PairProcesses
    path: str
    reference: UUID
    now: datetime

    def notify(self) -> None:
        """Draft the notification and have another person authorise it."""
        cast = self.pair.cast
        judgement = {"judgement": "serious_case", "reasons": "Abuse is suspected; the harm is serious."}
        cast.authoriser.put(f"{self.path}/assessment", judgement, etag=etag(cast.office.get(self.path)))
        cast.notifier.post(f"{self.path}/notification", {"notifier": NOTIFIER})
        drafted = etag(cast.office.get(self.path))
        cast.authoriser.post(f"{self.path}/notification/authorisation", etag=drafted)

    def complete_rapid_review(self, sections: tuple[dict[str, Any], ...] | None = None) -> None:
        """Write the rapid review and complete it."""
        office = self.pair.cast.office
        answer = office.post(f"{self.path}/rapid-review")
        for part in sections or rapid_review_sections(self.now):
            answer = office.patch(f"{self.path}/rapid-review", {"sections": part}, etag=etag(answer))
        office.post(f"{self.path}/rapid-review/completion", etag=etag(answer))

    def decide(self) -> None:
        """Record the Panel's decision on its case, which must be there, and have another person release it."""
        secretariat, chair = self.pair.cast.secretariat, self.pair.cast.chair
        found = self.pair.rows("panel", "SELECT id FROM cases WHERE exchange_reference = $1", self.reference)
        path = f"/v1/cases/{found[0]['id']}"
        recorded = secretariat.post(
            f"{path}/decisions", panel_decision(self.now), etag=etag(secretariat.get(path))
        )
        release = f"{path}/decisions/{recorded.body['decision_version']}/release"
        chair.post(release, etag=etag(recorded))

    def sent(self, service: str) -> list[Any]:
        """The messages a service wrote about the case, in their order."""
        statement = "SELECT * FROM outbound_messages WHERE subject = $1 ORDER BY number"
        return self.pair.rows(service, statement, str(self.reference))

    def received(self, service: str) -> list[Any]:
        """The messages a service received about the case, in their order."""
        statement = "SELECT * FROM inbound_messages WHERE subject = $1 ORDER BY number"
        return self.pair.rows(service, statement, str(self.reference))

    def wait_delivered(self, service: str, count: int, *, hurry: bool = True) -> None:
        """Wait until a service has receipts for so many messages and the peer has applied them."""
        peer = PEER[service]

        def arrived() -> bool:
            delivered = [row for row in self.sent(service) if row["state"] == "delivered"]
            applied = [row for row in self.received(peer) if row["state"] == "applied"]
            return len(delivered) == len(applied) == count

        self.pair.wait_for(arrived, f"{count} messages of {service} delivered and applied", hurry=hurry)

    def assert_crossed_once(self, *, from_local: int, from_panel: int = 0) -> None:
        """Hold both databases against each other: everything is there, in its order, once."""
        _assert_stream(self, "local", from_local)
        _assert_stream(self, "panel", from_panel)
        documents = self.pair.rows(
            "panel",
            "SELECT d.kind, d.version FROM received_documents d JOIN cases c ON c.id = d.case_id"
            " WHERE c.exchange_reference = $1 ORDER BY d.received_at",
            self.reference,
        )
        kinds = [("notification", 1), ("rapid_review", 1)][:from_local]
        assert [tuple(row) for row in documents] == kinds
        assert self._count("panel", "cases WHERE exchange_reference = $1") == 1
        decisions = "panel_decisions d JOIN cases c ON c.id = d.case_id WHERE c.exchange_reference = $1"
        assert self._count("local", decisions) == from_panel

    def _count(self, service: str, what: str) -> int:
        # The words are this module's own.
        return int(self.pair.rows(service, f"SELECT count(*) FROM {what}", self.reference)[0][0])  # noqa: S608


PEER = {"local": "panel", "panel": "local"}


def begin(pair: PairProcesses, incident: dict[str, Any] | None = None) -> Journey:
    """Record a case at the partnership."""
    office = pair.cast.office
    now = datetime.fromisoformat(office.get("/v1/me").body["now"])
    case = office.post("/v1/cases", {"incident": incident or serious_incident(now)}).body
    path = f"/v1/cases/{case['id']}"
    return Journey(pair, path, UUID(office.get(path).body["exchange_reference"]), now)


def etag(answer: Answer) -> str:
    """Give an answer's ETag, which it must have."""
    assert answer.etag is not None
    return answer.etag


def _assert_stream(journey: Journey, sender: str, count: int) -> None:
    receiver = PEER[sender]
    sent, received = journey.sent(sender), journey.received(receiver)
    assert [row["number"] for row in sent] == list(range(1, count + 1))
    assert [row["number"] for row in received] == list(range(1, count + 1))
    for ours, theirs in zip(sent, received, strict=True):
        assert (ours["state"], theirs["state"]) == ("delivered", "applied")
        assert (ours["id"], ours["body"], ours["hash"]) == (theirs["id"], theirs["body"], theirs["hash"])
        assert ours["hash"] == hashlib.sha256(ours["body"]).hexdigest()
        assert ours["receipt_reference"] == theirs["reference"]
        assert ours["hash"] in ours["receipt"]
        assert _entries(journey, sender, "exchange.delivered", ours["id"]) == 1
        assert _entries(journey, receiver, "exchange.applied", ours["id"]) == 1


def _entries(journey: Journey, service: str, action: str, message: UUID) -> int:
    statement = "SELECT count(*) FROM audit_entries WHERE action = $1 AND subject_id = $2"
    return int(journey.pair.rows(service, statement, action, message)[0][0])
