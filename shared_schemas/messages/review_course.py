"""Bodies about the course of a local review: reviewers, delay, publication, the reply to a decision."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StrictInt

from shared_schemas.base import Day, Facts
from shared_schemas.codes import (
    PublicationForm,
    PublicationStage,
    ReviewerChange,
)
from shared_schemas.local_review_course import (
    Delay,
    Reply,
    ReportHash,
)
from shared_schemas.local_reviews import LocalReviewReport
from shared_schemas.messages.entries import CataloguedMessage
from shared_schemas.messages.examples import CASE_ID
from shared_schemas.text import Narrative, PersonName, ShortText

LOCAL_REVIEW_REVIEWER = "local.local_review_reviewer.v1"
PUBLICATION_NOTICE = "local.publication_notice.v1"
DELAY = "local.delay.v1"
DECISION_REPLY = "local.decision_reply.v1"
PUBLICATION_COMMENTED = "panel.publication.commented.v1"

Version = Annotated[StrictInt, Field(ge=1)]


class ReviewerBody(Facts):
    """A reviewer of a local review was appointed (SI 2018/789 reg 12) or removed (reg 13)."""

    case_id: UUID
    reviewer_id: UUID
    change: ReviewerChange
    name: PersonName
    organisation: ShortText
    independence: Narrative | None = None
    conflicts_of_interest: Narrative | None = None
    on: Day
    reasons: Annotated[Narrative | None, Field(description="Of a removal.")] = None


class PublicationNoticeBody(Facts):
    """How far a publication has come; `report` is there where the Panel does not hold that version yet."""

    case_id: UUID
    stage: PublicationStage
    form: PublicationForm | None = None
    report_version: Version
    report_hash: ReportHash
    report: LocalReviewReport | None = None
    improvements_information: Annotated[
        Narrative | None, Field(description="What is published where the report is not (s16F(5)).")
    ] = None
    reasons: Annotated[
        Narrative | None, Field(description="Why it is revised, inappropriate to publish, or withdrawn.")
    ] = None
    planned_on: Day | None = None
    on: Day | None = None
    where: ShortText | None = None


class DelayBody(Delay):
    """Why a local review or its publication is late."""

    case_id: UUID


class DecisionReplyBody(Reply):
    """The partners' reply to a decision of the Panel; a person's, recorded at `replied_on`."""

    case_id: UUID
    decision_version: Version
    replied_on: Day


class PublicationCommentedBody(Facts):
    """The Panel comments on a publication that is planned; the partners have regard to it. It names no child."""

    comment_id: UUID
    panel_case_id: UUID
    report_version: Version
    comment: Narrative
    commented_on: Day


HASH = "5d41402abc4b2a76b9719d911017c592ae2e3f9b0a4c1d7e8f6052431b0c9d8e"
REVIEWER_EXAMPLE: dict[str, Any] = {
    "case_id": CASE_ID,
    "reviewer_id": "01a1eef7-f530-7b7a-8d12-3e4f5a6b7ca1",
    "change": "appointed",
    "name": "An independent reviewer",
    "organisation": "Independent practice",
    "independence": "Has worked for none of the agencies in the area.",
    "conflicts_of_interest": "None declared.",
    "on": "2026-12-01",
}
NOTICE_EXAMPLE: dict[str, Any] = {
    "case_id": CASE_ID,
    "stage": "planned",
    "form": "published",
    "report_version": 1,
    "report_hash": HASH,
    "planned_on": "2027-05-10",
}
DELAY_EXAMPLE: dict[str, Any] = {
    "case_id": CASE_ID,
    "reason": "criminal_proceedings",
    "narrative": "The trial ends later than was expected.",
    "expected_on": "2027-09-30",
    "secretary_of_state_told_on": "2027-05-03",
}
REPLY_EXAMPLE: dict[str, Any] = {
    "case_id": CASE_ID,
    "decision_version": 1,
    "reply": "maintain",
    "reasons": "The rapid review found what there is to learn.",
    "replied_on": "2026-11-24",
}
COMMENT_EXAMPLE: dict[str, Any] = {
    "comment_id": "01a1eef7-f530-7b7a-8d12-3e4f5a6b7cb2",
    "panel_case_id": "01a19d02-0000-7d4e-8f60-718293a4b5c9",
    "report_version": 1,
    "comment": "Please consider the effect of the date on the family.",
    "commented_on": "2027-05-04",
}

FROM_LOCAL: tuple[CataloguedMessage, ...] = (
    CataloguedMessage(
        LOCAL_REVIEW_REVIEWER,
        "A reviewer was appointed or removed",
        "SI 2018/789 regs 12 and 13: the partners appoint, and may remove at any time prior to publication.",
        ReviewerBody,
        REVIEWER_EXAMPLE,
    ),
    CataloguedMessage(
        PUBLICATION_NOTICE,
        "The publication of a local review has come further",
        "SI 2018/789 reg 16: the very version to be published, by its hash, with the text where it is new.",
        PublicationNoticeBody,
        NOTICE_EXAMPLE,
    ),
    CataloguedMessage(
        DELAY,
        "A local review is late",
        "The reason and the date now expected.",
        DelayBody,
        DELAY_EXAMPLE,
    ),
    CataloguedMessage(
        DECISION_REPLY,
        "The partners reply to a decision of the Panel",
        "They maintain or change their own decision, with reasons (Children Act 2004 s16F(1)(b)).",
        DecisionReplyBody,
        REPLY_EXAMPLE,
    ),
)
FROM_PANEL: tuple[CataloguedMessage, ...] = (
    CataloguedMessage(
        PUBLICATION_COMMENTED,
        "The Panel comments on a planned publication",
        "Guidance: the partners have regard to it and say so when they publish.",
        PublicationCommentedBody,
        COMMENT_EXAMPLE,
    ),
)
