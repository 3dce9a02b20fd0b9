"""Addenda and learning, as they come."""

from service_kit.exchange.message_types import MessageType

RECEIVES: tuple[MessageType, ...] = ()
