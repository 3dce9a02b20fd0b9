from collections.abc import Iterator
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import func, select

from local_service.agency_summaries.models import AgencySummary, SubmittedSummary
from local_service.agency_summaries.rules import STANDS
from local_service.chronology.entries import ChronologyEntry
from local_service.chronology.merging import (
    ChronologyDay,
    MergedEntry,
    Provenance,
    ToldIn,
    merge_chronology,
)
from local_service.information_requests.models import InformationAnswer, InformationRequest
from local_service.purposes import PROVISION, is_for_local_review
from service_kit.acting import Acting


class Chronology(BaseModel):
    """One chronology of everything agencies told about a case."""

    case_id: UUID
    days: list[ChronologyDay]
    answers_left_out: int = Field(
        description="How many answers and summaries given to requests are left out, because this reading is for another purpose."
    )
    left_out_by: str | None = Field(description="The provision that locks them.")


async def read_chronology(acting: Acting, case_id: UUID) -> Chronology:
    """Merge what stands of agencies' summaries, and for the purpose of s16F also their answers (s16H(4))."""
    summaries, left_out = await _standing_summaries(acting, case_id), 0
    if not is_for_local_review(acting.caller.purpose):
        # A summary that answers a request was given under s16H as an answer was.
        unasked = [pair for pair in summaries if pair[0].request_id is None]
        left_out = await _count_answers(acting, case_id) + len(summaries) - len(unasked)
        summaries = unasked
    entries = [entry for pair in summaries for entry in _entries_of_summary(*pair)]
    if is_for_local_review(acting.caller.purpose):
        entries += await _of_answers(acting, case_id)
    return Chronology(
        case_id=case_id,
        days=merge_chronology(entries),
        answers_left_out=left_out,
        left_out_by=PROVISION if left_out else None,
    )


async def _standing_summaries(acting: Acting, case_id: UUID) -> list[tuple[AgencySummary, SubmittedSummary]]:
    # The last submission of each summary that stands; an earlier one was sent back.
    statement = (
        select(AgencySummary, SubmittedSummary)
        .join(
            SubmittedSummary,
            (SubmittedSummary.organisation_id == AgencySummary.organisation_id)
            & (SubmittedSummary.summary_id == AgencySummary.id),
        )
        .where(
            AgencySummary.organisation_id == acting.organisation_id,
            AgencySummary.case_id == case_id,
            AgencySummary.state.in_(STANDS),
        )
        .order_by(AgencySummary.id, SubmittedSummary.number)
    )
    rows = (await acting.session.execute(statement)).all()
    return list({summary.id: (summary, submitted) for summary, submitted in rows}.values())


def _entries_of_summary(summary: AgencySummary, submitted: SubmittedSummary) -> Iterator[MergedEntry]:
    told = Provenance(
        agency=summary.agency["name"],
        agency_type=summary.agency["agency_type"],
        told_in=ToldIn.AGENCY_SUMMARY,
        document_id=summary.id,
        version=submitted.number,
        recorded_by=submitted.submitted_by,
        recorded_by_name=submitted.submitted_by_name,
        recorded_at=submitted.submitted_at,
    )
    return _merged(submitted.content.get("entries", []), told)


async def _of_answers(acting: Acting, case_id: UUID) -> list[MergedEntry]:
    statement = (
        select(InformationRequest, InformationAnswer)
        .join(
            InformationAnswer,
            (InformationAnswer.organisation_id == InformationRequest.organisation_id)
            & (InformationAnswer.request_id == InformationRequest.id),
        )
        .where(
            InformationAnswer.organisation_id == acting.organisation_id, InformationAnswer.case_id == case_id
        )
    )
    rows = (await acting.session.execute(statement)).all()
    return [entry for request, answer in rows for entry in _entries_of_answer(request, answer)]


def _entries_of_answer(request: InformationRequest, answer: InformationAnswer) -> Iterator[MergedEntry]:
    told = Provenance(
        agency=request.recipient["name"],
        agency_type=request.recipient["agency_type"],
        told_in=ToldIn.INFORMATION_ANSWER,
        document_id=request.id,
        version=answer.version,
        recorded_by=answer.recorded_by,
        recorded_by_name=answer.recorded_by_name,
        recorded_at=answer.recorded_at,
    )
    return _merged(answer.entries, told)


def _merged(entries: list[Any], told: Provenance) -> Iterator[MergedEntry]:
    for entry in entries:
        yield MergedEntry(**dict(ChronologyEntry.model_validate(entry)), told=told)


async def _count_answers(acting: Acting, case_id: UUID) -> int:
    statement = select(func.count()).where(
        InformationAnswer.organisation_id == acting.organisation_id, InformationAnswer.case_id == case_id
    )
    return (await acting.session.execute(statement)).scalar_one()
