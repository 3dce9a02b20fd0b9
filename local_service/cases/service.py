from uuid import UUID

from sqlalchemy import select

from local_service.cases.changes import (
    check_incident,
    insert_case,
    keep_ids,
    merge,
    replace_facts,
    same_facts,
)
from local_service.cases.file import CaseFile, lock_file, open_file
from local_service.cases.models import Case
from local_service.cases.schemas import CaseCreate, CasePatch, LocalIncident, Source
from local_service.duties.projection import refresh_duties
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.problems import ApiProblem


async def record_case(acting: Acting, settings: LocalSettings, given: CaseCreate) -> CaseFile:
    """Record a case. Raises 409 where its source's reference is recorded already, 422 for facts that cannot be."""
    check_incident(given.incident, acting.now, settings)
    file = await insert_case(acting, settings, given.source, given.incident)
    if file is None:
        raise ApiProblem("conflict", "A case with this source and reference is recorded already.")
    await acting.event("case.recorded", "case", file.case.id, {"version": 1, "rule_set": file.case.rule_set})
    await refresh_duties(acting, file, is_new=True)
    return file


async def change_case(
    acting: Acting, settings: LocalSettings, case_id: UUID, expected_version: int, patch: CasePatch
) -> CaseFile:
    """Replace members of an incident's facts. Raises 404, 412, 422."""
    file = await lock_file(acting, case_id)
    check_version(file.case.version, expected_version)
    incident = merge(file.incident, patch.incident)
    # An id of a child not recorded here is refused, also where nothing else differs.
    keep_ids(file.incident.children, incident.children)
    if same_facts(file.incident, incident):
        # Nothing changes, but the answer shows the case.
        await acting.audit("case.read", "case", file.case.id, {"version": file.case.version})
        return file
    changed = sorted(patch.incident.model_fields_set)
    return await _change(acting, settings, file, incident, changed)


async def put_case(
    acting: Acting,
    settings: LocalSettings,
    source: Source,
    incident: LocalIncident,
    expected_version: int | None,
) -> tuple[CaseFile, bool]:
    """Record a case under its source's reference, or bring it up to date; tell whether it is new.

    The same facts again change nothing. Other facts need If-Match: raises 428 without it, 412 where it is stale.
    """
    file = await find_by_reference(acting, source, lock=True)
    if file is None:
        if expected_version is not None:
            raise ApiProblem("precondition-failed")
        check_incident(incident, acting.now, settings)
        new = await insert_case(acting, settings, source, incident)
        if new is not None:
            await acting.event(
                "case.recorded", "case", new.case.id, {"version": 1, "rule_set": new.case.rule_set}
            )
            await refresh_duties(acting, new, is_new=True)
            return new, True
        # Another request recorded it while this one waited.
        file = await find_by_reference(acting, source, lock=True)
        if file is None:
            raise ApiProblem("unavailable", headers={"Retry-After": "1"})
    if same_facts(file.incident, incident):
        return file, False
    if expected_version is None:
        raise ApiProblem("precondition-required")
    check_version(file.case.version, expected_version)
    return await _change(acting, settings, file, incident, ["incident"]), False


async def find_by_reference(acting: Acting, source: Source, *, lock: bool = False) -> CaseFile | None:
    """Find a case by what its source system calls it."""
    statement = select(Case).where(
        Case.organisation_id == acting.organisation_id,
        Case.source_system == source.source_system,
        Case.source_reference == source.reference,
    )
    if lock:
        statement = statement.with_for_update()
    case = (await acting.session.execute(statement)).scalar_one_or_none()
    return await open_file(acting.session, case) if case is not None else None


async def _change(
    acting: Acting, settings: LocalSettings, file: CaseFile, incident: LocalIncident, changed: list[str]
) -> CaseFile:
    if not file.is_open:
        raise ApiProblem("move-not-allowed", "The case is not open.", allowed=[])
    check_incident(incident, acting.now, settings)
    file = await replace_facts(acting, file, incident)
    detail = {"version": file.case.version, "members": changed}
    await acting.event("case.changed", "case", file.case.id, detail)
    return file
