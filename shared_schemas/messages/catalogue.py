"""The catalogue of messages: every type with its direction, body and an example."""

from shared_schemas.messages import (
    examples,
    exchange,
    exercise,
    identification,
    improvements,
    information,
    local,
    national_reviews,
    onboarding,
    panel,
    queries,
    review_course,
)
from shared_schemas.messages.entries import CataloguedMessage

# Each topic's module lists its own.
_TOPICS = (
    identification,
    exercise,
    review_course,
    queries,
    national_reviews,
    improvements,
    information,
    onboarding,
)


FROM_LOCAL: tuple[CataloguedMessage, ...] = (
    CataloguedMessage(
        local.NOTIFICATION,
        "A serious incident is notified",
        "Children Act 2004 s16C: an immutable snapshot. A correction or a changed outcome is the next version.",
        local.NotificationBody,
        examples.NOTIFICATION,
    ),
    CataloguedMessage(
        local.RAPID_REVIEW,
        "A rapid review is complete",
        "The findings, the decision on next steps and the in-principle view; always after the notification.",
        local.RapidReviewBody,
        examples.RAPID_REVIEW,
    ),
    CataloguedMessage(
        local.LOCAL_REVIEW_DECISION,
        "The partners decided whether to commission a local review",
        "Children Act 2004 s16F(1)(b): the decision is the partners' alone, and may change.",
        local.LocalReviewDecisionBody,
        examples.LOCAL_REVIEW_DECISION,
    ),
    CataloguedMessage(
        local.LOCAL_REVIEW,
        "A local review is complete",
        "The full report with both parts of SI 2018/789 reg 15, whether or not it will be published.",
        local.LocalReviewBody,
        examples.LOCAL_REVIEW,
    ),
    *(entry for topic in _TOPICS for entry in topic.FROM_LOCAL),
)
FROM_PANEL: tuple[CataloguedMessage, ...] = (
    CataloguedMessage(
        panel.DECISION_RECORDED,
        "The Panel decided",
        "The decision on a national review, and apart from it an opinion on the local review. It names no child.",
        panel.DecisionBody,
        examples.DECISION,
    ),
    CataloguedMessage(
        panel.DECISION_SUPERSEDED,
        "The Panel decided anew",
        "A later decision that stands in the place of the one before.",
        panel.DecisionBody,
        examples.LATER_DECISION,
    ),
    *(entry for topic in _TOPICS for entry in topic.FROM_PANEL),
)
FROM_BOTH = (
    CataloguedMessage(
        exchange.SET_ASIDE,
        "A message was set aside for a person",
        "It is held for good, but a rule keeps it from taking effect until a person has decided.",
        exchange.SetAsideBody,
        examples.SET_ASIDE,
    ),
    CataloguedMessage(
        exchange.DISCARDED,
        "A message was discarded by its sender",
        "Two people of the sender discarded it, for a reason; this stands under its number.",
        exchange.DiscardedBody,
        examples.DISCARDED,
    ),
    CataloguedMessage(
        exchange.KEY,
        "A party changes its signing key",
        "To the one successor its counterpart pinned beforehand; signed by the old key and the new.",
        exchange.KeyBody,
        examples.KEY,
    ),
)
