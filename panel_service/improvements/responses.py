"""What addressees say to an improvement: by message from a partnership, or recorded by the Panel's staff."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from panel_service.improvements.addressees import addressees_of
from panel_service.improvements.evidence import check_names
from panel_service.improvements.models import (
    Improvement,
    ImprovementAddressee,
    ImprovementResponse,
    ImprovementState,
)
from panel_service.improvements.rules import check_day_of_the_past, why_no_move
from panel_service.improvements.schemas import ResponseCreate
from panel_service.improvements.service import lock_improvement, move
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.problems import field_problem
from shared_schemas.improvements import Progress, ProgressFacts, ResponseFacts

HAS_BEGUN = {Progress.IN_PROGRESS, Progress.IMPLEMENTED}


async def responses_of(acting: Acting, improvement_id: UUID) -> Sequence[ImprovementResponse]:
    """Give what was answered, the first first."""
    statement = (
        select(ImprovementResponse)
        .where(
            ImprovementResponse.organisation_id == acting.organisation_id,
            ImprovementResponse.improvement_id == improvement_id,
        )
        .order_by(ImprovementResponse.version, ImprovementResponse.id)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def record_response(
    acting: Acting, improvement_id: UUID, expected: int, given: ResponseCreate
) -> Improvement:
    """Record what an addressee answered outside the exchange. A partnership told by message answers by message."""
    improvement = await lock_improvement(acting, improvement_id)
    check_version(improvement.version, expected)
    refuse(why_no_move(improvement.state, "record_response"))
    check_day_of_the_past("/responded_on", given.responded_on, acting.now)
    addressees = {entry.id: entry for entry in await addressees_of(acting, improvement.id)}
    addressee = addressees.get(given.addressee_id)
    if addressee is None:
        raise field_problem("/addressee_id", "not_an_addressee", "Is not an addressee of this improvement.")
    if addressee.message_id is not None:
        raise field_problem(
            "/addressee_id", "answers_by_message", "Was told by message and answers by message."
        )
    progress = given.progress
    if progress is not None:
        check_day_of_the_past("/progress/on", progress.on, acting.now)
    await check_names(acting, improvement.id, _texts(given, progress))
    facts = ResponseFacts.model_validate(given.model_dump(include=set(ResponseFacts.model_fields)))
    version = 1 + max(
        (
            entry.version
            for entry in await responses_of(acting, improvement.id)
            if entry.addressee_id == addressee.id
        ),
        default=0,
    )
    await keep_response(
        acting, improvement, addressee, version, facts, progress, responded_on=given.responded_on
    )
    return improvement


async def keep_response(
    acting: Acting,
    improvement: Improvement,
    addressee: ImprovementAddressee,
    version: int,
    response: ResponseFacts,
    progress: ProgressFacts | None,
    *,
    responded_on: date,
    message_id: UUID | None = None,
) -> None:
    """Keep a response beside those before it, and let the improvement move on by it."""
    facts = {"response": response.model_dump(mode="json")}
    if progress is not None:
        facts["progress"] = progress.model_dump(mode="json")
    acting.session.add(
        ImprovementResponse(
            organisation_id=acting.organisation_id,
            id=new_id(),
            improvement_id=improvement.id,
            addressee_id=addressee.id,
            version=version,
            response=response.response,
            progress=progress.progress if progress else None,
            facts=facts,
            responded_on=responded_on,
            message_id=message_id,
            recorded_by=acting.caller.principal_id,
            recorded_at=acting.now,
        )
    )
    told = {"addressee": str(addressee.id), "version": version, "response": response.response.value}
    await move(acting, improvement, "record_response", told)
    begins = progress is not None and progress.progress in HAS_BEGUN
    if begins and improvement.state == ImprovementState.RESPONDED:
        await move(acting, improvement, "record_progress", {"addressee": str(addressee.id)})


def _texts(given: ResponseFacts, progress: ProgressFacts | None) -> dict[str, str | None]:
    texts: dict[str, str | None] = {"/reasons": given.reasons, "/owner": given.owner}
    if progress is not None:
        texts |= {"/progress/evidence": progress.evidence, "/progress/reasons": progress.reasons}
    return texts
