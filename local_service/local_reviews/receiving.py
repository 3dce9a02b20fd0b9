"""What the Panel says about a publication."""

from service_kit.exchange.message_types import MessageType

RECEIVES: tuple[MessageType, ...] = ()
