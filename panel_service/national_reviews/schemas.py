"""What callers give about national reviews."""

from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from panel_service.national_reviews.states import PublishedForm, ReviewForm
from panel_service.public_register.schemas import WebAddress
from shared_schemas.base import Day, Facts
from shared_schemas.classification import Classification, Classified
from shared_schemas.codes import OffPoolReason
from shared_schemas.messages.national_reviews import PublicAddress
from shared_schemas.text import Narrative, PersonName, Reference, ShortText

A_DAY = "2026-11-20"
AN_ID = "01a19d01-e880-7d4e-8f60-718293a4b5c7"


def with_example(**example: Any) -> ConfigDict:
    """Give the configuration of a body with one example."""
    return Facts.model_config | ConfigDict(json_schema_extra={"examples": [example]})


class Satisfaction(StrEnum):
    """The words of s16B(3): satisfactory progress, satisfactory quality."""

    SATISFACTORY = "satisfactory"
    SOME_CONCERNS = "some_concerns"
    UNSATISFACTORY = "unsatisfactory"


class RequestKind(StrEnum):
    INFORMATION = "information"
    DRAFT_REPORT = "draft_report"


class Proposal(Facts):
    """A national review to propose: of one case, or of a theme over several."""

    model_config = with_example(
        form="thematic",
        title="Bruising in babies who are not mobile",
        theme="Bruising in babies who are not mobile",
        case_ids=[AN_ID],
        proposed_on=A_DAY,
        reasons="The theme recurs in eleven cases of the last year.",
    )

    form: ReviewForm
    title: ShortText
    theme: ShortText | None = None
    case_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]
    proposed_on: Day
    reasons: Narrative

    @model_validator(mode="after")
    def _form_fits(self) -> Self:
        thematic = self.form == ReviewForm.THEMATIC
        if thematic != (self.theme is not None):
            raise PydanticCustomError(
                "theme_of_form", "a thematic review has a theme, one of a single case none"
            )
        if len(set(self.case_ids)) != len(self.case_ids):
            raise PydanticCustomError("case_given_twice", "gives a case more than once")
        if not thematic and len(self.case_ids) != 1:
            raise PydanticCustomError("one_case", "a review of a single case names one")
        return self


class CaseAdded(Facts):
    """A case to take into a thematic review."""

    model_config = with_example(case_id=AN_ID)

    case_id: UUID


class ReviewDecision(Facts):
    """The decision to review, and how the Secretary of State was told of it."""

    model_config = with_example(
        decided_on=A_DAY,
        reasons="The issues are of national importance and recur.",
        secretary_of_state_told_on="2026-11-21",
        secretary_of_state_reference="SoS-2026-044",
    )

    decided_on: Day
    reasons: Narrative
    secretary_of_state_told_on: Day
    secretary_of_state_reference: Reference


class Scope(Facts):
    """Terms of reference, methodology and timescale."""

    model_config = with_example(
        terms_of_reference="How bruising in babies who are not mobile is responded to across areas.",
        methodology="Reading of the rapid reviews, and talks with practitioners.",
        timescale="Nine months.",
        report_expected_on="2027-09-02",
    )

    terms_of_reference: Narrative
    methodology: Narrative
    timescale: Narrative
    report_expected_on: Day | None = None


class ReviewerSelected(Facts):
    """A reviewer from the pool, or from outside it for one of the two reasons of SI 2018/789 reg 4(4)."""

    model_config = with_example(pool_member_id=AN_ID, selected_on=A_DAY)

    pool_member_id: UUID | None = None
    name: PersonName | None = None
    off_pool_reason: OffPoolReason | None = None
    off_pool_reasons: Narrative | None = None
    selected_on: Day

    @model_validator(mode="after")
    def _from_the_pool_or_why_not(self) -> Self:
        outside = (self.name, self.off_pool_reason, self.off_pool_reasons)
        if self.pool_member_id is not None and any(outside):
            raise PydanticCustomError("pool_or_outside", "names somebody of the pool and somebody outside it")
        if self.pool_member_id is None and not all(outside):
            raise PydanticCustomError(
                "outside_the_pool",
                "outside the pool, name, off_pool_reason and off_pool_reasons are required (reg 4(4))",
            )
        return self


class Recommended(Facts):
    """The recommendation of a selected reviewer to the Secretary of State."""

    model_config = with_example(on=A_DAY)

    on: Day


class Confirmed(Facts):
    """What the Secretary of State did: confirmed an appointment, or removed a reviewer."""

    model_config = with_example(on=A_DAY, reference="SoS-2026-051")

    on: Day
    reference: Reference


class RemovalDetermined(Facts):
    """The Panel's determination that a reviewer should be removed, with reasons (SI 2018/789 reg 5(2))."""

    model_config = with_example(on=A_DAY, reasons="An interest in one of the agencies became known.")

    on: Day
    reasons: Narrative


class AnotherConsidered(Facts):
    """What came of considering another reviewer: who was selected, or why nobody (SI 2018/789 reg 5(3))."""

    model_config = with_example(
        on=A_DAY, reasons="The second reviewer, already confirmed, completes the review alone."
    )

    on: Day
    appointed_reviewer_id: UUID | None = Field(
        default=None, description="The reviewer of this review who was selected instead, if somebody was."
    )
    reasons: Narrative


class Started(Facts):
    """The start of the work, and when the Panel first looks at time and quality."""

    model_config = with_example(on=A_DAY, first_check_on="2027-01-15")

    on: Day
    first_check_on: Day

    @model_validator(mode="after")
    def _check_follows(self) -> Self:
        if self.first_check_on <= self.on:
            raise PydanticCustomError("check_before_start", "the first check lies after the start")
        return self


class CheckpointMade(Facts):
    """One look at the time being taken and at quality, and when the next is."""

    model_config = with_example(
        on=A_DAY,
        timeliness="satisfactory",
        quality="some_concerns",
        note="Two areas have not been visited.",
        next_on="2027-02-15",
    )

    on: Day
    timeliness: Satisfaction
    quality: Satisfaction
    note: Narrative
    next_on: Day

    @model_validator(mode="after")
    def _next_follows(self) -> Self:
        if self.next_on <= self.on:
            raise PydanticCustomError("next_before_this", "the next check lies after this one")
        return self


class RequestMade(Facts):
    """A request in writing to the reviewer; the letter it is made by."""

    model_config = with_example(
        kind="draft_report",
        what="The draft chapters on health visiting.",
        letter_reference="NR-2026-07-L3",
        requested_on=A_DAY,
        due_on="2026-12-04",
    )

    kind: RequestKind
    what: Narrative
    letter_reference: Reference
    requested_on: Day
    due_on: Day

    @model_validator(mode="after")
    def _due_follows(self) -> Self:
        if self.due_on < self.requested_on:
            raise PydanticCustomError("due_before_requested", "is due before it was requested")
        return self


class RequestAnswered(Facts):
    """The answer to a request in writing."""

    model_config = with_example(answered_on=A_DAY, note="The draft came by secure mail.")

    answered_on: Day
    note: Narrative


class Recommendation(Facts):
    """An improvement recommended: to whom, what, by when."""

    to: ShortText
    what: Narrative
    by_when: Day | None = None


class NationalReport(Facts):
    """The report. SI 2018/789 reg 8 requires both (a) and (b)."""

    improvements_summary: Annotated[
        Narrative | None,
        Field(
            description="Reg 8(a): a summary of any improvements recommended to the safeguarding partners or others."
        ),
    ] = None
    systemic_analysis: Annotated[
        Narrative | None,
        Field(
            description="Reg 8(b): an analysis of any systemic or underlying reasons why actions were taken or not."
        ),
    ] = None
    recommendations: Annotated[list[Recommendation], Field(max_length=200)] = []
    body: Narrative | None = None


REQUIRED_OF_REPORT = {
    "improvements_summary": "SI 2018/789 reg 8(a)",
    "systemic_analysis": "SI 2018/789 reg 8(b)",
}


def missing_of_report(report: NationalReport) -> tuple[str, ...]:
    """Name the parts that SI 2018/789 reg 8 requires and that are not there."""
    return tuple(name for name in REQUIRED_OF_REPORT if not getattr(report, name))


class ReportWritten(Facts):
    """A version of the report to keep; the one before stays beside it."""

    model_config = with_example(
        report={
            "improvements_summary": "One route for bruising in babies, in every area.",
            "systemic_analysis": "Transfer between areas was counted as closure.",
            "recommendations": [
                {"to": "NHS England", "what": "One pathway for bruising.", "by_when": "2027-12-31"}
            ],
        }
    )

    report: NationalReport


class QualityAssured(Facts):
    """That the Panel finds the report of satisfactory quality (s16B(3)), and why."""

    model_config = with_example(on=A_DAY, note="Read by two members; sources checked.")

    on: Day
    note: Narrative


class OnDay(Facts):
    """The day of a step."""

    model_config = with_example(on=A_DAY)

    on: Day


class CopyMade(Facts):
    """A copy given to the Secretary of State; with the information, where only information on improvements is to be published."""

    model_config = with_example(on=A_DAY, reference="SoS-2026-077")

    on: Day
    reference: Reference
    improvements_information: Narrative | None = None


class Published(Facts):
    """A publication: of the report, or of information on improvements only, with the reasons why the report is inappropriate."""

    model_config = with_example(
        form="report",
        published_on=A_DAY,
        summary="Seven recommendations to partners and to government.",
        address="https://panel.example/national-reviews/bruising",
    )

    form: PublishedForm
    published_on: Day
    summary: Narrative
    address: Annotated[WebAddress, Classified(Classification.NONE)]
    inappropriate_reasons: Annotated[
        Narrative | None, Field(description="Why publishing the report is inappropriate (s16B(4), (5)).")
    ] = None
    notice_override_reasons: Annotated[
        Narrative | None,
        Field(description="Why guidance's seven working days are not kept, where they are not."),
    ] = None

    @model_validator(mode="after")
    def _reasons_fit(self) -> Self:
        only = self.form == PublishedForm.IMPROVEMENTS_ONLY
        if only != (self.inappropriate_reasons is not None):
            raise PydanticCustomError(
                "inappropriate_reasons",
                "improvements only, and nothing else, needs inappropriate_reasons (s16B(5))",
            )
        return self


class TakenDown(Facts):
    """A take-down: after three years, or before them by a court's order."""

    model_config = with_example(
        on=A_DAY, reasons="By order of the court.", court_order_reference="QB-2026-000123"
    )

    on: Day
    reasons: Narrative
    court_order_reference: Reference | None = None


class Closed(Facts):
    """The end of a review; before its publication, why the Panel does not go on with it."""

    model_config = with_example(on=A_DAY, reasons="Published; the recommendations are followed elsewhere.")

    on: Day
    reasons: Narrative


class PublishedReview(Facts):
    """What anybody may read of a published national review."""

    id: UUID
    title: ShortText
    summary: Narrative
    form: PublishedForm
    published_on: Day
    available_until_min: Day
    address: PublicAddress
    sha256: str
    thematic: StrictBool
