"""What both databases hold of the exchange, read past row-level security."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.campaign.pair import PEER, CampaignPair

OUT = (
    "SELECT id, link_id, subject, number, type, hash, state, receipt IS NOT NULL AS receipted,"
    " recovered_at IS NOT NULL AS recovered FROM outbound_messages"
)
IN = "SELECT id, link_id, subject, number, type, hash, state, applied_at FROM inbound_messages"
AUDIT = "SELECT action, subject_id, count(*) FROM audit_entries WHERE outcome = 'done' GROUP BY 1, 2"
# What was sent, by the business row that says so.
SENT_BY = {
    "local": (
        "SELECT message_id, 'local.notification.v1' FROM notifications WHERE message_id IS NOT NULL"
        " UNION ALL SELECT message_id, 'local.rapid_review.v1' FROM rapid_reviews WHERE message_id IS NOT NULL"
        " UNION ALL SELECT message_id, 'local.notification_withdrawn.v1' FROM withdrawals WHERE message_id IS NOT NULL"
    ),
    "panel": "SELECT message_id, 'panel.decision.recorded.v1' FROM decision_releases WHERE message_id IS NOT NULL",
}
# What took effect, by the business row that says so.
EFFECTS = {
    "panel": "SELECT message_id, count(*) FROM received_documents WHERE message_id IS NOT NULL GROUP BY 1",
    "local": "SELECT message_id, count(*) FROM panel_decisions GROUP BY 1",
}
LIVE = ("pending", "leased", "delivered", "dead")


@dataclass(frozen=True)
class Sent:
    id: UUID
    link: UUID
    subject: str
    number: int
    type: str
    hash: str
    state: str
    receipted: bool
    recovered: bool


@dataclass(frozen=True)
class Received:
    id: UUID
    link: UUID
    subject: str
    number: int
    type: str
    hash: str
    state: str
    applied_at: datetime | None


@dataclass(frozen=True)
class Held:
    """One service's side."""

    sent: dict[UUID, Sent]
    received: dict[UUID, Received]
    audit: Counter[tuple[str, UUID | None]]
    sent_by: dict[UUID, str]
    effects: dict[UUID, int]


def read_both(pair: CampaignPair) -> dict[str, Held]:
    """Read both sides."""
    return {service: _read(pair, service) for service in PEER}


def streams(received: dict[UUID, Received]) -> dict[tuple[UUID, str], list[Received]]:
    """Give each stream's messages in their order."""
    found: dict[tuple[UUID, str], list[Received]] = defaultdict(list)
    for message in received.values():
        found[message.link, message.subject].append(message)
    return {stream: sorted(of, key=lambda message: message.number) for stream, of in found.items()}


def _read(pair: CampaignPair, service: str) -> Held:
    def rows(statement: str) -> list[Any]:
        return pair.rows(service, statement)

    return Held(
        sent={row[0]: Sent(*row) for row in rows(OUT)},
        received={row[0]: Received(*row) for row in rows(IN)},
        audit=Counter({(row[0], row[1]): row[2] for row in rows(AUDIT)}),
        sent_by={row[0]: row[1] for row in rows(SENT_BY[service])},
        effects={row[0]: row[1] for row in rows(EFFECTS[service])},
    )
