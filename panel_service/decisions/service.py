from uuid import UUID

from panel_service.cases.models import Case, CaseState
from panel_service.cases.service import decisions_of, lock_case, releases_of
from panel_service.decisions.models import Decision, DecisionState
from panel_service.decisions.rules import (
    check_decided_on,
    check_rapid_review,
    texts_of,
    why_no_decision,
    why_no_recording,
)
from panel_service.decisions.schemas import DecisionCreate
from panel_service.decisions.showing import state_of
from panel_service.intake.documents import documents_of
from panel_service.intake.models import DocumentKind
from panel_service.meetings.deciding import check_deciders
from panel_service.queries.naming import identifying_of
from panel_service.queries.rules import check_names_no_child
from panel_service.triage.attention import set_attention
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.problems import ApiProblem


async def record_decision(
    acting: Acting, case_id: UUID, expected_version: int, given: DecisionCreate
) -> tuple[Decision, Case]:
    """Record the Panel's decision (CA2004 s16B(1), reg 3). It is sent once another person releases it.

    Raises 404, 412 where the case has changed since it was read, 409 and 422 as the rules say.
    """
    case = await lock_case(acting, case_id)
    check_version(case.version, expected_version)
    refuse(why_no_decision(CaseState(case.state)))
    check_decided_on(given.decided_on, received_at=case.received_at, now=acting.now)
    recused = await check_deciders(acting, case, given)
    check_names_no_child(texts_of(given), await identifying_of(acting, case.id))
    documents = await documents_of(acting, case.id)
    notifications = [entry.version for entry in documents if entry.kind == DocumentKind.NOTIFICATION]
    with_rapid_review = any(entry.kind == DocumentKind.RAPID_REVIEW for entry in documents)
    check_rapid_review(
        received=with_rapid_review, reasons_not_to_wait=given.decided_without_rapid_review_reasons
    )
    number, supersedes = await _place_in_chain(acting, case)
    decision = Decision(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=case.id,
        decision_version=number,
        supersedes_version=supersedes,
        outcome=given.outcome,
        facts=given.model_dump(mode="json") | {"recused": sorted({*given.recused, *recused})},
        decided_on_notification_version=max(notifications),
        decided_on_rapid_review=with_rapid_review,
        recorded_by=acting.caller.principal_id,
        recorded_at=acting.now,
        meeting_id=given.meeting_id,
        documents_read=len(documents),
    )
    acting.session.add(decision)
    case.version, case.updated_at = case.version + 1, acting.now
    await set_attention(acting, case)
    detail = {"decision": str(decision.id), "version": number, "outcome": given.outcome}
    await acting.event("decision.recorded", "case", case.id, detail)
    return decision, case


async def find_decision(acting: Acting, case_id: UUID, version: int) -> Decision:
    """Find one decision by its version. Raises 404."""
    for decision in await decisions_of(acting, case_id):
        if decision.decision_version == version:
            return decision
    raise ApiProblem("not-found")


async def _place_in_chain(acting: Acting, case: Case) -> tuple[int, int | None]:
    """Give the next number, and the released decision it would supersede. Raises 409 while one waits."""
    former, releases = await decisions_of(acting, case.id), await releases_of(acting, case.id)
    numbers: dict[DecisionState, int] = {}
    for decision in former:
        numbers[state_of(decision, releases.get(decision.id))] = decision.decision_version
    refuse(why_no_recording(numbers.get(DecisionState.RECORDED)))
    return len(former) + 1, numbers.get(DecisionState.RELEASED)
