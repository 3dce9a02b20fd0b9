"""Bodies about the course of a local review: reviewers, delay, publication, the reply to a decision."""

from shared_schemas.messages.entries import CataloguedMessage

FROM_LOCAL: tuple[CataloguedMessage, ...] = ()
FROM_PANEL: tuple[CataloguedMessage, ...] = ()
