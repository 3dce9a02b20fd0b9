"""A later version of a notification beside an earlier one: what differs, with both values."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from panel_service.cases.service import find_case
from panel_service.intake.documents import documents_of
from panel_service.intake.models import DocumentKind
from service_kit.acting import Acting
from service_kit.json_changes import ChangeKind, find_changes
from service_kit.problems import ApiProblem
from shared_schemas.classification import Classification, Classified

# A version's own number, times and account of itself are not facts about the incident.
COMPARED = ("partnership", "rule_set", "notifier", "incident")


class FactChange(BaseModel):
    """One place that differs; null where nothing stood, or stands."""

    pointer: str = Field(description="JSON pointer into the notification's body.")
    kind: ChangeKind
    before: Annotated[Any, Classified(Classification.SPECIAL_CATEGORY)]
    after: Annotated[Any, Classified(Classification.SPECIAL_CATEGORY)]


class VersionChanges(BaseModel):
    """A version of a notification beside an earlier one."""

    version: int
    beside: int = Field(description="The earlier version; the first unless another is asked for.")
    reason_for_version: str | None = Field(
        description="What the partnership gave: a correction or an outcome change."
    )
    changes: list[FactChange]


async def compare_versions(acting: Acting, case_id: UUID, version: int, beside: int) -> VersionChanges:
    """Put a version beside an earlier one. Audited. Raises 404 for a case or version that is not there."""
    case = await find_case(acting, case_id)
    documents = await documents_of(acting, case.id, DocumentKind.NOTIFICATION)
    bodies = {document.version: document.body for document in documents}
    if version not in bodies or beside not in bodies:
        raise ApiProblem("not-found")
    await acting.audit("notification.compared", "case", case.id, {"version": version, "beside": beside})
    return VersionChanges(
        version=version,
        beside=beside,
        reason_for_version=bodies[version].get("reason_for_version"),
        changes=changes_between(bodies[beside], bodies[version]),
    )


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> list[FactChange]:
    """Name every fact that differs between two bodies of a notification."""
    was, now = ({name: body.get(name) for name in COMPARED} for body in (before, after))
    return [FactChange(**change._asdict()) for change in find_changes(was, now)]
