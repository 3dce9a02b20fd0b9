"""What a message alone tells: is it whole, for this link, of a type and shape known here?"""

from collections.abc import Mapping
from uuid import UUID

from pydantic import ValidationError

from service_kit.exchange.links import LinkKeys
from service_kit.exchange.message_ids import read_message_id
from service_kit.exchange.message_types import MessageType, read_data
from service_kit.exchange.own_types import OWN_TYPES
from service_kit.problems import ApiProblem, validation_errors
from shared_schemas.exchange.envelope import LINK_SUBJECT, Envelope, InvalidEnvelope, parse_envelope
from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.ijson import MalformedMessage
from shared_schemas.problems import ProblemError

ERRORS_TOLD = 100  # the sender reads 256 KiB of an answer


def judge_message(
    body: bytes, webhook_id: str, keys: LinkKeys, message_types: Mapping[str, MessageType]
) -> Envelope:
    """Read a message and its data. Raises the problem that says what is wrong with it, without any value of it.

    400 ``malformed-message``, 403 ``wrong-party``, 422 ``invalid-message`` or ``unsupported-type``.
    """
    message_id = read_message_id(webhook_id)
    envelope = _read_envelope(body, message_id)
    if str(envelope.id) != webhook_id:
        raise _invalid(message_id, [_error("/id", "webhook_id", "Must be the webhook-id.")])
    if (envelope.source, envelope.destination) != (
        party_urn(keys.counterpart_party),
        party_urn(keys.organisation_id),
    ):
        raise ApiProblem("wrong-party", message_id=message_id)
    message_type = OWN_TYPES.get(envelope.type) or message_types.get(envelope.type)
    if message_type is None:
        raise ApiProblem("unsupported-type", message_id=message_id)
    if envelope.subject == LINK_SUBJECT and envelope.type not in OWN_TYPES:
        raise _invalid(
            message_id, [_error("/subject", "subject", "Must be a reference of the exchange, a UUID.")]
        )
    _check_data(envelope, message_type)
    return envelope


def _read_envelope(body: bytes, message_id: UUID | None) -> Envelope:
    try:
        return parse_envelope(body)
    except MalformedMessage as fault:
        raise ApiProblem("malformed-message", f"The message {fault.rule}.", message_id=message_id) from None
    except InvalidEnvelope as fault:
        errors = [
            _error(pointer, "envelope", f"{rule[:1].upper()}{rule[1:]}.") for pointer, rule in fault.errors
        ]
        raise _invalid(message_id, errors) from None


def _check_data(envelope: Envelope, message_type: MessageType) -> None:
    try:
        read_data(message_type.body, envelope.data)
    except ValidationError as fault:
        found = fault.errors(include_input=False, include_url=False)[:ERRORS_TOLD]
        errors = validation_errors({**error, "loc": ("data", *error["loc"])} for error in found)
    else:
        return
    raise _invalid(envelope.id, errors)


def _error(pointer: str, code: str, detail: str) -> ProblemError:
    return ProblemError(pointer=pointer, code=code, detail=detail)


def _invalid(message_id: UUID | None, errors: list[ProblemError]) -> ApiProblem:
    detail = f"{len(errors)} member(s) break a rule; see errors."
    return ApiProblem("invalid-message", detail, errors=errors, message_id=message_id)
