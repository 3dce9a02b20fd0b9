from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from panel_service.improvements.addressees import add_addressees
from panel_service.improvements.corpus import Recommended, keep_text
from panel_service.improvements.evidence import (
    add_evidence,
    check_names,
    evidence_of,
    refuse_if_recused_from_evidence,
)
from panel_service.improvements.models import (
    Improvement,
    ImprovementEvidence,
    ImprovementMove,
    ImprovementState,
    SourceKind,
)
from panel_service.improvements.rules import (
    MOVES,
    check_day_of_the_past,
    why_no_move,
    why_not_this_person,
)
from panel_service.improvements.schemas import (
    EvidenceCreate,
    ImplementationCreate,
    ImprovementCreate,
    ImprovementPatch,
    NonImplementationCreate,
    ProgressCreate,
    SupersessionCreate,
)
from panel_service.meetings.agenda import refuse_if_recused
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.pagination import PageRequest, newest_first
from service_kit.problems import ApiProblem, field_problem
from shared_schemas.improvements import ImprovementScope


async def find_improvement(acting: Acting, improvement_id: UUID) -> Improvement:
    """Find an improvement. Raises 404."""
    return await _one(acting, _by_id(acting, improvement_id))


async def lock_improvement(acting: Acting, improvement_id: UUID) -> Improvement:
    """Find an improvement and keep others from changing it until the transaction ends. Raises 404."""
    return await _one(acting, _by_id(acting, improvement_id).with_for_update())


async def list_improvements(
    acting: Acting,
    page: PageRequest,
    *,
    state: ImprovementState | None,
    scope: ImprovementScope | None,
    theme: str | None,
    case_id: UUID | None,
) -> Sequence[Improvement]:
    """Give a page's rows and one more, newest first. Raises 403 for a filter by case without ``cases:read``."""
    if case_id is not None and "cases:read" not in acting.scopes:
        raise ApiProblem("forbidden", "Filtering by case needs the scope cases:read.")
    statement = select(Improvement).where(Improvement.organisation_id == acting.organisation_id)
    if state is not None:
        statement = statement.where(Improvement.state == state)
    if scope is not None:
        statement = statement.where(Improvement.scope == scope)
    if case_id is not None:
        await refuse_if_recused(acting, case_id)
        cited = select(ImprovementEvidence.improvement_id).where(
            ImprovementEvidence.organisation_id == acting.organisation_id,
            ImprovementEvidence.case_id == case_id,
        )
        statement = statement.where(Improvement.id.in_(cited))
    if theme is not None:
        statement = statement.where(Improvement.themes.contains([theme]))
    rows = (await acting.session.execute(newest_first(statement, Improvement.id, page))).scalars().all()
    await acting.audit("improvement.listed", "improvement", None, {"count": min(len(rows), page.limit)})
    return rows


async def identify(acting: Acting, given: ImprovementCreate) -> Improvement:
    """Identify an improvement that should be made, with what shows it (Children Act 2004 s16B(2))."""
    caller = acting.caller.principal_id
    if caller is None:
        raise ApiProblem("forbidden")
    improvement = Improvement(
        organisation_id=acting.organisation_id,
        id=new_id(),
        version=1,
        state=ImprovementState.IDENTIFIED,
        **given.model_dump(mode="json", include={"scope", "what", "why", "themes"}),
        identified_by=caller,
        identified_at=acting.now,
        updated_at=acting.now,
    )
    acting.session.add(improvement)
    await acting.session.flush()
    await add_addressees(acting, improvement, given.addressees)
    await add_evidence(acting, improvement, given.evidence)
    detail = {"scope": given.scope.value, "themes": given.themes, "evidence": len(given.evidence)}
    await acting.event("improvement.identified", "improvement", improvement.id, detail)
    return improvement


async def change(acting: Acting, improvement_id: UUID, expected: int, patch: ImprovementPatch) -> Improvement:
    """Change a text that is not agreed yet."""
    improvement = await _lock_for(acting, improvement_id, expected, "change")
    given = patch.model_dump(mode="json", exclude_none=True)
    await check_names(acting, improvement.id, {f"/{name}": given.get(name) for name in ("what", "why")})
    for name, value in given.items():
        setattr(improvement, name, value)
    count_up(acting, improvement)
    await acting.session.flush()
    await acting.event("improvement.changed", "improvement", improvement.id, {"members": sorted(given)})
    return improvement


async def give_evidence(acting: Acting, improvement_id: UUID, given: EvidenceCreate) -> Improvement:
    """Add evidence, at any time: more may come to show the same."""
    improvement = await lock_improvement(acting, improvement_id)
    await add_evidence(acting, improvement, given.evidence)
    count_up(acting, improvement)
    await acting.session.flush()
    detail = {"kinds": sorted(entry.kind.value for entry in given.evidence)}
    await acting.event("improvement.evidence_added", "improvement", improvement.id, detail)
    return improvement


async def agree(acting: Acting, improvement_id: UUID, expected: int) -> Improvement:
    """Agree an improvement that another person identified; its text stands from now on and is found again."""
    improvement = await _lock_for(acting, improvement_id, expected, "agree")
    await refuse_if_recused_from_evidence(acting, improvement.id)
    caller = acting.caller
    refuse(why_not_this_person(improvement.identified_by, caller.principal_id, is_person=caller.is_person))
    improvement.agreed_by, improvement.agreed_at = caller.principal_id, acting.now
    said = Recommended(
        SourceKind.IMPROVEMENT,
        improvement.id,
        0,
        improvement.what,
        london_date(acting.now),
        themes=improvement.themes,
    )
    await keep_text(acting, said)
    return await move(acting, improvement, "agree")


async def record_progress(
    acting: Acting, improvement_id: UUID, expected: int, given: ProgressCreate
) -> Improvement:
    """Record that the improvement is being made."""
    improvement = await _lock_for(acting, improvement_id, expected, "record_progress")
    await check_names(acting, improvement.id, {"/remark": given.remark})
    return await move(acting, improvement, "record_progress", given.model_dump(mode="json"))


async def record_implementation(
    acting: Acting, improvement_id: UUID, expected: int, given: ImplementationCreate
) -> Improvement:
    """Record that the improvement was made, with the evidence."""
    improvement = await _lock_for(acting, improvement_id, expected, "record_implementation")
    check_day_of_the_past("/implemented_on", given.implemented_on, acting.now)
    await check_names(acting, improvement.id, {"/evidence": given.evidence})
    return await move(acting, improvement, "record_implementation", given.model_dump(mode="json"))


async def record_non_implementation(
    acting: Acting, improvement_id: UUID, expected: int, given: NonImplementationCreate
) -> Improvement:
    """Record that the improvement will not be made, and why."""
    improvement = await _lock_for(acting, improvement_id, expected, "record_non_implementation")
    await check_names(acting, improvement.id, {"/reasons": given.reasons})
    return await move(acting, improvement, "record_non_implementation", given.model_dump(mode="json"))


async def supersede(
    acting: Acting, improvement_id: UUID, expected: int, given: SupersessionCreate
) -> Improvement:
    """Let another improvement stand in the place of this one."""
    improvement = await _lock_for(acting, improvement_id, expected, "supersede")
    other = (await acting.session.execute(_by_id(acting, given.superseded_by_id))).scalar_one_or_none()
    if other is None or other.id == improvement.id or other.state == ImprovementState.SUPERSEDED:
        raise field_problem(
            "/superseded_by_id", "not_another", "Must be another improvement that is not superseded itself."
        )
    improvement.superseded_by_id = other.id
    return await move(acting, improvement, "supersede", given.model_dump(mode="json"))


async def move(
    acting: Acting, improvement: Improvement, name: str, facts: Mapping[str, Any] | None = None
) -> Improvement:
    """Take a move that was found allowed: new state, one line of history, one event."""
    before = ImprovementState(improvement.state)
    after = MOVES[before][name]
    acting.session.add(
        ImprovementMove(
            organisation_id=acting.organisation_id,
            id=new_id(),
            improvement_id=improvement.id,
            move=name,
            from_state=before,
            to_state=after,
            facts=dict(facts or {}),
            moved_by=acting.caller.principal_id,
            moved_at=acting.now,
        )
    )
    improvement.state = after
    count_up(acting, improvement)
    await acting.session.flush()
    detail = {"move": name, "from": before.value, "to": after.value}
    await acting.event("improvement.moved", "improvement", improvement.id, detail)
    return improvement


def count_up(acting: Acting, improvement: Improvement) -> None:
    """Give the improvement its next version."""
    improvement.version += 1
    improvement.updated_at = acting.now


async def history_of(acting: Acting, improvement_id: UUID) -> Sequence[ImprovementMove]:
    """Give the steps an improvement took, the first first."""
    statement = (
        select(ImprovementMove)
        .where(
            ImprovementMove.organisation_id == acting.organisation_id,
            ImprovementMove.improvement_id == improvement_id,
        )
        .order_by(ImprovementMove.id)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def _lock_for(acting: Acting, improvement_id: UUID, expected: int, name: str) -> Improvement:
    improvement = await lock_improvement(acting, improvement_id)
    check_version(improvement.version, expected)
    has_evidence = name != "agree" or bool(await evidence_of(acting, improvement.id))
    refuse(why_no_move(improvement.state, name, has_evidence=has_evidence))
    return improvement


def _by_id(acting: Acting, improvement_id: UUID) -> Select[Improvement]:
    return select(Improvement).where(
        Improvement.organisation_id == acting.organisation_id, Improvement.id == improvement_id
    )


async def _one(acting: Acting, statement: Select[Improvement]) -> Improvement:
    improvement = (await acting.session.execute(statement)).scalar_one_or_none()
    if improvement is None:
        raise ApiProblem("not-found")
    return improvement
