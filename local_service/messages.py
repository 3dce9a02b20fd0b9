"""What the Panel sends on the link, and what each message does."""

from collections.abc import Mapping

from local_service.improvements import receiving as improvements
from local_service.local_reviews import receiving as local_reviews
from local_service.national_reviews import receiving as national_reviews
from local_service.panel_decisions.service import apply_decision
from local_service.panel_requests import receiving as panel_requests
from local_service.queries import receiving as queries
from local_service.test_exchange import RECEIVES as TEST_EXCHANGE
from service_kit.exchange.message_types import MessageType
from shared_schemas.messages.panel import DECISION_RECORDED, DECISION_SUPERSEDED, DecisionBody

_TYPES = (
    *(MessageType(name, DecisionBody, apply_decision) for name in (DECISION_RECORDED, DECISION_SUPERSEDED)),
    *local_reviews.RECEIVES,
    *queries.RECEIVES,
    *panel_requests.RECEIVES,
    *national_reviews.RECEIVES,
    *improvements.RECEIVES,
    *TEST_EXCHANGE,
)
MESSAGE_TYPES: Mapping[str, MessageType] = {entry.name: entry for entry in _TYPES}
