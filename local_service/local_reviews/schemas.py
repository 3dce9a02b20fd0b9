from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from local_service.local_reviews.models import LocalReviewState
from shared_schemas.base import Facts
from shared_schemas.local_reviews import (
    LocalCriterionConsidered,
    LocalReviewDecision,
    LocalReviewReport,
)
from shared_schemas.messages.examples import REPORT


class DecisionCreate(LocalReviewDecision):
    """The partners' decision whether to commission a local review."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "commissioned": True,
                    "reasons": "Criterion (c) is met: how agencies worked together can be improved.",
                    "decided_on": "2026-11-19",
                    "criteria": [
                        {
                            "criterion": "reg_11_c",
                            "answer": "yes",
                            "reasons": "Transfers were not handed over.",
                        }
                    ],
                    "circumstances": ["several_areas"],
                }
            ]
        }
    )


class PanelsCriterion(BaseModel):
    """Criterion (d) of SI 2018/789 reg 11, which only a decision of the Panel sets."""

    met: bool
    panel_decision_version: int | None = Field(description="The decision of the Panel that it follows from.")


class DecisionRead(BaseModel):
    """A decision of the partners; a later one stands beside it."""

    version: int
    commissioned: bool
    reasons: str
    decided_on: date
    criteria: list[LocalCriterionConsidered]
    criterion_d: PanelsCriterion
    circumstances: list[str]
    recorded_by: UUID | None
    recorded_at: datetime
    message_id: UUID = Field(description="The message by which the Panel is told.")


class LocalReviewPatch(Facts):
    """Parts of the report to save; each replaces the part there was, null takes it away, others stay."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [{"report": REPORT}]})

    report: LocalReviewReport


class LocalReviewRead(BaseModel):
    """A local review: the decisions on it and, once commissioned, its report so far."""

    case_id: UUID
    version: int = Field(description="Its ETag, once commissioned; 0 before.")
    state: LocalReviewState | None = Field(description="Null until one is commissioned.")
    decisions: list[DecisionRead]
    report: LocalReviewReport
    missing: dict[str, str] = Field(description="What completion still asks for, each with its provision.")
    commissioned_at: datetime | None
    completed_at: datetime | None
    sent_at: datetime | None
    message_id: UUID | None
