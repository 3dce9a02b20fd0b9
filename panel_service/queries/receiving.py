"""Answers to the Panel's questions, as they come."""

from service_kit.exchange.message_types import MessageType

RECEIVES: tuple[MessageType, ...] = ()
