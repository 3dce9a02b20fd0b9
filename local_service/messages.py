"""What the Panel sends on the link, and what each message does."""

from collections.abc import Mapping

from local_service.panel_decisions.service import apply_decision
from service_kit.exchange.message_types import MessageType
from shared_schemas.messages.panel import DECISION_RECORDED, DECISION_SUPERSEDED, DecisionBody

MESSAGE_TYPES: Mapping[str, MessageType] = {
    name: MessageType(name, DecisionBody, apply_decision) for name in (DECISION_RECORDED, DECISION_SUPERSEDED)
}
