"""An improvement as it is read: whole, or without what could tell whose cases are behind it."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select

from panel_service.improvements.addressees import addressees_of
from panel_service.improvements.evidence import evidence_of
from panel_service.improvements.models import (
    AddresseeKind,
    Concern,
    ConfirmedRecurrence,
    Improvement,
    ImprovementAddressee,
    ImprovementResponse,
    ImprovementState,
)
from panel_service.improvements.responses import responses_of
from panel_service.improvements.rules import MOVE_NAMES, why_no_move
from panel_service.improvements.schemas import (
    AddresseeRead,
    AddressingRead,
    EvidenceRead,
    ImprovementListed,
    ImprovementRead,
    MoveRead,
    NextMove,
    ResponseRead,
)
from panel_service.improvements.service import history_of
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from shared_schemas.improvements import Progress, ResponseFacts, is_overdue


async def show_improvement(acting: Acting, improvement: Improvement) -> ImprovementRead:
    """Show an improvement; to who may not read cases, evidence is counted and nobody named."""
    evidence = await evidence_of(acting, improvement.id)
    whole = "cases:read" in acting.scopes
    return ImprovementRead(
        **ImprovementListed.model_validate(improvement).model_dump(),
        why=improvement.why,
        identified_by=improvement.identified_by,
        agreed_by=improvement.agreed_by,
        agreed_at=improvement.agreed_at,
        addressed_at=improvement.addressed_at,
        superseded_by_id=improvement.superseded_by_id,
        updated_at=improvement.updated_at,
        previously_identified=await _is_confirmed(acting, improvement),
        evidence_counts=dict(Counter(entry.kind for entry in evidence)),
        evidence=[EvidenceRead.model_validate(entry) for entry in evidence] if whole else None,
        addressees=await show_addressees(acting, improvement) if whole else None,
        history=[MoveRead.model_validate(entry) for entry in await history_of(acting, improvement.id)]
        if whole
        else None,
        next_moves=_next_moves(improvement, has_evidence=bool(evidence)),
    )


async def show_addressing(acting: Acting, improvement: Improvement) -> AddressingRead:
    """Show who was told and who is to be told by hand."""
    shown = await show_improvement(acting, improvement)
    addressees = await show_addressees(acting, improvement)
    return AddressingRead(
        improvement=shown,
        told=[entry for entry in addressees if entry.told == "by_message"],
        to_be_told_by_hand=[entry for entry in addressees if entry.told == "by_hand"],
    )


async def show_addressees(acting: Acting, improvement: Improvement) -> list[AddresseeRead]:
    """Show each addressee with what it answered."""
    responses = await responses_of(acting, improvement.id)
    return [
        _addressee(
            acting, improvement, entry, [given for given in responses if given.addressee_id == entry.id]
        )
        for entry in await addressees_of(acting, improvement.id)
    ]


async def _is_confirmed(acting: Acting, improvement: Improvement) -> bool:
    statement = (
        select(ConfirmedRecurrence.id)
        .where(
            ConfirmedRecurrence.organisation_id == acting.organisation_id,
            ConfirmedRecurrence.improvement_id == improvement.id,
        )
        .limit(1)
    )
    return (await acting.session.execute(statement)).first() is not None


def _addressee(
    acting: Acting,
    improvement: Improvement,
    entry: ImprovementAddressee,
    responses: Sequence[ImprovementResponse],
) -> AddresseeRead:
    told = "by_message" if entry.message_id else "by_hand" if improvement.addressed_at else "not_yet"
    return AddresseeRead.model_validate(
        {
            "id": entry.id,
            "kind": AddresseeKind(entry.kind),
            "concern": Concern(entry.concern),
            "name": entry.name,
            "partnership_id": entry.partnership_id,
            "told": told,
            "message_id": entry.message_id,
            "responses": [_response(given) for given in responses],
            "overdue": bool(responses) and _is_overdue(acting, responses[-1]),
        }
    )


def _is_overdue(acting: Acting, last: ImprovementResponse) -> bool:
    response = ResponseFacts.model_validate(last.facts["response"])
    progress = Progress(last.progress) if last.progress else None
    return is_overdue(response, progress, london_date(acting.now))


def _response(given: ImprovementResponse) -> ResponseRead:
    return ResponseRead(
        version=given.version,
        response=given.response,
        progress=given.progress,
        facts=given.facts,
        responded_on=given.responded_on,
        by_message=given.message_id is not None,
        recorded_at=given.recorded_at,
    )


def _next_moves(improvement: Improvement, *, has_evidence: bool) -> list[NextMove]:
    shown = []
    for name in MOVE_NAMES:
        refusal = why_no_move(ImprovementState(improvement.state), name, has_evidence=has_evidence)
        shown.append(
            NextMove(
                move=name,
                allowed=refusal is None,
                why_not=refusal.detail if refusal else None,
                rule=refusal.rule if refusal else None,
            )
        )
    return shown
