from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from local_service.cases.file import CaseFile, compose_incident, touch
from local_service.cases.models import Case, CaseStatus, Child
from local_service.cases.schemas import LocalIncident
from local_service.duplicates.models import CaseRelation
from local_service.duplicates.rules import score, why_alike, why_not_related
from local_service.duplicates.schemas import PossibleDuplicate, RelationGiven, RelationRead
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.problems import ApiProblem, field_problem

MOST = 50
IDENTIFIERS: tuple[tuple[str, InstrumentedAttribute[str | None]], ...] = (
    ("nhs_number", Child.nhs_number),
    ("unique_pupil_number", Child.unique_pupil_number),
    ("la_child_id", Child.la_child_id),
    ("date_of_birth", Child.date_of_birth),
)


async def possible_duplicates(acting: Acting, file: CaseFile) -> list[PossibleDuplicate]:
    """Give the organisation's other cases that may be the same incident, the likeliest first, at most fifty."""
    relations = {_other(row, file.case.id): row for row in await relations_of(acting, file.case.id)}
    found = []
    for case, incident in await _candidates(acting, file):
        reasons = why_alike(file.incident, incident)
        if reasons:
            relation = relations.get(case.id)
            found.append(
                PossibleDuplicate(
                    case_id=case.id,
                    status=CaseStatus(case.status),
                    occurred_on=case.occurred_on,
                    score=score(reasons),
                    reasons=reasons,
                    relation=RelationRead.model_validate(relation) if relation else None,
                )
            )
    return sorted(found, key=lambda one: one.score, reverse=True)[:MOST]


async def relate(acting: Acting, file: CaseFile, expected_version: int, given: RelationGiven) -> CaseRelation:
    """Record what two cases are to each other; nothing is merged. Raises 404 for another that is not there, 409, 412."""
    check_version(file.case.version, expected_version)
    if given.other_case_id == file.case.id:
        raise field_problem("/other_case_id", "same_case", "Must be another case.")
    other = await _find(acting, given.other_case_id)
    refuse(why_not_related(given.relation, CaseStatus(file.case.status), CaseStatus(other.status)))
    relation = CaseRelation(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=file.case.id,
        recorded_by=acting.caller.principal_id,
        recorded_at=acting.now,
        **given.model_dump(),
    )
    acting.session.add(relation)
    touch(acting, file.case)
    await acting.session.flush()
    detail = {"other": str(other.id), "relation": given.relation}
    await acting.event("case.related", "case", file.case.id, detail)
    return relation


async def relations_of(acting: Acting, case_id: UUID) -> Sequence[CaseRelation]:
    """Give every finding on a case and another, whichever of the two it was recorded on, the first one first."""
    statement = (
        select(CaseRelation)
        .where(
            CaseRelation.organisation_id == acting.organisation_id,
            or_(CaseRelation.case_id == case_id, CaseRelation.other_case_id == case_id),
        )
        .order_by(CaseRelation.id)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def _candidates(acting: Acting, file: CaseFile) -> list[tuple[Case, LocalIncident]]:
    alike = _shared_children(file.incident)
    if not alike:
        return []
    own = (Child.organisation_id == acting.organisation_id, Child.case_id != file.case.id)
    ids = select(Child.case_id).where(*own, or_(*alike)).distinct()
    ids = ids.order_by(Child.case_id.desc()).limit(MOST * 4)
    cases = select(Case).where(Case.organisation_id == acting.organisation_id, Case.id.in_(ids))
    rows = (await acting.session.execute(cases)).scalars().all()
    children: dict[UUID, list[Child]] = defaultdict(list)
    theirs = (
        select(Child)
        .where(Child.organisation_id == acting.organisation_id, Child.case_id.in_([case.id for case in rows]))
        .order_by(Child.position)
    )
    for child in (await acting.session.execute(theirs)).scalars():
        children[child.case_id].append(child)
    return [(case, compose_incident(case, children[case.id])) for case in rows]


def _shared_children(incident: LocalIncident) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for name, column in IDENTIFIERS:
        values = {str(value) for child in incident.children if (value := getattr(child, name)) is not None}
        if values:
            conditions.append(column.in_(values))
    return conditions


def _other(relation: CaseRelation, case_id: UUID) -> UUID:
    return relation.other_case_id if relation.case_id == case_id else relation.case_id


async def _find(acting: Acting, case_id: UUID) -> Case:
    statement = select(Case).where(Case.organisation_id == acting.organisation_id, Case.id == case_id)
    case = (await acting.session.execute(statement)).scalar_one_or_none()
    if case is None:
        raise ApiProblem("not-found")
    return case
