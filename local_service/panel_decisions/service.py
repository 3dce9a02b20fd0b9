"""A decision of the Panel takes effect here: added to the case, never in the place of an earlier one."""

from uuid import UUID

from sqlalchemy import select

from local_service.cases.file import CaseFile, open_file, touch
from local_service.cases.models import Case
from local_service.panel_decisions.models import PanelDecision
from local_service.panel_decisions.rules import asks_to_reconsider, fits_record
from local_service.panel_decisions.schemas import PanelDecisionRead
from service_kit.acting import Acting
from service_kit.exchange.message_types import ReceivedMessage, SetAside
from service_kit.exchange.models import OutboundMessage
from service_kit.ids import new_id
from shared_schemas.messages.panel import DecisionBody

CONTRADICTION = "contradicts-record"


async def apply_decision(acting: Acting, message: ReceivedMessage) -> None:
    """Add a decision to its case. One that does not follow the last is set aside for a person."""
    body = message.data
    if not isinstance(body, DecisionBody):
        raise TypeError("a message of another type than a decision")
    case = await _lock_case(acting, message.subject)
    file = await open_file(acting.session, case)
    if not fits_record(file, message.type, body) or not await _came_by_the_cases_link(acting, file, message):
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
            received_at=acting.now,
        )
    )
    touch(acting, case)
    await acting.session.flush()
    detail = {"decision_version": body.decision_version, "outcome": body.outcome, "crossed": message.crossed}
    await acting.event("panel_decision.received", "case", case.id, detail)


def show_decisions(file: CaseFile) -> list[PanelDecisionRead]:
    """Show the Panel's decisions on a case, the first one first."""
    last = file.panel_decision
    return [
        PanelDecisionRead.model_validate(
            {
                **row.decision,
                "received_at": row.received_at,
                "message_id": row.message_id,
                "stands": row is last,
                "asks_to_reconsider_local_review": row is last and asks_to_reconsider(file),
            },
            context={"open_lists": True},
        )
        for row in file.panel_decisions
    ]


async def find_case_for(acting: Acting, message: ReceivedMessage) -> Case:
    """Find and lock the case a message of the Panel is about, or set the message aside.

    A message on another link than that by which the case was notified is none about this case.
    """
    case = await _lock_case(acting, message.subject)
    file = await open_file(acting.session, case)
    if not file.sent_notifications or not await _came_by_the_cases_link(acting, file, message):
        raise SetAside(CONTRADICTION)
    return case


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


async def _came_by_the_cases_link(acting: Acting, file: CaseFile, message: ReceivedMessage) -> bool:
    """Whether the link is the one by which the case was notified."""
    sent = await acting.session.get(
        OutboundMessage, (acting.organisation_id, file.sent_notifications[0].message_id)
    )
    return sent is not None and sent.link_id == message.link_id
