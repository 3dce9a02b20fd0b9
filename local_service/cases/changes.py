"""Writing an incident's facts: a new case, and what a change does to the rows there are."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert

from local_service.cases.file import CaseFile
from local_service.cases.models import Case, CaseStatus, Child
from local_service.cases.rules import incident_errors
from local_service.cases.schemas import IncidentPatch, LocalChild, LocalIncident, Source
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.clock.rule_sets import UnknownRuleSet, published_rule_sets
from service_kit.clock.working_days import london_date
from service_kit.db import table_of
from service_kit.ids import new_id
from service_kit.problems import ApiProblem, field_problem, validation_errors
from service_kit.settings import Mode
from shared_schemas.incidents import when_first_received

CASES, CHILDREN = table_of(Case), table_of(Child)
INSERT_CASE = (
    insert(CASES)
    .on_conflict_do_nothing(index_elements=["organisation_id", "source_system", "source_reference"])
    .returning(CASES.c.id)
)
_CHILD = insert(CHILDREN)
WRITE_CHILD = _CHILD.on_conflict_do_update(
    index_elements=["organisation_id", "id"],
    set_={name: _CHILD.excluded[name] for name in ("position", "index_child", "facts")},
)


def check_incident(incident: LocalIncident, now: datetime, settings: LocalSettings) -> None:
    """Refuse facts that cannot be, all of them at once (422)."""
    errors = incident_errors(incident, now, live=settings.mode is Mode.LIVE)
    if errors:
        detail = f"{len(errors)} field(s) break a rule; see errors."
        raise ApiProblem("invalid-request", detail, errors=errors)


async def insert_case(
    acting: Acting, settings: LocalSettings, source: Source | None, incident: LocalIncident
) -> CaseFile | None:
    """Record a new case, or give None where its source's reference is recorded already.

    A second transaction with the same reference waits here for the first to end.
    """
    case = {
        "organisation_id": acting.organisation_id,
        "id": new_id(),
        "version": 1,
        "facts_version": 1,
        "status": CaseStatus.OPEN.value,
        "source_system": source.source_system if source else None,
        "source_reference": source.reference if source else None,
        "exchange_reference": new_id(),
        "rule_set": choose_rule_set(incident, settings),
        "created_at": acting.now,
        "updated_at": acting.now,
        **_case_facts(incident),
    }
    if (await acting.session.execute(INSERT_CASE, case)).one_or_none() is None:
        return None
    children = keep_ids([], incident.children)
    await _write_children(acting, case["id"], children)
    return CaseFile(Case(**case), incident.model_copy(update={"children": children}))


async def replace_facts(acting: Acting, file: CaseFile, incident: LocalIncident) -> CaseFile:
    """Write an incident over the one recorded; a child keeps its id. The case's version counts up."""
    case, children = file.case, keep_ids(file.incident.children, incident.children)
    for name, value in _case_facts(incident).items():
        setattr(case, name, value)
    case.version += 1
    case.facts_version = case.version
    case.updated_at = acting.now
    of_case = (Child.organisation_id == case.organisation_id, Child.case_id == case.id)
    kept = [child.id for child in children]
    await acting.session.execute(delete(Child).where(*of_case, Child.id.not_in(kept)))
    # First no child is the index child, so that there are never two on the way to the next.
    await acting.session.execute(update(Child).where(*of_case).values(index_child=False))
    await _write_children(acting, case.id, children)
    await acting.session.flush()
    return replace(file, incident=incident.model_copy(update={"children": children}))


def merge(recorded: LocalIncident, patch: IncidentPatch) -> LocalIncident:
    """Put the members of a patch in the place of those recorded. Raises 422 where the whole breaks a rule."""
    changed = recorded.model_dump(mode="json") | patch.model_dump(mode="json", exclude_unset=True)
    try:
        return LocalIncident.model_validate(changed)
    except ValidationError as error:
        errors = [
            {**entry, "loc": ("incident", *entry["loc"])} for entry in error.errors(include_input=False)
        ]
        raise ApiProblem(
            "invalid-request", "The changed incident breaks a rule.", errors=validation_errors(errors)
        ) from None


def keep_ids(recorded: Sequence[LocalChild], given: Sequence[LocalChild]) -> list[LocalChild]:
    """Find out which recorded child each given one is: by its id, else by the authority's own identifier.

    Raises 422 for an id that is not recorded on the case, or given twice.
    """
    free = {child.id for child in recorded}
    for position, child in enumerate(given):
        if child.id is not None and child.id not in free:
            detail = "Must be the id of a child recorded on this case, given once."
            raise field_problem(f"/incident/children/{position}/id", "child_unknown", detail)
        free.discard(child.id)
    by_authority = {
        child.la_child_id: child.id for child in recorded if child.la_child_id and child.id in free
    }
    return [
        child.model_copy(
            update={"id": child.id or by_authority.pop(child.la_child_id or "", None) or new_id()}
        )
        for child in given
    ]


def same_facts(one: LocalIncident, other: LocalIncident) -> bool:
    """Whether two incidents say the same; the ids this service gave are not facts."""
    return _without_ids(one) == _without_ids(other)


def choose_rule_set(incident: LocalIncident, settings: LocalSettings) -> str:
    """The rule set a case is recorded under and judged by ever after. Raises 422 where none is valid on the day."""
    received_on = london_date(when_first_received(incident))
    try:
        chosen = published_rule_sets().choose(settings.rule_set_choice, settings.rule_set, received_on)
    except UnknownRuleSet:
        detail = "No rule set is valid on the day on which information was first received."
        raise field_problem("/incident/information_received", "no_rule_set", detail) from None
    return chosen.code


def _without_ids(incident: LocalIncident) -> dict[str, Any]:
    return incident.model_dump(exclude={"children": {"__all__": {"id"}}})


def _case_facts(incident: LocalIncident) -> dict[str, Any]:
    return {
        "incident": incident.model_dump(mode="json", exclude={"children"}),
        "occurred_on": incident.occurred_on,
        "nature": incident.nature,
        "information_received_at": when_first_received(incident),
    }


async def _write_children(acting: Acting, case_id: UUID, children: list[LocalChild]) -> None:
    rows = [
        {
            "organisation_id": acting.organisation_id,
            "id": child.id,
            "case_id": case_id,
            "position": position,
            "index_child": child.index_child,
            "facts": child.model_dump(mode="json", exclude={"id", "index_child"}),
        }
        for position, child in enumerate(children)
    ]
    await acting.session.execute(WRITE_CHILD, rows)
