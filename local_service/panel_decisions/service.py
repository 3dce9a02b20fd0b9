"""A decision of the Panel takes effect here: added to the case, never in the place of an earlier one."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from local_service.cases.file import CaseFile, touch
from local_service.cases.models import Case
from local_service.panel_decisions.models import PanelDecision
from local_service.panel_decisions.rules import asks_to_reconsider, is_next_decision
from local_service.panel_decisions.schemas import PanelDecisionRead
from service_kit.acting import Acting
from service_kit.exchange.message_types import ReceivedMessage, SetAside
from service_kit.ids import new_id
from shared_schemas.messages.panel import DecisionBody

CONTRADICTION = "contradicts-record"


async def apply_decision(acting: Acting, message: ReceivedMessage) -> None:
    """Add a decision to its case. One that does not follow the last is set aside for a person."""
    body = message.data
    if not isinstance(body, DecisionBody):
        raise TypeError("a message of another type than a decision")
    case = await _lock_case(acting, message.subject)
    known = await _versions(acting, case.id)
    if not is_next_decision(known, body.decision_version, body.supersedes_version):
        raise SetAside(CONTRADICTION)
    acting.session.add(
        PanelDecision(
            organisation_id=acting.organisation_id,
            id=new_id(),
            case_id=case.id,
            decision_version=body.decision_version,
            outcome=body.outcome,
            decision=body.model_dump(mode="json"),
            message_id=message.id,
            received_at=message.stored_at,
        )
    )
    touch(acting, case)
    await acting.session.flush()
    detail = {"decision_version": body.decision_version, "outcome": body.outcome, "crossed": message.crossed}
    await acting.audit("panel_decision.received", "case", case.id, detail)


def show_decisions(file: CaseFile) -> list[PanelDecisionRead]:
    """Show the Panel's decisions on a case, the first one first."""
    decided_at = [one.recorded_at for one in file.local_review_decisions]
    last = file.panel_decision
    return [
        PanelDecisionRead.model_validate(
            {
                **row.decision,
                "received_at": row.received_at,
                "message_id": row.message_id,
                "stands": row is last,
                "asks_to_reconsider_local_review": row is last
                and asks_to_reconsider(row.outcome, row.received_at, decided_at),
            },
            context={"open_lists": True},
        )
        for row in file.panel_decisions
    ]


async def _lock_case(acting: Acting, subject: str) -> Case:
    statement = (
        select(Case)
        .where(Case.organisation_id == acting.organisation_id, Case.exchange_reference == UUID(subject))
        .with_for_update()
    )
    case = (await acting.session.execute(statement)).scalar_one_or_none()
    if case is None:
        raise SetAside(CONTRADICTION)
    return case


async def _versions(acting: Acting, case_id: UUID) -> Sequence[int]:
    statement = select(PanelDecision.decision_version).where(
        PanelDecision.organisation_id == acting.organisation_id, PanelDecision.case_id == case_id
    )
    return (await acting.session.execute(statement)).scalars().all()
