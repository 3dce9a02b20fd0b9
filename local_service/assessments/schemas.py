from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from local_service.assessments.models import JudgementAnswer
from shared_schemas.base import Facts
from shared_schemas.text import Narrative


class LimbAnswer(StrEnum):
    MET = "met"
    NOT_YET_KNOWN = "not_yet_known"
    NEGATED = "negated"


class ComputedAnswer(StrEnum):
    SERIOUS_CASE = "serious_case"
    NOT_A_SERIOUS_CASE = "not_a_serious_case"
    NOT_YET_DETERMINABLE = "not_yet_determinable"


class LimbFact(BaseModel):
    """A recorded fact and what it says about a limb."""

    model_config = ConfigDict(frozen=True)

    pointer: str = Field(description="JSON pointer to the fact in the case.")
    answer: LimbAnswer
    statement: str = Field(description="What the fact says, in plain English; it repeats no recorded value.")
    provision: str


class Limb(BaseModel):
    """One limb of the definition."""

    model_config = ConfigDict(frozen=True)

    code: str
    title: str
    provision: str
    answer: LimbAnswer
    facts: list[LimbFact]


class Assessment(BaseModel):
    """Whether the recorded facts make a serious child safeguarding case (Children Act 2004 s16B(9))."""

    model_config = ConfigDict(frozen=True)

    answer: ComputedAnswer
    limbs: list[Limb]
    negating_facts: list[LimbFact] = Field(description="The facts that keep this from being such a case.")


EXAMPLE: dict[str, Any] = {
    "judgement": "serious_case",
    "reasons": "Neglect is suspected by the ward and by the social worker; the harm is life-threatening.",
}


class JudgementGiven(Facts):
    """The authority's judgement."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    judgement: JudgementAnswer
    reasons: Narrative


class JudgementRead(JudgementGiven):
    """A judgement with who gave it and when."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                EXAMPLE
                | {
                    "version": 1,
                    "judged_by": "01a05a43-fc00-7000-8000-0000000000c1",
                    "judged_at": "2026-11-03T08:40:00Z",
                }
            ]
        }
    )

    version: int = Field(
        description="1 for the case's first judgement; a later one stands, and none is overwritten."
    )
    judged_by: UUID | None = Field(description="The principal whose credential gave it.")
    judged_at: datetime


class AssessmentRead(BaseModel):
    """The computed answer, and beside it the authority's judgement."""

    computed: Assessment
    judgement: JudgementRead | None = Field(description="The latest; null until one is given.")
