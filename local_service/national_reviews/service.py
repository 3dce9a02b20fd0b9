from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from local_service.cases.file import CaseFile, touch
from local_service.national_reviews.models import NationalReviewProposalRow, NationalReviewStep
from local_service.national_reviews.rules import why_no_proposal, why_not_this_proposer
from local_service.national_reviews.schemas import (
    NationalReviewsRead,
    NationalReviewThread,
    ProposalCreate,
    ProposalRead,
    StepTold,
)
from local_service.panel_link import send_to_panel
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.ids import new_id
from service_kit.moves import refuse
from shared_schemas.messages.national_reviews import (
    CLOSED,
    OPENED,
    PROPOSAL,
    PUBLISHED,
    NationalReviewProposalBody,
)


async def propose(
    acting: Acting, settings: LocalSettings, file: CaseFile, given: ProposalCreate
) -> NationalReviewProposalRow:
    """Record the partners' proposal and send it to the Panel; the rapid review went before (s16B(1), reg 3)."""
    refuse(why_not_this_proposer(acting.caller))
    refuse(why_no_proposal(file))
    case = file.case
    version = len(await proposals_of(acting, case.id)) + 1
    body = NationalReviewProposalBody(
        **given.model_dump(), case_id=case.id, version=version, proposed_at=acting.now
    )
    row = NationalReviewProposalRow(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=case.id,
        version=version,
        facts=given.model_dump(mode="json"),
        proposed_by=acting.caller.principal_id,
        proposed_at=acting.now,
        message_id=await send_to_panel(acting, settings, case, PROPOSAL, body),
    )
    acting.session.add(row)
    touch(acting, case)
    await acting.session.flush()
    detail = {"version": version, "message": str(row.message_id)}
    await acting.event("national_review.suggested", "case", case.id, detail)
    return row


async def proposals_of(acting: Acting, case_id: UUID) -> Sequence[NationalReviewProposalRow]:
    """Give the partners' proposals on a case, the first one first."""
    model = NationalReviewProposalRow
    statement = (
        select(model)
        .where(model.organisation_id == acting.organisation_id, model.case_id == case_id)
        .order_by(model.version)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def steps_of(
    acting: Acting, case_id: UUID, national_review_id: UUID | None = None
) -> Sequence[NationalReviewStep]:
    """Give what the Panel told of a case's national reviews, in the order in which it took effect."""
    model = NationalReviewStep
    statement = (
        select(model)
        .where(model.organisation_id == acting.organisation_id, model.case_id == case_id)
        .order_by(model.id)
    )
    if national_review_id is not None:
        statement = statement.where(model.national_review_id == national_review_id)
    return (await acting.session.execute(statement)).scalars().all()


async def show_national_reviews(acting: Acting, file: CaseFile) -> NationalReviewsRead:
    """Show what the Panel told, one thread for each review, and what the partners proposed."""
    threads: dict[UUID, list[NationalReviewStep]] = {}
    for step in await steps_of(acting, file.case.id):
        threads.setdefault(step.national_review_id, []).append(step)
    refusal = why_not_this_proposer(acting.caller) or why_no_proposal(file)
    return NationalReviewsRead(
        case_id=file.case.id,
        national_reviews=[_thread(steps) for steps in threads.values()],
        proposals=[show_proposal(row) for row in await proposals_of(acting, file.case.id)],
        may_propose=refusal is None and "national-reviews:propose" in acting.scopes,
        why_not=refusal.detail if refusal else None,
        rule=refusal.rule if refusal else None,
    )


def show_proposal(row: NationalReviewProposalRow) -> ProposalRead:
    """Show one proposal of the partners."""
    own: dict[str, Any] = {
        "version": row.version,
        "proposed_by": row.proposed_by,
        "proposed_at": row.proposed_at,
        "message_id": row.message_id,
    }
    return ProposalRead.model_validate(row.facts | own, context={"open_lists": True})


def _thread(steps: Sequence[NationalReviewStep]) -> NationalReviewThread:
    opening = next(step.body for step in steps if step.type == OPENED)
    types = {step.type for step in steps}
    return NationalReviewThread(
        national_review_id=steps[0].national_review_id,
        form=opening["form"],
        title=opening["title"],
        theme=opening.get("theme"),
        latest_step=steps[-1].step,
        published=PUBLISHED in types,
        closed=CLOSED in types,
        steps=[
            StepTold(
                type=step.type,
                step=step.step,
                on=step.on_day,
                told=step.body,
                message_id=step.message_id,
                received_at=step.received_at,
            )
            for step in steps
        ],
    )
