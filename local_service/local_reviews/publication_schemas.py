"""Bodies of what becomes of a completed report: versions, copies, the plan, publication."""

from typing import Annotated

from pydantic import Field, StrictInt

from local_service.local_reviews.conduct_schemas import example
from shared_schemas.base import Day, Facts
from shared_schemas.codes import (
    CopiedItem,
    CopyRecipient,
    PublicationForm,
    UnavailabilityReason,
)
from shared_schemas.local_reviews import LocalReviewReport
from shared_schemas.messages.examples import REPORT
from shared_schemas.text import Narrative, ShortText

Number = Annotated[StrictInt, Field(ge=1, le=10_000)]


class VersionCreate(Facts):
    """A revised final report, whole; the one completed and every other stay."""

    model_config = example(report=REPORT, reasons="A date was wrong.")

    report: LocalReviewReport
    reasons: Narrative


class CopyCreate(Facts):
    """A copy that was given; `version` is the report's, or for improvements information the plan's number."""

    model_config = example(recipient="secretary_of_state", item="report", version=1, sent_on="2026-05-01")

    recipient: CopyRecipient
    item: CopiedItem = "report"
    version: Number
    sent_on: Day


class PlanCreate(Facts):
    """What is to be published of which version, and when."""

    model_config = example(form="published", version=1, planned_on="2027-05-10")

    form: PublicationForm
    version: Annotated[Number, Field(description="The report's version.")]
    planned_on: Day | None = None
    improvements_information: Annotated[
        Narrative | None, Field(description="What is published where the report is not (s16F(5)).")
    ] = None
    reasons: Annotated[
        Narrative | None,
        Field(description="Why it is inappropriate to publish the report, or anything (s16F(4), (5))."),
    ] = None


class PublicationCreate(Facts):
    """That it was published, when and where."""

    model_config = example(version=1, on="2026-05-11", where="https://eastshire.example/reviews/one")

    version: Annotated[Number, Field(description="The report's version; the one planned.")]
    on: Day
    where: ShortText
    guidance_override_reason: Annotated[
        Narrative | None,
        Field(description="Why it did not wait for the seven working days that guidance asks for."),
    ] = None
    regard_had: Annotated[
        Narrative | None, Field(description="How the partners had regard to the Panel's comments.")
    ] = None


class UnpublicationCreate(Facts):
    """That it is no longer publicly available, and why."""

    model_config = example(on="2026-06-01", reason="court_order", order="Order of the High Court, ref. 4")

    on: Day
    reason: UnavailabilityReason
    order: Annotated[ShortText | None, Field(description="The court's order.")] = None
