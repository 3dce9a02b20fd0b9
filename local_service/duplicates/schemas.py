from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from local_service.cases.models import CaseStatus
from local_service.duplicates.rules import DuplicateReason
from shared_schemas.base import Facts
from shared_schemas.codes import CaseRelation
from shared_schemas.text import Narrative


class RelationGiven(Facts):
    """What a person finds two cases to be to each other, and why."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "other_case_id": "01a19d01-e880-7d4e-8f60-718293a4b5c7",
                    "relation": "same_incident",
                    "reasons": "The victim and the sibling were recorded separately.",
                }
            ]
        }
    )

    other_case_id: UUID
    relation: CaseRelation
    reasons: Narrative


class RelationRead(BaseModel):
    """A finding on two cases; a later one on the same two stands in its place, and neither case changes."""

    model_config = ConfigDict(from_attributes=True)

    case_id: UUID
    other_case_id: UUID
    relation: str
    reasons: str
    recorded_by: UUID | None
    recorded_at: datetime


class PossibleDuplicate(BaseModel):
    """Another case that may be the same incident. It tells of no child: read the case for that."""

    case_id: UUID
    status: CaseStatus
    occurred_on: date
    score: int = Field(description="Only orders them: the higher, the likelier the same incident.")
    reasons: list[DuplicateReason]
    relation: RelationRead | None = Field(description="What a person last found the two to be.")
