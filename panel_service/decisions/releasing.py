"""What becomes of a recorded decision: another person releases it to the partnership, or it is withdrawn."""

from dataclasses import dataclass
from uuid import UUID

from panel_service.cases.models import Case, CaseState
from panel_service.cases.service import lock_case, releases_of
from panel_service.decisions.models import Decision, DecisionRelease, DecisionState
from panel_service.decisions.rules import (
    check_nothing_came,
    why_no_decision,
    why_no_release,
    why_not_this_person,
)
from panel_service.decisions.service import find_decision
from panel_service.decisions.showing import state_of
from panel_service.intake.documents import documents_of
from panel_service.meetings.deciding import refuse_if_recused_since
from panel_service.partnership_link import send_to_partnership
from panel_service.settings import PanelSettings
from panel_service.triage.attention import set_attention
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse
from shared_schemas.messages.panel import DECISION_RECORDED, DECISION_SUPERSEDED, DecisionBody
from shared_schemas.panel_decisions import DecisionFacts


@dataclass(frozen=True)
class Recorded:
    """A decision with its case, locked."""

    case: Case
    decision: Decision


async def release_decision(
    acting: Acting, settings: PanelSettings, case_id: UUID, version: int, expected_version: int
) -> tuple[Recorded, DecisionRelease]:
    """Release a decision and send it to the partnership, in one transaction (CA2004 s16B(1)).

    Raises 404, 403 for whoever recorded it, 409, and 412 where the case has changed or more has come since.
    """
    found = await _open_decision(acting, case_id, version, expected_version, "release_decision")
    case, decision = found.case, found.decision
    refuse(why_no_decision(CaseState(case.state)))
    refuse(why_not_this_person(acting.caller, decision.recorded_by, four_eyes=settings.four_eyes))
    await refuse_if_recused_since(acting, decision)
    check_nothing_came(decision.documents_read, len(await documents_of(acting, case.id)))
    message_id = await _tell_partnership(acting, settings, found)
    release = _row(acting, found, DecisionState.RELEASED, message_id=message_id)
    await _keep(acting, case, release)
    detail = {"decision": str(decision.id), "version": version}
    if message_id is not None:
        detail["message"] = str(message_id)
    await acting.event("decision.released", "case", case.id, detail)
    return found, release


async def withdraw_decision(
    acting: Acting, case_id: UUID, version: int, expected_version: int, reasons: str
) -> tuple[Recorded, DecisionRelease]:
    """Withdraw a decision before its release: it stays on record and never reaches the partnership.

    Raises 404, 409 once it is released, 412 where the case has changed since it was read.
    """
    found = await _open_decision(acting, case_id, version, expected_version, "withdraw_decision")
    release = _row(acting, found, DecisionState.WITHDRAWN, reasons=reasons)
    await _keep(acting, found.case, release)
    detail = {"decision": str(found.decision.id), "version": version}
    await acting.event("decision.withdrawn", "case", found.case.id, detail)
    return found, release


async def _open_decision(
    acting: Acting, case_id: UUID, version: int, expected_version: int, move: str
) -> Recorded:
    case = await lock_case(acting, case_id)
    decision = await find_decision(acting, case.id, version)
    release = (await releases_of(acting, case.id)).get(decision.id)
    refuse(why_no_release(state_of(decision, release), move))
    check_version(case.version, expected_version)
    return Recorded(case, decision)


async def _keep(acting: Acting, case: Case, release: DecisionRelease) -> None:
    acting.session.add(release)
    case.version, case.updated_at = case.version + 1, acting.now
    # Whoever releases has read what there is; a withdrawal settles nothing.
    news = () if release.state == DecisionState.RELEASED else None
    await set_attention(acting, case, news)


def _row(
    acting: Acting,
    found: Recorded,
    state: DecisionState,
    *,
    reasons: str | None = None,
    message_id: UUID | None = None,
) -> DecisionRelease:
    return DecisionRelease(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=found.case.id,
        decision_id=found.decision.id,
        state=state,
        reasons=reasons,
        done_by=acting.caller.principal_id,
        done_at=acting.now,
        message_id=message_id,
    )


async def _tell_partnership(acting: Acting, settings: PanelSettings, found: Recorded) -> UUID | None:
    case, decision = found.case, found.decision
    if case.link_id is None:
        # It came by hand, and so its partnership is told by hand.
        return None
    facts = {name: decision.facts[name] for name in DecisionFacts.model_fields if name in decision.facts}
    body = DecisionBody.model_validate(
        {
            **facts,
            "decision_version": decision.decision_version,
            "supersedes_version": decision.supersedes_version,
            "decided_on_notification_version": decision.decided_on_notification_version,
            "decided_on_rapid_review": decision.decided_on_rapid_review,
            "decision_id": decision.id,
            "panel_case_id": case.id,
            "released_at": acting.now,
        },
        context={"open_lists": True},
    )
    return await send_to_partnership(
        acting,
        settings,
        link=case.link_id,
        subject=case.exchange_reference,
        message_type=DECISION_SUPERSEDED if decision.supersedes_version else DECISION_RECORDED,
        body=body,
    )
