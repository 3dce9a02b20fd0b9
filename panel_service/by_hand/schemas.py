from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from service_kit.clock.rule_sets import UnknownRuleSet, published_rule_sets
from shared_schemas.base import Day, Facts
from shared_schemas.classification import Classification, Classified
from shared_schemas.codes import NotificationVersionKind, ReceiptChannel, WithdrawalReason
from shared_schemas.incidents import IncidentFacts
from shared_schemas.local_reviews import LocalReviewDecision, LocalReviewReport
from shared_schemas.messages import examples
from shared_schemas.messages.local import Notifier
from shared_schemas.rapid_reviews import RapidReviewSections
from shared_schemas.text import Narrative, PersonName, ShortText

CAME: dict[str, Any] = {"channel": "email", "received_on": "2026-11-10", "reference": "NSH/2026/14"}


def _known_rule_set(code: str) -> str:
    try:
        return published_rule_sets().get(code).code
    except UnknownRuleSet as error:
        raise PydanticCustomError("rule_set_unknown", "is not the code of a rule set") from error


def _example(**facts: Any) -> ConfigDict:
    return Facts.model_config | ConfigDict(json_schema_extra={"examples": [CAME | facts]})


class Original(Facts):
    """The file that came, by which it is found again."""

    name: Annotated[ShortText, Classified(Classification.IDENTIFYING)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Came(Facts):
    """How and when something came that is on no link."""

    channel: ReceiptChannel
    received_on: Annotated[Day, Field(description="The day on which the Panel's office had it.")]
    sent_on: Annotated[
        Day | None, Field(description="The day its sender gives; without one, the day it came counts.")
    ] = None
    reference: Annotated[ShortText | None, Field(description="What its sender calls it.")] = None
    original: Original | None = None


class CaseByHand(Came):
    """A notification that came by form, e-mail or post."""

    model_config = _example(
        partnership_code="northshire",
        notifier=examples.NOTIFICATION["notifier"],
        incident=examples.INCIDENT,
    )

    partnership_id: UUID | None = None
    partnership_code: Annotated[
        ShortText | None, Field(description="Or the partnership's id; one of them.")
    ] = None
    rule_set: Annotated[ShortText, AfterValidator(_known_rule_set)] = "consultation-2017"
    notifier: Notifier
    incident: IncidentFacts

    @model_validator(mode="after")
    def _names_one_partnership(self) -> Self:
        if (self.partnership_id is None) == (self.partnership_code is None):
            raise PydanticCustomError(
                "one_partnership", "give partnership_id or partnership_code, and only one of them"
            )
        return self


class NotificationByHand(Came):
    """A later version of a notification, which came by hand: a correction, or an outcome change."""

    model_config = _example(
        reason_for_version="correction",
        notifier=examples.NOTIFICATION["notifier"],
        incident=examples.INCIDENT | {"setting": "hospital"},
    )

    reason_for_version: NotificationVersionKind
    notifier: Notifier
    incident: IncidentFacts


class RapidReviewByHand(Came):
    """A rapid review that came by hand."""

    model_config = _example(completed_on="2026-11-06", sections=examples.SECTIONS)

    completed_on: Day
    sections: RapidReviewSections


class LocalReviewDecisionByHand(Came, LocalReviewDecision):
    """The partners' decision on a local review, which came by hand."""

    model_config = _example(commissioned=True, reasons="Criterion (c) is met.", decided_on="2026-11-09")


class LocalReviewByHand(Came):
    """A completed local review, which came by hand."""

    model_config = _example(commissioned_on="2026-11-03", completed_on="2026-11-09", report=examples.REPORT)

    commissioned_on: Day
    completed_on: Day
    report: LocalReviewReport


class WithdrawalByHand(Came):
    """The local authority's withdrawal of its notification, which came by hand."""

    model_config = _example(
        withdrawn_on="2026-11-09", reason="criteria_not_met", reasons="Abuse is no longer suspected."
    )

    withdrawn_on: Day
    reason: WithdrawalReason
    reasons: Narrative


class Told(Facts):
    """That a partnership was told of a decision by hand."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [{"channel": "post", "told_on": "2026-11-20", "told_to": "The partnership's chair"}]
        }
    )

    channel: ReceiptChannel
    told_on: Day
    told_to: PersonName
    reference: ShortText | None = None


class ToldRead(BaseModel):
    """How, when and whom the Panel's office told of a decision."""

    model_config = ConfigDict(from_attributes=True)

    case_id: UUID
    decision_version: int
    channel: str
    told_on: date
    told_to: Annotated[str, Classified(Classification.IDENTIFYING)]
    reference: str | None
    recorded_by: UUID | None
    recorded_at: datetime


class ByHandStep(BaseModel):
    """One kind of document and whether it may be recorded by hand now."""

    kind: str
    allowed: bool
    why_not: str | None = None
    rule: Annotated[str | None, Field(description="The provision that stands against it.")] = None


class RecordedNow(BaseModel):
    """What was recorded by hand, and the case it is about as it now stands."""

    case_id: UUID
    case_version: int = Field(description="The case's ETag.")
    case_state: str
    kind: str
    document_version: int
    channel: str
    received_on: date
    recorded_by: UUID
