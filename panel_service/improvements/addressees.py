"""To whom an improvement is addressed, and which partnerships it concerns."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from panel_service.cases.models import Case
from panel_service.improvements.evidence import evidence_of
from panel_service.improvements.models import AddresseeKind, Concern, Improvement, ImprovementAddressee
from panel_service.improvements.schemas import AddresseeGiven
from panel_service.partnerships.models import Partnership
from panel_service.partnerships.service import partnerships_by_id
from service_kit.acting import Acting
from service_kit.exchange.models import Link, LinkState
from service_kit.ids import new_id
from service_kit.problems import field_problem


async def addressees_of(acting: Acting, improvement_id: UUID) -> Sequence[ImprovementAddressee]:
    """Give an improvement's addressees, the first first."""
    statement = (
        select(ImprovementAddressee)
        .where(
            ImprovementAddressee.organisation_id == acting.organisation_id,
            ImprovementAddressee.improvement_id == improvement_id,
        )
        .order_by(ImprovementAddressee.id)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def add_addressees(acting: Acting, improvement: Improvement, given: Sequence[AddresseeGiven]) -> None:
    """Record to whom it is addressed. Raises 422 for a partnership nobody knows or given twice."""
    wanted = [entry.partnership_id for entry in given if entry.partnership_id is not None]
    known = await partnerships_by_id(acting, set(wanted))
    for position, entry in enumerate(given):
        partnership_id, pointer = entry.partnership_id, f"/addressees/{position}/partnership_id"
        if partnership_id is not None and partnership_id not in known:
            raise unknown_partnership(pointer)
        if partnership_id is not None and wanted.count(partnership_id) > 1:
            raise field_problem(pointer, "given_twice", "Must be given once.")
        name = known[partnership_id].name if partnership_id is not None else entry.name or ""
        add_addressee(acting, improvement, entry.kind, Concern.ADDRESSED, name, partnership_id)
    await acting.session.flush()


async def add_concerned(
    acting: Acting, improvement: Improvement, chosen: Sequence[UUID]
) -> Mapping[UUID, Sequence[Case]]:
    """Add the partnerships whose cases are evidence and those chosen; give the cases by partnership."""
    cases = await _cases_by_partnership(acting, improvement)
    known = await partnerships_by_id(acting, {*cases, *chosen})
    for position, partnership_id in enumerate(chosen):
        if partnership_id not in known:
            raise unknown_partnership(f"/partnership_ids/{position}")
    there = {entry.partnership_id for entry in await addressees_of(acting, improvement.id)}
    concerns = dict.fromkeys(chosen, Concern.CHOSEN) | dict.fromkeys(cases, Concern.CASE_IS_EVIDENCE)
    for partnership_id in sorted(concerns.keys() - there):
        add_addressee(
            acting,
            improvement,
            AddresseeKind.PARTNERSHIP,
            concerns[partnership_id],
            known[partnership_id].name,
            partnership_id,
        )
    await acting.session.flush()
    return cases


def add_addressee(
    acting: Acting,
    improvement: Improvement,
    kind: AddresseeKind,
    concern: Concern,
    name: str,
    partnership_id: UUID | None,
) -> None:
    """Add one addressee to the improvement."""
    acting.session.add(
        ImprovementAddressee(
            organisation_id=acting.organisation_id,
            id=new_id(),
            improvement_id=improvement.id,
            kind=kind,
            concern=concern,
            name=name,
            partnership_id=partnership_id,
        )
    )


async def open_links(acting: Acting, partnerships: Iterable[Partnership]) -> dict[UUID, UUID]:
    """Give the open links of these partnerships; one without is told by hand."""
    links = {entry.link_id: entry.id for entry in partnerships if entry.link_id is not None}
    statement = select(Link.id).where(
        Link.organisation_id == acting.organisation_id,
        Link.state == LinkState.ACTIVE.value,
        Link.id.in_(links),
    )
    return {links[link]: link for link in (await acting.session.execute(statement)).scalars()}


def unknown_partnership(pointer: str) -> Exception:
    """Make the refusal of a partnership that nobody knows here."""
    return field_problem(pointer, "unknown_partnership", "Is not the id of a partnership known here.")


async def _cases_by_partnership(acting: Acting, improvement: Improvement) -> dict[UUID, list[Case]]:
    wanted = {row.case_id for row in await evidence_of(acting, improvement.id) if row.case_id is not None}
    found: dict[UUID, list[Case]] = {}
    for case in await _cases(acting, wanted):
        found.setdefault(case.partnership_id, []).append(case)
    return found


async def _cases(acting: Acting, wanted: Collection[UUID]) -> Sequence[Case]:
    statement = (
        select(Case)
        .where(Case.organisation_id == acting.organisation_id, Case.id.in_(wanted))
        .order_by(Case.id)
    )
    return (await acting.session.execute(statement)).scalars().all()
