"""What a service takes on its links: each type's name, the shape of its data, and what applying it does."""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from service_kit.acting import Acting
from service_kit.settings import ServiceSettings
from shared_schemas.problems import CATALOGUE


@dataclass(frozen=True)
class ReceivedMessage:
    """A message whose turn has come. ``hash`` and ``reference`` are what its receipt says.

    ``seen`` is the last number of our own stream of this subject that the sender had applied when writing;
    ``crossed`` tells that we had by now sent more than that.
    """

    id: UUID
    link_id: UUID
    counterpart_party: UUID
    subject: str
    type: str
    number: int
    seen: int
    time: datetime
    data: BaseModel
    stored_at: datetime
    reference: str
    hash: str
    crossed: bool = False


@dataclass(frozen=True)
class MessageType:
    """``apply`` runs once for each message, in the order of its stream, in the transaction that marks it applied.

    It raises ``SetAside`` where a rule says no. Any other error undoes it, and it is tried again later.
    """

    name: str
    body: type[BaseModel]
    apply: Callable[[Acting, ReceivedMessage], Awaitable[None]]
    documents: Callable[[Any], Collection[str]] | None = None  # the hashes of those that the data names


class SetAside(Exception):
    """A rule keeps the message from taking effect: it is kept for a person, the sender is told, the stream goes on.

    ``problem`` is a name of the catalogue; what the handler had written is undone.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = CATALOGUE[problem].name


@dataclass(frozen=True)
class ReceivingSetup:
    """What the receiving half needs of the service it works for."""

    message_types: Mapping[str, MessageType]
    key_bytes: bytes  # the 32 bytes that wrap private keys
    public_url: str


def read_data(body: type[BaseModel], data: Mapping[str, Any]) -> BaseModel:
    """Read a message's data: members not known here are ignored, codes of open lists taken as they are.

    Raises pydantic's ``ValidationError``.
    """
    # Read as JSON, not as Python values, so that dates and UUIDs are text as they were on the wire.
    return body.model_validate_json(json.dumps(data), context={"open_lists": True}, extra="ignore")


def receiving_setup(settings: ServiceSettings, message_types: Mapping[str, MessageType]) -> ReceivingSetup:
    """Put together what receiving needs of a service."""
    return ReceivingSetup(message_types, settings.key_bytes(), settings.public_url)
