"""What a service says of its own dead messages, and when one may be given up or corrected."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from service_kit.acting import Acting
from service_kit.exchange.letters.models import Disposal, DisposalKind, DisposalState
from service_kit.exchange.models import OutboundMessage, OutboundState
from service_kit.identity import Caller
from service_kit.moves import Refusal

TWO_PEOPLE = "The exchange protocol, Order 3"


@dataclass(frozen=True)
class Disposed:
    """A dead message that two people gave up or corrected: ``successor_id`` stands under its number now."""

    message_id: UUID
    successor_id: UUID
    link_id: UUID
    subject: str
    type: str
    kind: DisposalKind
    reason: str


@dataclass(frozen=True)
class LetterRules:
    """What only the service knows of its messages.

    ``confirming_scopes``: what the confirming person must hold beside ``exchange:dispose``, by type; it keeps a duty
    with those whose duty it is. ``kept_members``: members of the data by which the counterpart knows what the
    message is about; a correction does not change them. ``documents``: the hashes of the documents that data names,
    by type. ``disposed`` is called in the transaction of the confirmation.
    """

    confirming_scopes: Mapping[str, str] = field(default_factory=dict)
    kept_members: frozenset[str] = frozenset()
    documents: Mapping[str, Callable[[Any], list[str]]] = field(default_factory=dict)
    disposed: Callable[[Acting, Disposed], Awaitable[None]] | None = None


@dataclass(frozen=True)
class LetterSetup:
    """The rules of the service with the shape of each type it sends."""

    rules: LetterRules
    bodies: Mapping[str, type[BaseModel]]
    public_url: str


def why_not_dead(message: OutboundMessage) -> Refusal | None:
    """Why there is nothing to give up or correct, if so: only a dead message parks its stream."""
    if message.state == OutboundState.DEAD:
        return None
    return Refusal("Only a dead message can be replaced or discarded.", TWO_PEOPLE)


def why_not_open(disposal: Disposal) -> Refusal | None:
    """Why a proposal can be neither confirmed nor withdrawn, if so."""
    if disposal.state == DisposalState.PROPOSED:
        return None
    return Refusal(f"The proposal is {disposal.state}.", TWO_PEOPLE, ("propose",))


def why_no_person(caller: Caller) -> Refusal | None:
    """Why this caller can neither propose nor confirm, if so: people do."""
    if caller.is_person:
        return None
    return Refusal(
        "A person does this; this credential is a system's.", TWO_PEOPLE, problem="second-person-required"
    )


def why_not_this_person(disposal: Disposal, acting: Acting, needed: str | None) -> Refusal | None:
    """Why this caller cannot confirm, if so: another person does, who holds what the type asks for."""
    if (refusal := why_no_person(acting.caller)) is not None:
        return refusal
    if disposal.proposed_by == acting.caller.principal_id:
        return Refusal(
            "Whoever proposed this cannot confirm it.", TWO_PEOPLE, problem="second-person-required"
        )
    if needed is not None and needed not in acting.scopes:
        return Refusal(
            f"To confirm this for a message of this type needs the scope {needed}.",
            TWO_PEOPLE,
            problem="forbidden",
        )
    return None
