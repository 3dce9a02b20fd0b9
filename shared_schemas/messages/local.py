"""Bodies of what a partnership sends the Panel: `data` of the message types `local.….v1`."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictInt, StringConstraints

from shared_schemas.base import Facts, Instant
from shared_schemas.classification import Classification, Classified
from shared_schemas.codes import NotificationVersionKind
from shared_schemas.exchange.documents import SHA256_PATTERN
from shared_schemas.incidents import IncidentFacts
from shared_schemas.local_review_course import ReportHash
from shared_schemas.local_reviews import LocalReviewDecision, LocalReviewReport
from shared_schemas.rapid_reviews import RapidReviewSections
from shared_schemas.text import PersonName, ShortText

NOTIFICATION = "local.notification.v1"
RAPID_REVIEW = "local.rapid_review.v1"
LOCAL_REVIEW_DECISION = "local.local_review_decision.v1"
LOCAL_REVIEW = "local.local_review.v1"


Pointer = Annotated[str, StringConstraints(pattern=r"^(/[A-Za-z0-9_]{1,64}){1,16}$")]


class Partnership(Facts):
    """Who sends it, as people write it; the party itself is the envelope's `source`."""

    code: ShortText
    name: ShortText


class Notifier(Facts):
    """Whom the Panel can ask about this notification."""

    name: PersonName
    role: ShortText
    email: Annotated[ShortText | None, Classified(Classification.THIRD_PARTY)] = None
    telephone: Annotated[ShortText | None, Classified(Classification.THIRD_PARTY)] = None


class NotificationBody(Facts):
    """A notification of a serious incident (Children Act 2004 s16C): a snapshot that never changes."""

    version: Annotated[StrictInt, Field(ge=1)]
    case_id: UUID
    partnership: Partnership
    rule_set: ShortText
    notifier: Notifier
    incident: IncidentFacts
    drafted_at: Instant
    authorised_at: Instant
    reason_for_version: Annotated[
        NotificationVersionKind | None,
        Field(description="Why there is a later version; absent in the first."),
    ] = None
    changed: Annotated[
        list[Pointer],
        Field(
            max_length=2000,
            description="JSON pointers to what differs from the version before, without values.",
        ),
    ] = []


class RapidReviewBody(Facts):
    """A completed rapid review: its findings and the in-principle view, with the rule set it is judged by."""

    case_id: UUID
    rule_set: ShortText
    information_received_at: Instant
    completed_at: Instant
    sections: RapidReviewSections


class LocalReviewDecisionBody(LocalReviewDecision):
    """A decision to commission a local review, or not to."""

    case_id: UUID
    rule_set: ShortText


class ReportDocument(Facts):
    """A document that goes before the message that names it, and is known by its hash alone."""

    sha256: Annotated[str, Field(pattern=SHA256_PATTERN)]
    size: Annotated[StrictInt, Field(ge=1)]
    media_type: ShortText
    title: Annotated[ShortText | None, Classified(Classification.SPECIAL_CATEGORY)] = None


class LocalReviewBody(Facts):
    """A completed local review with its full report (SI 2018/789 reg 15)."""

    case_id: UUID
    rule_set: ShortText
    commissioned_on: Instant
    completed_at: Instant
    report: LocalReviewReport
    report_hash: ReportHash | None = None
    document: ReportDocument | None = None


def documents_of_local_review(body: LocalReviewBody) -> list[str]:
    """Give the hashes of the documents that the message names."""
    return [body.document.sha256] if body.document else []
