"""Proposals of national reviews, as they come."""

from service_kit.exchange.message_types import MessageType

RECEIVES: tuple[MessageType, ...] = ()
