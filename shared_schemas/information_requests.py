"""The Panel's request for information (Children Act 2004 s16D), and what is given in answer."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from shared_schemas.base import Facts
from shared_schemas.text import Narrative, ShortText

PURPOSE_OF_PANEL = "s16B"
"""The one purpose for which the Panel may use what it was given (s16D): its functions under s16B."""


class SuppliedTo(StrEnum):
    """To whom the information is to be given (s16D)."""

    PANEL = "panel"
    REVIEWER = "reviewer"
    OTHER_SPECIFIED_PERSON = "other_specified_person"


class AnswerOutcome(StrEnum):
    COMPLIED = "complied"
    PARTLY_COMPLIED = "partly_complied"
    REFUSED = "refused"


class InformationAnswer(Facts):
    """What is given in answer: the information, or why it is not given."""

    outcome: AnswerOutcome
    information: Narrative | None = None
    reasons: Annotated[
        Narrative | None, Field(description="Why it is refused, or given in part; required then.")
    ] = None
    given_by: ShortText = Field(description="The office that answers, not a person's name.")

    @model_validator(mode="after")
    def _says_what_or_why(self) -> Self:
        if (self.outcome == AnswerOutcome.REFUSED) == (self.information is not None):
            raise PydanticCustomError(
                "information_and_outcome", "gives information exactly where it is not refused"
            )
        if self.outcome != AnswerOutcome.COMPLIED and self.reasons is None:
            raise PydanticCustomError("reasons_missing", "needs reasons: not everything is given")
        return self
