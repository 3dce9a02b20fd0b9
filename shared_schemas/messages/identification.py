"""Bodies of what follows a notification: that it is withdrawn."""

from shared_schemas.messages.entries import CataloguedMessage

FROM_LOCAL: tuple[CataloguedMessage, ...] = ()
FROM_PANEL: tuple[CataloguedMessage, ...] = ()
