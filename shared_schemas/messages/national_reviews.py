"""Bodies about national reviews: a partnership's proposal, and what the Panel tells at each step."""

from shared_schemas.messages.entries import CataloguedMessage

FROM_LOCAL: tuple[CataloguedMessage, ...] = ()
FROM_PANEL: tuple[CataloguedMessage, ...] = ()
