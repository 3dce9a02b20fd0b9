"""What this service says of its own messages that the Panel refused: who confirms, what stays, what the case is told."""

from local_service.delivery_alerts.service import tell_disposed
from service_kit.exchange.letters.rules import LetterRules
from shared_schemas.messages import identification, local, review_course
from shared_schemas.messages.catalogue import FROM_LOCAL
from shared_schemas.messages.kept import kept_members

# What must arrive the same day: the notification itself and what lifts it, what the exercise's clock runs for, and
# what starts or meets a day of SI 2018/789 regs 15 and 16 at the Panel.
URGENT_TYPES = frozenset(
    {
        local.NOTIFICATION,
        identification.NOTIFICATION_WITHDRAWN,
        local.RAPID_REVIEW,
        local.LOCAL_REVIEW,
        review_course.PUBLICATION_NOTICE,
    }
)

LETTER_RULES = LetterRules(
    # To notify is the local authority's duty alone (Children Act 2004 s16C(1)): nobody else puts another text in the
    # notification's place, or gives it up. The others are confirmed by those who may send them.
    confirming_scopes={
        local.NOTIFICATION: "notifications:authorise",
        identification.NOTIFICATION_WITHDRAWN: "notifications:authorise",
        local.RAPID_REVIEW: "rapid-reviews:complete",
        local.LOCAL_REVIEW_DECISION: "local-reviews:decide",
        local.LOCAL_REVIEW: "local-reviews:write",
    },
    kept_members=kept_members(FROM_LOCAL),
    documents={local.LOCAL_REVIEW: local.documents_of_local_review},
    disposed=tell_disposed,
)
