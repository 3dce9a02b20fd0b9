"""The sections of a rapid review, the "concise investigative exercise" of the consultation of 2017.

Which of them must be there is the rule set's to say (``required_parts``); their names here are the names there.
"""

from typing import Annotated, Self

from pydantic import Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from shared_schemas.base import Day, Facts
from shared_schemas.codes import AgencyType, InPrincipleView, LearningStatus, Regulation11Criterion, TriState
from shared_schemas.incidents import SafeguardingPartnerKind
from shared_schemas.text import Narrative, PersonName, ShortText


class Circumstances(Facts):
    """The relevant circumstances, as far as they could readily be established."""

    narrative: Narrative


class AgencyAccount(Facts):
    agency_type: AgencyType
    name: ShortText
    involvement: Narrative
    good_practice: Narrative | None = None
    concerns: Narrative | None = None


class AgencyInvolvement(Facts):
    """The involvement of local agencies; an empty list needs words on why none was involved."""

    agencies: Annotated[list[AgencyAccount], Field(max_length=50)] = []
    no_agency_involved: Narrative | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if bool(self.agencies) == (self.no_agency_involved is not None):
            raise PydanticCustomError(
                "agencies_or_reason", "give the agencies, or in no_agency_involved why there were none"
            )
        return self


class LearningItem(Facts):
    learning: Narrative
    audience: ShortText
    on: Annotated[Day, Field(description="The day it was shared, or is to be.")]


class ImmediateLearning(Facts):
    """Immediate learning: shared, planned, or none, with whom and when."""

    status: LearningStatus
    items: Annotated[list[LearningItem], Field(max_length=50)] = []
    reason_for_none: Narrative | None = None

    @model_validator(mode="after")
    def _status_is_borne_out(self) -> Self:
        if self.status == "none" and (self.items or self.reason_for_none is None):
            raise PydanticCustomError("learning_none", "status none needs reason_for_none and no items")
        if self.status != "none" and not self.items:
            raise PydanticCustomError("learning_items", "status shared or planned needs items")
        return self


class Finding(Facts):
    answer: TriState
    reasons: Narrative


class CriterionAnswer(Facts):
    """One criterion of SI 2018/789 reg 11. Criterion (d) is met by a Panel decision alone, so nobody answers it here."""

    criterion: Regulation11Criterion
    answer: TriState
    reasons: Narrative

    @model_validator(mode="after")
    def _panel_alone_sets_d(self) -> Self:
        if self.criterion == "reg_11_d":
            raise PydanticCustomError("criterion_of_the_panel", "reg 11(d) is set by a Panel decision only")
        return self


class NextSteps(Facts):
    """The decision on next steps, which the statutory exercise ends with."""

    decision: Narrative
    decided_on: Day


class InPrinciple(Facts):
    """Whether in principle the partners already consider a local review appropriate."""

    view: InPrincipleView
    reasons: Narrative


class PartnerView(Facts):
    """A partner's view and sign-off; "outstanding, and why" completes as well."""

    partner: SafeguardingPartnerKind
    organisation: ShortText
    view: Narrative | None = None
    dissents: Annotated[
        StrictBool | None,
        Field(description="Whether this partner dissents from the others; `view` says why."),
    ] = None
    signed_off: StrictBool
    signed_off_by: PersonName | None = None
    signed_off_on: Day | None = None
    outstanding_reason: Narrative | None = None

    @model_validator(mode="after")
    def _signed_or_why_not(self) -> Self:
        if self.signed_off and (self.signed_off_by is None or self.signed_off_on is None):
            raise PydanticCustomError("sign_off", "a sign-off needs signed_off_by and signed_off_on")
        if not self.signed_off and self.outstanding_reason is None:
            raise PydanticCustomError(
                "sign_off_outstanding", "an outstanding sign-off needs outstanding_reason"
            )
        return self


class RapidReviewSections(Facts):
    """The sections there are so far; saved in parts, each part whole."""

    circumstances: Circumstances | None = None
    agency_involvement: AgencyInvolvement | None = None
    immediate_learning: ImmediateLearning | None = None
    importance_for_area: Annotated[
        Finding | None, Field(description="Whether it raises issues of importance for the area (s16F(1)(a)).")
    ] = None
    criteria: Annotated[list[CriterionAnswer], Field(max_length=20)] | None = None
    national_importance: Annotated[
        Finding | None, Field(description="Whether it may be complex or of national importance (s16B(1)(a)).")
    ] = None
    decision_on_next_steps: NextSteps | None = None
    in_principle_view: InPrinciple | None = None
    partner_views: Annotated[list[PartnerView], Field(max_length=20)] | None = None


class RapidReviewAddendum(Facts):
    """What is added to a rapid review after it was sent: the review itself never changes."""

    what_is_new: Narrative
    reasons: Annotated[Narrative, Field(description="Why it is added, and what it changes.")]
    in_principle_view: InPrinciple | None = None
    decision_on_next_steps: NextSteps | None = None
    partner_views: Annotated[list[PartnerView], Field(max_length=20)] | None = None


def missing_sections(sections: RapidReviewSections, required: list[str]) -> list[str]:
    """Name the required sections that are not there, in the rule set's order; an empty list counts as not there."""
    return [name for name in required if not getattr(sections, name)]
