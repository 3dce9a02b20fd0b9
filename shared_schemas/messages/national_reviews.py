"""Bodies about national reviews: a partnership's proposal, and what the Panel tells at each step. The Panel's name nobody."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StrictInt, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from shared_schemas.base import Day, Facts, Instant
from shared_schemas.codes import Regulation3Criterion, refuse_duplicates
from shared_schemas.messages.entries import CataloguedMessage
from shared_schemas.text import Narrative, ShortText

PROPOSAL = "local.national_review_proposal.v1"
OPENED = "panel.national_review.opened.v1"
UPDATED = "panel.national_review.updated.v1"
PUBLISHED = "panel.national_review.published.v1"
CLOSED = "panel.national_review.closed.v1"

# A pattern and no list, so that a step or form which a later release adds is taken by this one.
StepCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
PublicAddress = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^https://[!-~]{1,490}$", max_length=500)
]


class NationalReviewProposal(Facts):
    """Why the partners think that the Panel might review a case nationally (Children Act 2004 s16B(1), reg 3)."""

    criteria: Annotated[
        list[Regulation3Criterion],
        Field(min_length=1, max_length=10, description="Which of SI 2018/789 reg 3 may be met."),
        AfterValidator(refuse_duplicates),
    ]
    reasons: Narrative
    new_information: Annotated[
        Narrative | None,
        Field(description="What has come to light since the rapid review was sent, if anything."),
    ] = None


class NationalReviewProposalBody(NationalReviewProposal):
    """A proposal of a national review, with or after the rapid review."""

    case_id: UUID
    version: Annotated[StrictInt, Field(ge=1)]
    proposed_at: Instant


class NationalReviewTold(Facts):
    """Which national review a message is about, and which step it tells."""

    national_review_id: UUID
    step: StepCode
    on: Day


class NationalReviewOpenedBody(NationalReviewTold):
    """The Panel decided on a national review of this case, or took the case into one."""

    form: StepCode = Field(description="`single_case` or `thematic`.")
    title: ShortText
    theme: ShortText | None = None
    secretary_of_state_told_on: Day


class NationalReviewUpdatedBody(NationalReviewTold):
    """A national review went a step on. The scope comes with its own step."""

    terms_of_reference: Narrative | None = None
    methodology: Narrative | None = None
    timescale: Narrative | None = None
    report_expected_on: Day | None = None


class NationalReviewPublishedBody(NationalReviewTold):
    """The report was published, or information on improvements only (s16B(4), (5)), or what was published was taken down."""

    form: StepCode = Field(description="`report` or `improvements_only`.")
    title: ShortText
    summary: Narrative
    address: PublicAddress
    sha256: Sha256 = Field(description="Of what was published: the report, or the information.")
    available_until_min: Day = Field(description="Three years at least (SI 2018/789 reg 10).")


class NationalReviewClosedBody(NationalReviewTold):
    """A national review was closed: after publication, or before it because the Panel does not go on with it."""

    published: bool
    published_on: Day | None = None

    @model_validator(mode="after")
    def _published_has_a_day(self) -> Self:
        if self.published != (self.published_on is not None):
            raise PydanticCustomError(
                "published_without_day", "says published without the day, or the reverse"
            )
        return self


_REVIEW = "01a1f5f4-a400-7b7a-8d12-3e4f5a6b7c01"
PROPOSAL_EXAMPLE: dict[str, Any] = {
    "criteria": ["reg_3_a", "reg_3_c"],
    "reasons": "The same gap between maternity and children's social care was found in two reviews before.",
    "new_information": "The local review found that the transfer protocol is national.",
}
_OPENED: dict[str, Any] = {
    "national_review_id": _REVIEW,
    "step": "decided",
    "on": "2026-11-24",
    "form": "thematic",
    "title": "Bruising in babies who are not mobile",
    "theme": "Bruising in babies who are not mobile",
    "secretary_of_state_told_on": "2026-11-25",
}
_UPDATED: dict[str, Any] = {
    "national_review_id": _REVIEW,
    "step": "scoping",
    "on": "2026-12-02",
    "terms_of_reference": "How bruising in babies who are not mobile is responded to across areas.",
    "methodology": "Reading of the rapid reviews, and talks with practitioners.",
    "timescale": "Nine months.",
    "report_expected_on": "2027-09-02",
}
_PUBLISHED: dict[str, Any] = {
    "national_review_id": _REVIEW,
    "step": "published",
    "on": "2027-10-04",
    "form": "report",
    "title": "Bruising in babies who are not mobile",
    "summary": "Seven recommendations to partners and to government.",
    "address": "https://panel.example/national-reviews/bruising",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "available_until_min": "2030-10-04",
}
_CLOSED: dict[str, Any] = {
    "national_review_id": _REVIEW,
    "step": "closed",
    "on": "2027-11-01",
    "published": True,
    "published_on": "2027-10-04",
}

FROM_LOCAL: tuple[CataloguedMessage, ...] = (
    CataloguedMessage(
        PROPOSAL,
        "The partners propose a national review",
        "With the rapid review or later, with the criteria of SI 2018/789 reg 3 that may be met. The decision is the Panel's.",
        NationalReviewProposalBody,
        PROPOSAL_EXAMPLE
        | {
            "case_id": "01a19d01-e880-7d4e-8f60-718293a4b5c7",
            "version": 1,
            "proposed_at": "2026-11-20T09:12:44.120000Z",
        },
    ),
)
FROM_PANEL: tuple[CataloguedMessage, ...] = (
    CataloguedMessage(
        OPENED,
        "A national review takes in this case",
        "The Panel decided on a review of this case, or of a theme that it belongs to, and told the Secretary of State.",
        NationalReviewOpenedBody,
        _OPENED,
    ),
    CataloguedMessage(
        UPDATED,
        "A national review went a step on",
        "One step of the review's course, by its code; a reviewer is never named.",
        NationalReviewUpdatedBody,
        _UPDATED,
    ),
    CataloguedMessage(
        PUBLISHED,
        "A national review was published",
        "The report, or only information on improvements (Children Act 2004 s16B(4), (5)), and where it stands; or that it was taken down.",
        NationalReviewPublishedBody,
        _PUBLISHED,
    ),
    CataloguedMessage(
        CLOSED,
        "A national review was closed",
        "After publication, or before it because the Panel does not go on with it.",
        NationalReviewClosedBody,
        _CLOSED,
    ),
)
