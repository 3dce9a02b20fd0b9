"""What two sets of messages tell: pure rules, by the protocol's table of what is found."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from service_kit.exchange.reconciling.models import FindingKind
from service_kit.exchange.reconciling.sets import NOT_LIVE, SentRow
from shared_schemas.exchange.reconciling import Listed
from shared_schemas.exchange.summaries import DaySummary, SummaryDirection


@dataclass(frozen=True)
class Finding:
    """One difference. ``direction`` is ours: of what was sent, or of what was received."""

    kind: FindingKind
    direction: SummaryDirection
    day: date | None = None
    message_id: UUID | None = None
    code: str | None = None

    def words(self) -> dict[str, str | None]:
        """Give it as it is kept: ids and codes alone."""
        return {
            "kind": self.kind.value,
            "direction": self.direction.value,
            "day": self.day.isoformat() if self.day else None,
            "message_id": str(self.message_id) if self.message_id else None,
            "code": self.code,
        }


def days_that_differ(ours: Iterable[DaySummary], theirs: Iterable[DaySummary]) -> list[date]:
    """Give the days whose number or root is not the same on both sides, the oldest first."""
    own, other = {day.day: day for day in ours}, {day.day: day for day in theirs}
    return sorted(day for day in own.keys() | other.keys() if own.get(day) != other.get(day))


def differences_of_sent(
    day: date, before: Collection[UUID], theirs: Mapping[UUID, Listed], now: Mapping[UUID, SentRow]
) -> list[Finding]:
    """Judge a day of what we sent: ``before`` is what had a receipt before they listed, ``now`` how all stands since.

    What is on its way, or arrived meanwhile, is no difference.
    """
    found: list[Finding] = []

    def name(kind: FindingKind, message_id: UUID) -> None:
        found.append(Finding(kind, SummaryDirection.SENT, day, message_id))

    for message_id in sorted(set(before) - theirs.keys()):
        if message_id in now and now[message_id].arrived:
            name(FindingKind.RECEIVER_LACKS, message_id)
    for message_id, listed in sorted(theirs.items()):
        message = now.get(message_id)
        if message is None:
            name(FindingKind.UNKNOWN_TO_SENDER, message_id)
        elif message.hash != listed.hash:
            name(FindingKind.HASHES_DIFFER, message_id)
        elif message.state in NOT_LIVE:
            name(FindingKind.GIVEN_UP_BUT_HELD, message_id)
        elif not message.arrived and not message.on_its_way:
            name(FindingKind.RECEIPT_MISSING, message_id)
    return found


@dataclass(frozen=True)
class ReceivedDifference:
    """A day of what we received, against what the counterpart has our receipts for."""

    lacking: list[UUID]
    without_receipt: list[UUID]  # or on their way: the counterpart is asked which
    different: list[UUID]


def differences_of_received(theirs: Mapping[UUID, Listed], ours: Mapping[UUID, Listed]) -> ReceivedDifference:
    """Judge a day of what we received; ``ours`` was read after the counterpart had listed what it sent."""
    both = theirs.keys() & ours.keys()
    return ReceivedDifference(
        lacking=sorted(theirs.keys() - ours.keys()),
        without_receipt=sorted(ours.keys() - theirs.keys()),
        different=sorted(
            message_id for message_id in both if theirs[message_id].hash != ours[message_id].hash
        ),
    )
