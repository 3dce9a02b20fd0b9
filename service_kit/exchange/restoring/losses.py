"""What a comparison says about our own loss: pure rules over what was found."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from service_kit.exchange.reconciling.comparing import Finding
from service_kit.exchange.reconciling.models import FindingKind as Found
from service_kit.exchange.restoring.models import FindingKind
from shared_schemas.exchange.summaries import SummaryDirection


@dataclass(frozen=True)
class Losses:
    """What the counterpart has and we have not. What only the counterpart lacks, or is on its way, is none of ours."""

    unknown: dict[UUID, date] = field(default_factory=dict)  # ours, held there, unknown here
    lacking: dict[UUID, date] = field(default_factory=dict)  # theirs, with a receipt of ours, not held here
    different: dict[UUID, date] = field(default_factory=dict)
    refused: str | None = None  # a statement of theirs that fits nothing: then nothing can be said

    @property
    def counts(self) -> dict[str, int]:
        """Give how many there are of each kind; empty where there is no difference."""
        found = {
            FindingKind.RECOVERED: len(self.unknown),
            FindingKind.TO_COME_AGAIN: len(self.lacking),
            FindingKind.DIFFERENT: len(self.different),
        }
        return {kind.value: count for kind, count in found.items() if count}

    @property
    def days(self) -> list[date]:
        """Give the days on which something of ours is unknown here."""
        return sorted(set(self.unknown.values()))


def losses_of(findings: Iterable[Finding]) -> Losses:
    """Sort a comparison's findings."""
    losses = Losses()
    refused = None
    for finding in findings:
        if finding.kind == Found.STATEMENT_REFUSED:
            refused = finding.code or "statement_refused"
            continue
        place = _place(losses, finding)
        if place is not None and finding.message_id is not None and finding.day is not None:
            place[finding.message_id] = finding.day
    return Losses(losses.unknown, losses.lacking, losses.different, refused)


def _place(losses: Losses, finding: Finding) -> dict[UUID, date] | None:
    match finding.kind, finding.direction:
        case Found.UNKNOWN_TO_SENDER, SummaryDirection.SENT:
            return losses.unknown
        case Found.RECEIVER_LACKS, SummaryDirection.RECEIVED:
            return losses.lacking
        case Found.HASHES_DIFFER, _:
            return losses.different
        case _:
            return None
