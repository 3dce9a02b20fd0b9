"""What a comparison came to: kept for ever, audited, and heard of where a person is needed."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.exchange.alerts import AlertKind, raise_alert
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.reconciling.comparing import Finding
from service_kit.exchange.reconciling.equality import found_equal
from service_kit.exchange.reconciling.models import FindingKind, Reconciliation, RunReason
from service_kit.ids import new_id

FINDINGS_KEPT = 1_000


@dataclass(frozen=True)
class Outcome:
    """One comparison. The summaries are the counterpart's: what it received of us, and what it sent us."""

    organisation_id: UUID
    link_id: UUID
    reason: RunReason
    started_at: datetime
    first_day: date | None
    days: int
    sent_equal: bool
    received_equal: bool
    findings: tuple[Finding, ...]
    counterpart_epoch: datetime
    received_summaries: tuple[str, ...]
    sent_summaries: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether nothing differs in either direction."""
        return self.sent_equal and self.received_equal

    @property
    def unequal_since(self) -> date | None:
        """Give the earliest day that differs, as far as it is known."""
        return min((finding.day for finding in self.findings if finding.day), default=None)


async def record_outcome(session: AsyncSession, keys: LinkKeys, outcome: Outcome) -> UUID:
    """Keep a comparison and what the counterpart signed for it; end the alerts it answers, raise those it calls for."""
    reconciliation_id = new_id()
    await session.execute(
        insert(Reconciliation).values(
            organisation_id=outcome.organisation_id,
            id=reconciliation_id,
            link_id=outcome.link_id,
            reason=outcome.reason.value,
            started_at=outcome.started_at,
            first_day=outcome.first_day,
            days=outcome.days,
            sent_equal=outcome.sent_equal,
            received_equal=outcome.received_equal,
            findings=[finding.words() for finding in outcome.findings[:FINDINGS_KEPT]],
            finding_count=len(outcome.findings),
            unequal_since=outcome.unequal_since,
            counterpart_epoch=outcome.counterpart_epoch,
            received_summaries=list(outcome.received_summaries),
            sent_summaries=list(outcome.sent_summaries),
        )
    )
    if outcome.equal:
        await found_equal(session, outcome.organisation_id, outcome.link_id)
    await _raise_refused(session, outcome)
    detail = {
        "reconciliation": str(reconciliation_id),
        "equal": outcome.equal,
        "days": outcome.days,
        "findings": len(outcome.findings),
    }
    await record_audit(
        session, keys.caller(), "exchange.reconciled", "exchange_link", outcome.link_id, detail
    )
    return reconciliation_id


async def _raise_refused(session: AsyncSession, outcome: Outcome) -> None:
    for finding in outcome.findings:
        if finding.kind == FindingKind.STATEMENT_REFUSED:
            detail = {key: value for key, value in finding.words().items() if value}
            await raise_alert(
                session,
                outcome.organisation_id,
                AlertKind.STATEMENT_REFUSED,
                link_id=outcome.link_id,
                detail=detail,
            )
