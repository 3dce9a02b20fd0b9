"""What a later version of a notification changes, and what kind of version that makes it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from local_service.cases.schemas import LocalIncident
from service_kit.json_changes import find_changes

CORRECTION = "correction"
OUTCOME_CHANGE = "outcome_change"
# The first version stays what statistics count; what became of a child afterwards is told apart from mended facts.
_OUTCOMES = re.compile(r"/incident/(nature|children/[0-9]+/(outcome|date_of_death|impairments)(/.*)?)")


def sent_incident(incident: LocalIncident) -> dict[str, Any]:
    """Give an incident as it is sent: without the ids this service gives its children."""
    return incident.model_dump(mode="json", exclude={"children": {"__all__": {"id"}}})


def changed_members(sent: Mapping[str, Any], incident: LocalIncident) -> list[str]:
    """Point to each member of the incident that differs from what was sent; no value is told."""
    return [change.pointer for change in find_changes(sent["incident"], sent_incident(incident), "/incident")]


def kind_of_version(changed: Sequence[str]) -> str:
    """A child's outcome, death or impairments, or the nature of the incident: an outcome change; else a correction."""
    return OUTCOME_CHANGE if any(_OUTCOMES.fullmatch(pointer) for pointer in changed) else CORRECTION
