"""Bodies of what follows a rapid review: addenda to it, and learning shared with the Panel."""

from shared_schemas.messages.entries import CataloguedMessage

FROM_LOCAL: tuple[CataloguedMessage, ...] = ()
FROM_PANEL: tuple[CataloguedMessage, ...] = ()
