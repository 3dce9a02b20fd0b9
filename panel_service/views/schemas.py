from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from panel_service.views.models import ViewKind
from shared_schemas.base import Day, Facts
from shared_schemas.text import Narrative


class ViewCreate(Facts):
    """A view of the Panel on a case. It is told in a letter and has no effect of its own."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "not_a_serious_case",
                    "reasons": "On what is recorded, the harm seems not to be serious as s16B(9) means it.",
                    "formed_on": "2026-11-18",
                }
            ]
        }
    )

    kind: ViewKind
    reasons: Narrative
    formed_on: Day


class ViewRead(BaseModel):
    """A recorded view."""

    id: UUID
    case_id: UUID
    number: int
    kind: ViewKind
    reasons: Narrative
    formed_on: date
    recorded_by: UUID | None
    recorded_at: datetime
