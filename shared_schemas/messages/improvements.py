"""Bodies of improvements that the Panel identifies and tells the partnerships concerned."""

from shared_schemas.messages.entries import CataloguedMessage

FROM_LOCAL: tuple[CataloguedMessage, ...] = ()
FROM_PANEL: tuple[CataloguedMessage, ...] = ()
