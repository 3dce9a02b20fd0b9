"""Bodies of the protocol's own messages, `exchange.….v1`."""

from uuid import UUID

from pydantic import BaseModel

SET_ASIDE = "exchange.set_aside.v1"
DISCARDED = "exchange.discarded.v1"


class SetAsideBody(BaseModel):
    """A message was received for good, but a rule of the receiver keeps it from taking effect: a person decides."""

    id: UUID
    problem: str


class DiscardedBody(BaseModel):
    """The message that stood under this number was discarded by two people of the sender, for a reason."""

    id: UUID
    hash: str
    reason: str
