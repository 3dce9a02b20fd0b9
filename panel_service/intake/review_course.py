"""The course of a local review, as it comes."""

from service_kit.exchange.message_types import MessageType

RECEIVES: tuple[MessageType, ...] = ()
