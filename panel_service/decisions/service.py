from uuid import UUID

from panel_service.cases.models import Case, CaseState
from panel_service.cases.service import decisions_of, lock_case
from panel_service.decisions.models import Decision
from panel_service.decisions.rules import check_decided_on, check_rapid_review, why_no_decision
from panel_service.decisions.schemas import DecisionCreate
from panel_service.intake.documents import documents_of
from panel_service.intake.models import DocumentKind
from panel_service.moves import refuse
from panel_service.partnership_link import send_to_partnership
from panel_service.settings import PanelSettings
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.problems import ApiProblem
from shared_schemas.messages.panel import DECISION_RECORDED, DECISION_SUPERSEDED, DecisionBody
from shared_schemas.panel_decisions import DecisionFacts, DecisionMade


async def record_decision(
    acting: Acting, settings: PanelSettings, case_id: UUID, expected_version: int, given: DecisionCreate
) -> tuple[Decision, Case]:
    """Record the Panel's decision and send it to the partnership, in one transaction (CA2004 s16B(1), reg 3).

    Raises 404, 412 where the case has changed since it was read, 409 and 422 as the rules say.
    """
    case = await lock_case(acting, case_id)
    check_version(case.version, expected_version)
    refuse(why_no_decision(CaseState(case.state)))
    check_decided_on(given.decided_on, received_at=case.received_at, now=acting.now)
    documents = await documents_of(acting, case.id)
    notifications = [entry.version for entry in documents if entry.kind == DocumentKind.NOTIFICATION]
    with_rapid_review = any(entry.kind == DocumentKind.RAPID_REVIEW for entry in documents)
    check_rapid_review(
        received=with_rapid_review, reasons_not_to_wait=given.decided_without_rapid_review_reasons
    )
    former = await decisions_of(acting, case.id)
    version = len(former) + 1
    made = DecisionMade(
        **given.model_dump(include=set(DecisionFacts.model_fields)),
        decision_version=version,
        supersedes_version=version - 1 or None,
        decided_on_notification_version=max(notifications),
        decided_on_rapid_review=with_rapid_review,
    )
    decision_id = new_id()
    message_id = await _tell_partnership(acting, settings, case, decision_id, made)
    decision = Decision(
        organisation_id=acting.organisation_id,
        id=decision_id,
        case_id=case.id,
        decision_version=version,
        supersedes_version=made.supersedes_version,
        outcome=made.outcome,
        facts=given.model_dump(mode="json"),
        decided_on_notification_version=made.decided_on_notification_version,
        decided_on_rapid_review=with_rapid_review,
        recorded_by=acting.caller.principal_id,
        recorded_at=acting.now,
        message_id=message_id,
    )
    acting.session.add(decision)
    case.state, case.version, case.updated_at = CaseState.DECIDED, case.version + 1, acting.now
    await acting.session.flush()
    detail = {"decision": str(decision_id), "version": version, "outcome": made.outcome}
    await acting.event("decision.recorded", "case", case.id, detail)
    return decision, case


async def _tell_partnership(
    acting: Acting, settings: PanelSettings, case: Case, decision_id: UUID, made: DecisionMade
) -> UUID | None:
    if case.link_id is None:
        # It came by hand, and so its partnership is told by hand.
        return None
    message_type = DECISION_RECORDED if made.decision_version == 1 else DECISION_SUPERSEDED
    body = DecisionBody(**made.model_dump(), decision_id=decision_id, panel_case_id=case.id)
    return await send_to_partnership(
        acting,
        settings,
        link=case.link_id,
        subject=case.exchange_reference,
        message_type=message_type,
        body=body,
    )


async def find_decision(acting: Acting, case_id: UUID, version: int) -> Decision:
    """Find one decision by its version. Raises 404."""
    for decision in await decisions_of(acting, case_id):
        if decision.decision_version == version:
            return decision
    raise ApiProblem("not-found")
