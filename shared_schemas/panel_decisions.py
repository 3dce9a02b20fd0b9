"""A decision of the Panel, as it is recorded and as it goes back to the partnership."""

from typing import Annotated, Self

from pydantic import Field, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from shared_schemas.base import Day, Facts
from shared_schemas.codes import (
    NationalCircumstance,
    OpinionOnLocalReview,
    PanelOutcome,
    Regulation3Criterion,
    TriState,
)
from shared_schemas.text import Narrative


class CriterionConsidered(Facts):
    """One criterion of SI 2018/789 reg 3, which the Panel must take into account."""

    criterion: Regulation3Criterion
    answer: TriState
    reasons: Narrative


class DecisionFacts(Facts):
    """What the Panel decided on a national review, and apart from it its opinion on the local review.

    The decision on a national review is the Panel's alone (Children Act 2004 s16B(1)); on a local review it has
    an opinion, which the partners weigh (SI 2018/789 reg 11(d)).
    """

    outcome: PanelOutcome
    complex: TriState = Field(description="Whether the case raises issues that are complex (s16B(1)(a)).")
    national_importance: TriState = Field(description="Whether they are of national importance (s16B(1)(a)).")
    criteria: Annotated[list[CriterionConsidered], Field(max_length=20)] = []
    circumstances: Annotated[
        list[NationalCircumstance],
        Field(max_length=20, description="Circumstances the Panel had regard to (statutory guidance)."),
    ] = []
    reasons: Narrative
    opinion_on_local_review: OpinionOnLocalReview
    opinion_reasons: Narrative | None = None
    decided_on: Day

    @model_validator(mode="after")
    def _opinion_has_reasons(self) -> Self:
        if self.opinion_on_local_review != "no_view" and self.opinion_reasons is None:
            raise PydanticCustomError(
                "opinion_without_reasons", "an opinion on the local review needs opinion_reasons"
            )
        return self

    @model_validator(mode="after")
    def _national_review_has_grounds(self) -> Self:
        if self.outcome == "national_review" and "no" == self.complex == self.national_importance:
            raise PydanticCustomError(
                "national_review_without_grounds",
                "a national review needs a case that is or may be complex or of national importance",
            )
        return self


class DecisionMade(DecisionFacts):
    """A decision with its place in the chain and what it rests on."""

    decision_version: Annotated[StrictInt, Field(ge=1)]
    supersedes_version: Annotated[StrictInt | None, Field(ge=1)] = None
    decided_on_notification_version: Annotated[StrictInt, Field(ge=1)]
    decided_on_rapid_review: bool
