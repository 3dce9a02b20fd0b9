"""An improvement that should be made (Children Act 2004 s16B(2)), and what is answered to it."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from shared_schemas.base import Day, Facts
from shared_schemas.codes import Themes
from shared_schemas.text import Narrative, ShortText


class ImprovementScope(StrEnum):
    LOCAL = "local"
    NATIONAL = "national"


class ResponseAnswer(StrEnum):
    """What an addressee says to an improvement."""

    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted_in_part"
    REJECTED = "rejected"


class Progress(StrEnum):
    """How far an addressee has come with what it accepted."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    IMPLEMENTED = "implemented"
    NOT_IMPLEMENTED = "not_implemented"


class ImprovementText(Facts):
    """What should be improved, and why. It names no child."""

    scope: ImprovementScope
    what: Narrative
    why: Narrative
    themes: Annotated[Themes, Field(min_length=1)]


class ResponseFacts(Facts):
    """An addressee's response: reasons where it does not accept the whole, by when and by whom where it accepts."""

    response: ResponseAnswer
    reasons: Narrative | None = None
    by_when: Day | None = None
    owner: ShortText | None = None

    @model_validator(mode="after")
    def _answers_whole(self) -> Self:
        if self.response != ResponseAnswer.ACCEPTED and self.reasons is None:
            raise PydanticCustomError("reasons_missing", "needs reasons: it is not accepted in whole")
        if self.response != ResponseAnswer.REJECTED and self.by_when is None:
            raise PydanticCustomError("by_when_missing", "needs by_when: it is accepted")
        return self


class ProgressFacts(Facts):
    """How far it has come: evidence and the day where it is implemented, reasons where it will not be."""

    progress: Progress
    on: Day
    evidence: Narrative | None = None
    reasons: Narrative | None = None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.progress == Progress.IMPLEMENTED and self.evidence is None:
            raise PydanticCustomError("evidence_missing", "needs evidence of the implementation")
        if self.progress == Progress.NOT_IMPLEMENTED and self.reasons is None:
            raise PydanticCustomError("reasons_missing", "needs the reasons why it was not implemented")
        return self


def is_overdue(response: ResponseFacts | None, progress: Progress | None, today: date) -> bool:
    """Whether what was accepted is neither done nor given up after the day the addressee itself set."""
    if response is None or response.response == ResponseAnswer.REJECTED or response.by_when is None:
        return False
    return progress not in {Progress.IMPLEMENTED, Progress.NOT_IMPLEMENTED} and today > response.by_when


class ImprovementTold(ImprovementText):
    """An improvement as a partnership concerned is told of it."""

    improvement_id: UUID
    identified_on: date
    response_asked: StrictBool = Field(
        description="Whether the improvement is addressed to the partnership, or concerns it as its case is evidence."
    )
    case_references: Annotated[
        list[UUID],
        Field(
            max_length=200,
            description="The partnership's own cases that are evidence, by exchange reference.",
        ),
    ] = []
