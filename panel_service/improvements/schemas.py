from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from panel_service.improvements.models import AddresseeKind, Concern, EvidenceKind, ImprovementState
from shared_schemas.base import Day, Facts
from shared_schemas.codes import Themes
from shared_schemas.improvements import ImprovementScope, ImprovementText, ProgressFacts, ResponseFacts
from shared_schemas.text import Narrative, ShortText


class CaseEvidence(Facts):
    """What was received about a case; the latest version of it stands as evidence."""

    kind: Literal[EvidenceKind.NOTIFICATION, EvidenceKind.RAPID_REVIEW, EvidenceKind.LOCAL_REVIEW]
    case_id: UUID


class NationalReviewEvidence(Facts):
    kind: Literal[EvidenceKind.NATIONAL_REVIEW]
    reference: ShortText
    national_review_id: UUID | None = None


class Citation(Facts):
    """Where other evidence is found, so that anybody can look it up."""

    title: ShortText
    publisher: ShortText
    year: Annotated[StrictInt, Field(ge=1900, le=9998)]
    identifier: ShortText = Field(description="ISBN, DOI, command paper number, or whatever identifies it.")
    url: Annotated[ShortText | None, Field(pattern=r"^https?://\S+$")] = None
    locator: ShortText = Field(description="Page, paragraph or section.")
    quotation: Narrative | None = None


class OtherEvidence(Citation):
    """Other evidence, with its citation."""

    kind: Literal[EvidenceKind.OTHER]


Evidence = Annotated[CaseEvidence | NationalReviewEvidence | OtherEvidence, Field(discriminator="kind")]
EVIDENCE_EXAMPLES: list[dict[str, Any]] = [
    {"kind": "rapid_review", "case_id": "01a19d02-0000-7d4e-8f60-718293a4b5c9"},
    {
        "kind": "other",
        "title": "Bruising in children who are not mobile",
        "publisher": "A royal college",
        "year": 2024,
        "identifier": "ISBN 978-0-00-000000-2",
        "locator": "page 14",
    },
]
EVIDENCE_BODY: dict[str, Any] = {"evidence": EVIDENCE_EXAMPLES}


class EvidenceCreate(Facts):
    """Evidence to add."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [EVIDENCE_BODY]})

    evidence: Annotated[list[Evidence], Field(min_length=1, max_length=100)]


class AddresseeGiven(Facts):
    """Somebody who should make the improvement. A partnership is given by its id."""

    kind: AddresseeKind
    name: ShortText | None = None
    partnership_id: UUID | None = None

    @model_validator(mode="after")
    def _named_one_way(self) -> Self:
        by_id = self.kind == AddresseeKind.PARTNERSHIP
        if (self.partnership_id is not None) != by_id or (self.name is not None) == by_id:
            raise PydanticCustomError(
                "addressee_named_one_way", "gives partnership_id for a partnership, and name for all others"
            )
        return self


IMPROVEMENT_EXAMPLE: dict[str, Any] = {
    "scope": "local",
    "what": "Make one multi-agency pathway for bruising in babies who are not mobile.",
    "why": "Bruising was seen and recorded by one agency and discussed with no other.",
    "themes": ["non_accidental_injury_under_one", "information_sharing"],
    "addressees": [{"kind": "national_body", "name": "NHS England"}],
}


class ImprovementCreate(ImprovementText):
    """An improvement that should be made, by whom, and what shows it."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [IMPROVEMENT_EXAMPLE | EVIDENCE_BODY]}
    )

    addressees: Annotated[list[AddresseeGiven], Field(min_length=1, max_length=300)]
    evidence: Annotated[list[Evidence], Field(max_length=100)] = []


class ImprovementPatch(Facts):
    """What to change of a text that is not agreed yet; what is not given stays."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"why": "Bruising was recorded by two agencies, each on its own."}]}
    )

    scope: ImprovementScope | None = None
    what: Narrative | None = None
    why: Narrative | None = None
    themes: Annotated[Themes | None, Field(min_length=1)] = None


class Addressing(Facts):
    """Whom to tell beside the addressees and the partnerships whose cases are evidence."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"partnership_ids": ["01a05a43-fc00-7000-8000-0000000000e1"]}]}
    )

    partnership_ids: Annotated[list[UUID], Field(max_length=300)] = []


class ResponseCreate(ResponseFacts):
    """A response that came to the Panel by another way than the exchange."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "addressee_id": "01a1f300-4c00-7a10-9c21-0f1e2d3c4b5e",
                    "response": "accepted",
                    "by_when": "2027-06-30",
                    "owner": "Director of nursing",
                    "responded_on": "2026-11-20",
                }
            ]
        }
    )

    addressee_id: UUID
    responded_on: Day
    progress: ProgressFacts | None = None


class ProgressCreate(Facts):
    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"remark": "Two of three addressees have begun."}]}
    )

    remark: Narrative


class ImplementationCreate(Facts):
    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [{"implemented_on": "2026-11-20", "evidence": "The pathway is in force in the area."}]
        }
    )

    implemented_on: Day
    evidence: Narrative


class NonImplementationCreate(Facts):
    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [{"reasons": "Every addressee rejected it: the law changes in spring."}]
        }
    )

    reasons: Narrative


class SupersessionCreate(Facts):
    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "superseded_by_id": "01a1f300-4c00-7a10-9c21-0f1e2d3c4b5f",
                    "reasons": "The national improvement covers it.",
                }
            ]
        }
    )

    superseded_by_id: UUID
    reasons: Narrative


class NextMove(BaseModel):
    """A move of the table, and why not where it cannot be taken now."""

    move: str
    allowed: bool
    why_not: str | None
    rule: str | None


class EvidenceRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: EvidenceKind
    case_id: UUID | None
    document_version: int | None
    reference: str | None
    national_review_id: UUID | None
    citation: dict[str, Any] | None
    added_by: UUID | None
    added_at: datetime


class ResponseRead(BaseModel):
    """A response of one addressee; the highest version stands."""

    version: int
    response: str
    progress: str | None
    facts: dict[str, Any] = Field(description="The response and the progress as they were given.")
    responded_on: date
    by_message: bool
    recorded_at: datetime


class AddresseeRead(BaseModel):
    id: UUID
    kind: AddresseeKind
    concern: Concern
    name: str
    partnership_id: UUID | None
    told: Literal["not_yet", "by_message", "by_hand"]
    message_id: UUID | None
    responses: list[ResponseRead]
    overdue: bool = Field(description="By the day the addressee set itself; computed when it is read.")


class MoveRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    move: str
    from_state: ImprovementState
    to_state: ImprovementState
    facts: dict[str, Any]
    moved_by: UUID | None
    moved_at: datetime


class ImprovementListed(BaseModel):
    """An improvement in a list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    state: ImprovementState
    scope: ImprovementScope
    what: str
    themes: list[str]
    identified_at: datetime


class ImprovementRead(ImprovementListed):
    """An improvement. Without the scope `cases:read` (an analyst) evidence is counted, and nothing else of it told."""

    why: str
    identified_by: UUID
    agreed_by: UUID | None
    agreed_at: datetime | None
    addressed_at: datetime | None
    superseded_by_id: UUID | None
    updated_at: datetime
    previously_identified: bool = Field(
        description="Whether a person confirmed that it was recommended before (SI 2018/789 reg 3(a))."
    )
    evidence_counts: dict[str, int]
    evidence: list[EvidenceRead] | None = Field(description="Null to those who may not read cases.")
    addressees: list[AddresseeRead] | None = Field(description="Null to those who may not read cases.")
    history: list[MoveRead] | None = Field(description="Null to those who may not read cases.")
    next_moves: list[NextMove]


class AddressingRead(BaseModel):
    """Who was told by message, and who is to be told by hand."""

    improvement: ImprovementRead
    told: list[AddresseeRead]
    to_be_told_by_hand: list[AddresseeRead]


class RecurrenceCheck(Facts):
    """A draft to compare with what was recommended before."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [{"what": IMPROVEMENT_EXAMPLE["what"], "themes": IMPROVEMENT_EXAMPLE["themes"]}]
        }
    )

    what: Narrative
    themes: Themes = []


class RecurrenceHit(BaseModel):
    """What was recommended before, and why it is taken to be alike."""

    text_id: UUID
    source_kind: str
    source_id: UUID
    case_id: UUID | None
    position: int = Field(description="0 is the summary, 1, 2 … the recommendations in order.")
    said_on: date
    text: str | None
    score: float = Field(description="The share of telling words that both have, from 0 to 1.")
    shared_words: int
    shared_themes: list[str]
    themes_suggested: bool = Field(description="Whether its themes come from words in the text only.")
    explanation: str
    confirmed_by: UUID | None
    confirmed_at: datetime | None


class RecurrencesRead(BaseModel):
    """What was recommended before, the most alike first."""

    suggested_themes: list[str] = Field(description="Themes whose words the text holds; a person decides.")
    recurrences: list[RecurrenceHit]


class RecurrenceConfirm(Facts):
    """The confirmation that an improvement was previously identified (SI 2018/789 reg 3(a))."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"text_id": "01a1f300-4c00-7a10-9c21-0f1e2d3c4b60"}]}
    )

    text_id: UUID
    remark: Narrative | None = None


class ThemeYear(BaseModel):
    year: int
    improvements: int
    national_reviews: int
    local_reviews: int = Field(description="Reviews whose recommendations hold words of the theme.")


class ThemeCount(BaseModel):
    """A theme and how often it recurs (SI 2018/789 reg 3(c))."""

    theme: str
    title: str
    total: int
    years: list[ThemeYear]
