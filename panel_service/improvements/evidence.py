"""What shows that an improvement should be made: it must be held here, or cited so that anybody can look it up."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from panel_service.cases.children import names_of_children
from panel_service.improvements.models import EvidenceKind, Improvement, ImprovementEvidence
from panel_service.improvements.rules import check_texts
from panel_service.improvements.schemas import CaseEvidence, Evidence, NationalReviewEvidence
from panel_service.intake.models import ReceivedDocument
from panel_service.meetings.agenda import refuse_if_recused
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.ids import new_id
from service_kit.problems import field_problem


async def evidence_of(acting: Acting, improvement_id: UUID) -> Sequence[ImprovementEvidence]:
    """Give an improvement's evidence, the first first."""
    statement = (
        select(ImprovementEvidence)
        .where(
            ImprovementEvidence.organisation_id == acting.organisation_id,
            ImprovementEvidence.improvement_id == improvement_id,
        )
        .order_by(ImprovementEvidence.id)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def add_evidence(acting: Acting, improvement: Improvement, given: Sequence[Evidence]) -> None:
    """Add evidence. Raises 403 to who is recused from a case of it.

    Raises 422 for what was not received, for a year to come, and for a child's name in the text.
    """
    await refuse_if_recused(acting, *_cases_in(given))
    versions = await _versions_held(acting, _cases_in(given))
    for position, entry in enumerate(given):
        _check(entry, f"/evidence/{position}", versions, acting.now)
    acting.session.add_all(
        [_row(acting, improvement, entry, versions) for entry in given],
    )
    await acting.session.flush()
    cases = {row.case_id for row in await evidence_of(acting, improvement.id) if row.case_id is not None}
    names = await names_of_children(acting, cases)
    check_texts({"/what": improvement.what, "/why": improvement.why, **_quotations(given)}, names)


async def refuse_if_recused_from_evidence(acting: Acting, improvement_id: UUID) -> None:
    """Refuse a caller who has declared an interest in a case that is evidence (403)."""
    cases = [row.case_id for row in await evidence_of(acting, improvement_id) if row.case_id is not None]
    await refuse_if_recused(acting, *cases)


async def check_names(acting: Acting, improvement_id: UUID, texts: Mapping[str, str | None]) -> None:
    """Refuse a text that names a child of a case that is evidence already (422)."""
    cases = {row.case_id for row in await evidence_of(acting, improvement_id) if row.case_id is not None}
    check_texts(texts, await names_of_children(acting, cases))


def _check(entry: Evidence, pointer: str, versions: Mapping[tuple[UUID, str], int], now: datetime) -> None:
    if isinstance(entry, CaseEvidence):
        if (entry.case_id, entry.kind) not in versions:
            raise field_problem(
                f"{pointer}/case_id", "not_received", "Nothing of this kind was received about such a case."
            )
    elif not isinstance(entry, NationalReviewEvidence) and entry.year > london_date(now).year:
        raise field_problem(f"{pointer}/year", "date_in_the_future", "Must not lie in the future.")


def _row(
    acting: Acting,
    improvement: Improvement,
    entry: Evidence,
    versions: Mapping[tuple[UUID, str], int],
) -> ImprovementEvidence:
    row = ImprovementEvidence(
        organisation_id=acting.organisation_id,
        id=new_id(),
        improvement_id=improvement.id,
        kind=entry.kind,
        added_by=acting.caller.principal_id,
        added_at=acting.now,
    )
    if isinstance(entry, CaseEvidence):
        row.case_id, row.document_version = entry.case_id, versions[entry.case_id, entry.kind]
    elif isinstance(entry, NationalReviewEvidence):
        row.reference, row.national_review_id = entry.reference, entry.national_review_id
    else:
        row.citation = entry.model_dump(mode="json", exclude={"kind"})
    return row


def _cases_in(given: Sequence[Evidence]) -> set[UUID]:
    return {entry.case_id for entry in given if isinstance(entry, CaseEvidence)}


def _quotations(given: Sequence[Evidence]) -> dict[str, str | None]:
    return {
        f"/evidence/{position}/quotation": entry.quotation
        for position, entry in enumerate(given)
        if entry.kind == EvidenceKind.OTHER
    }


async def _versions_held(acting: Acting, cases: Collection[UUID]) -> dict[tuple[UUID, str], int]:
    """The latest version of each kind that was received about these cases."""
    statement = (
        select(ReceivedDocument.case_id, ReceivedDocument.kind, ReceivedDocument.version)
        .where(
            ReceivedDocument.organisation_id == acting.organisation_id, ReceivedDocument.case_id.in_(cases)
        )
        .order_by(ReceivedDocument.version)
    )
    rows = (await acting.session.execute(statement)).all()
    return {(case_id, kind): version for case_id, kind, version in rows}
