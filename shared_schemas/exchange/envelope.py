"""The message: a CloudEvents 1.0 event in structured JSON, whose bytes are made once and kept for ever."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from shared_schemas.exchange.headers import DATA_MEDIA_TYPE
from shared_schemas.exchange.identifiers import party_urn, party_uuid, read_uuid, read_uuid7
from shared_schemas.exchange.ijson import MalformedMessage, load_ijson
from shared_schemas.exchange.limits import BODY_MAX_BYTES, SEQUENCE_MAX
from shared_schemas.exchange.times import format_time, parse_time

_SALT_BYTES = 16
_LINE_FEED = b"\n"
# The subject of the protocol's own messages, which are about no case.
LINK_SUBJECT = "link"


class InvalidEnvelope(ValueError):
    """The bytes are JSON, but the message's attributes are not right.

    `errors` pairs a JSON pointer (RFC 6901) to one of the envelope's own attributes with the rule it breaks. Neither
    holds anything of the message; an unknown attribute's name never occurs.
    """

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("the message's attributes are not right")
        self.errors = errors


def _from_text(read: Callable[[str], Any]) -> BeforeValidator:
    """Read the one wire form of a value; anything but text, also the value itself, is refused."""

    def validate(value: object) -> Any:
        if not isinstance(value, str):
            raise ValueError("not text")  # noqa: TRY004 -- pydantic reports ValueError only
        return read(value)

    return BeforeValidator(validate)


def _party_name(text: str) -> str:
    party_uuid(text)
    return text


def _subject(text: str) -> str:
    return text if text == LINK_SUBJECT else str(read_uuid(text))


_MessageId = Annotated[UUID, _from_text(read_uuid7)]
_Party = Annotated[str, _from_text(_party_name)]
_Sequence = Annotated[int, Field(le=SEQUENCE_MAX)]


class Envelope(BaseModel):
    """What a message says about itself. Other attributes are ignored here and kept in the bytes.

    Each description completes the sentence "the attribute must be …", in the errors as in the schema.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)

    specversion: Literal["1.0"] = Field(description="1.0")
    id: _MessageId = Field(description="a UUID of version 7 in lower case")
    source: _Party = Field(description="the sending party, as urn:uuid: and a lower-case UUID")
    type: str = Field(
        description="the name and version of a message type, such as exchange.discarded.v1",
        pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$",
        max_length=100,
    )
    subject: Annotated[str, _from_text(_subject)] = Field(
        description="a reference of the exchange, a UUID in lower case, or the word link"
    )
    time: Annotated[datetime, _from_text(parse_time)] = Field(
        description="a UTC time with six decimals, YYYY-MM-DDThh:mm:ss.ffffffZ"
    )
    datacontenttype: Literal["application/json"] = Field(description=DATA_MEDIA_TYPE)
    dataschema: str = Field(
        description="an absolute URI",
        pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$",
        max_length=2048,
    )
    destination: _Party = Field(description="the receiving party, as urn:uuid: and a lower-case UUID")
    streamsequence: _Sequence = Field(description=f"an integer from 1 to {SEQUENCE_MAX}", ge=1)
    seensequence: _Sequence = Field(description=f"an integer from 0 to {SEQUENCE_MAX}", ge=0)
    replaces: _MessageId | None = Field(
        default=None,
        description="absent, or the UUID of version 7 of the message that is replaced, in lower case",
    )
    salt: str = Field(description="128 bits in unpadded base64url", pattern=r"^[A-Za-z0-9_-]{21}[AQgw]$")
    data: dict[str, Any] = Field(description="a JSON object")


def parse_envelope(body: bytes) -> Envelope:
    """Read a message's bytes, whose length the caller has bounded.

    Raises MalformedMessage if they are not one line of I-JSON, InvalidEnvelope if an attribute is missing or wrong.
    Whether it names the right id, parties, type and content of `data` is the receiver's to judge.
    """
    if _LINE_FEED in body:
        raise MalformedMessage("must hold no line feed")
    content = load_ijson(body)
    if not isinstance(content, dict):
        raise InvalidEnvelope([("", "must be a JSON object")])
    try:
        return Envelope.model_validate(content)
    except ValidationError as fault:
        attributes = dict.fromkeys(str(error["loc"][0]) for error in fault.errors(include_input=False))
    raise InvalidEnvelope([(f"/{name}", _rule(name, missing=name not in content)) for name in attributes])


def write_message(
    *,
    message_id: UUID,
    source: UUID,
    message_type: str,
    subject: UUID | Literal["link"],
    time: datetime,
    dataschema: str,
    destination: UUID,
    streamsequence: int,
    seensequence: int,
    salt: str,
    data: dict[str, Any],
    replaces: UUID | None = None,
) -> bytes:
    """Make a message's bytes: once, in the transaction that records what it tells. `data` is made of JSON values.

    `source` and `destination` are the parties' UUIDs, `salt` is fresh from `new_salt`. What a receiver would refuse
    is refused here likewise: MalformedMessage (also above 1 MiB) and InvalidEnvelope.
    """
    attributes: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(message_id),
        "source": party_urn(source),
        "type": message_type,
        "subject": str(subject),
        "time": format_time(time),
        "datacontenttype": DATA_MEDIA_TYPE,
        "dataschema": dataschema,
        "destination": party_urn(destination),
        "streamsequence": streamsequence,
        "seensequence": seensequence,
    }
    if replaces is not None:
        attributes["replaces"] = str(replaces)
    attributes |= {"salt": salt, "data": data}
    text = json.dumps(attributes, ensure_ascii=False, separators=(",", ":"))
    # Lone surrogates pass here so that it is the reader below who refuses them, in words without the value.
    body = text.encode(errors="surrogatepass")
    if len(body) > BODY_MAX_BYTES:
        raise MalformedMessage(f"must be at most {BODY_MAX_BYTES} bytes long")
    parse_envelope(body)
    return body


def message_hash(body: bytes) -> str:
    """SHA-256 of a message's bytes, lower-case hex."""
    return hashlib.sha256(body).hexdigest()


def new_salt() -> str:
    """128 random bits: with them the hash tells nothing about guessable content once the body is erased."""
    return base64.urlsafe_b64encode(secrets.token_bytes(_SALT_BYTES)).decode("ascii").rstrip("=")


def _rule(name: str, *, missing: bool) -> str:
    verb = "is missing; it must be" if missing else "must be"
    return f"{verb} {Envelope.model_fields[name].description}"
