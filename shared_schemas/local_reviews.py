"""A local child safeguarding practice review: the decision on it, and what its report must hold."""

import hashlib
import json
from typing import Annotated

from pydantic import Field, StrictBool

from shared_schemas.base import Day, Facts
from shared_schemas.codes import LocalCircumstance, Regulation11Criterion, TriState
from shared_schemas.text import Narrative, PersonName, ShortText


class LocalCriterionConsidered(Facts):
    """One criterion of SI 2018/789 reg 11, which the partners must take into account."""

    criterion: Regulation11Criterion
    answer: TriState
    reasons: Narrative


class LocalReviewDecision(Facts):
    """Whether the partners commission a review (Children Act 2004 s16F(1)(b)); the decision is theirs alone."""

    commissioned: StrictBool
    reasons: Narrative
    decided_on: Day
    criteria: Annotated[
        list[LocalCriterionConsidered],
        Field(
            max_length=20,
            description="Reg 11(a) to (c), or another; (d) is never given: it follows from the Panel's decision.",
        ),
    ] = []
    circumstances: Annotated[
        list[LocalCircumstance], Field(max_length=20, description="Circumstances had regard to (guidance).")
    ] = []


class Recommendation(Facts):
    """An improvement recommended: what, by whom, by when."""

    what: Narrative
    owner: ShortText
    by_when: Day


class LocalReviewReport(Facts):
    """The report. SI 2018/789 reg 15 requires both (a) and (b); reg 12 that a reviewer was appointed."""

    reviewers: Annotated[list[PersonName], Field(max_length=20)] | None = None
    improvements_summary: Annotated[
        Narrative | None,
        Field(description="Reg 15(a): a summary of recommended improvements by persons in the area."),
    ] = None
    systemic_analysis: Annotated[
        Narrative | None,
        Field(
            description="Reg 15(b): an analysis of the systemic or underlying reasons why actions were taken or not."
        ),
    ] = None
    recommendations: Annotated[list[Recommendation], Field(max_length=100)] | None = None


# What SI 2018/789 asks of a completed report, and where it says so.
REQUIRED_OF_REPORT = {
    "reviewers": "SI 2018/789 reg 12",
    "improvements_summary": "SI 2018/789 reg 15(a)",
    "systemic_analysis": "SI 2018/789 reg 15(b)",
}


def missing_of_report(report: LocalReviewReport) -> dict[str, str]:
    """Give the required parts that are not there, each with its provision."""
    return {name: rule for name, rule in REQUIRED_OF_REPORT.items() if not getattr(report, name)}


def hash_of_report(report: LocalReviewReport) -> str:
    """Give the SHA-256 of a report's canonical JSON: members sorted, no spaces, UTF-8; lower-case hex."""
    content = report.model_dump(mode="json")
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
