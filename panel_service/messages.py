"""What partnerships send on their links, and what each message does."""

from collections.abc import Mapping

from panel_service.improvements import receiving as improvements
from panel_service.information_requests import receiving as information_requests
from panel_service.intake import exercise, identification, review_course
from panel_service.intake.service import (
    apply_local_review,
    apply_local_review_decision,
    apply_notification,
    apply_rapid_review,
)
from panel_service.national_reviews import receiving as national_reviews
from panel_service.partnerships import receiving as partnerships
from panel_service.queries import receiving as queries
from service_kit.exchange.message_types import MessageType
from shared_schemas.messages import local

_TYPES = (
    MessageType(local.NOTIFICATION, local.NotificationBody, apply_notification),
    MessageType(local.RAPID_REVIEW, local.RapidReviewBody, apply_rapid_review),
    MessageType(local.LOCAL_REVIEW_DECISION, local.LocalReviewDecisionBody, apply_local_review_decision),
    MessageType(
        local.LOCAL_REVIEW,
        local.LocalReviewBody,
        apply_local_review,
        documents=local.documents_of_local_review,
    ),
    *identification.RECEIVES,
    *exercise.RECEIVES,
    *review_course.RECEIVES,
    *queries.RECEIVES,
    *national_reviews.RECEIVES,
    *information_requests.RECEIVES,
    *partnerships.RECEIVES,
    *improvements.RECEIVES,
)
MESSAGE_TYPES: Mapping[str, MessageType] = {entry.name: entry for entry in _TYPES}
