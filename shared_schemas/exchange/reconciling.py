"""The questions by which two parties compare what they sent and hold, and their answers. None holds any content."""

from datetime import date, datetime
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared_schemas.exchange.envelope import LINK_SUBJECT
from shared_schemas.exchange.identifiers import read_uuid
from shared_schemas.exchange.limits import SEQUENCE_MAX
from shared_schemas.exchange.summaries import SummaryDirection
from shared_schemas.exchange.times import parse_epoch

LISTING_PAGE = 1_000
REDELIVERIES_MAX = 1_000
GAPS_MAX = 100
_HASH = r"^[0-9a-f]{64}$"
_MESSAGE = "01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01"
_SUBJECT = "01a19d01-e880-7d4e-8f60-718293a4b5c6"


def _is_epoch(text: str) -> str:
    parse_epoch(text)
    return text


def _is_subject(text: str) -> str:
    return text if text == LINK_SUBJECT else str(read_uuid(text))


Epoch = Annotated[str, AfterValidator(_is_epoch), Field(max_length=20, description="YYYY-MM-DDThh:mm:ssZ")]
Subject = Annotated[
    str, AfterValidator(_is_subject), Field(max_length=36, description="The exchange reference, or `link`.")
]
Number = Annotated[int, Field(ge=1, le=SEQUENCE_MAX)]


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class StateQuestion(_Words):
    """Says since when the asker's history runs, and asks how the other's end of the link stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"epoch": "2026-09-01T00:00:00Z"}]})

    epoch: Epoch


class Gap(_Words):
    """Numbers of one stream that are missing while later ones are held, the first and the last included."""

    subject: Subject
    first: Number
    last: Number


class Limits(_Words):
    """What is taken, at most."""

    body_bytes: int
    document_bytes: int
    ahead: int = Field(description="How far above the last applied number of its stream a message may be.")
    listing_page: int
    redeliveries: int


class StateAnswer(_Words):
    """How this end of the link stands."""

    epoch: Epoch
    types: list[str] = Field(description="Types of messages that are taken.", max_length=1_000)
    schemes: list[str] = Field(description="Signature schemes that are accepted.")
    limits: Limits
    batch_max: int = Field(ge=1, description="Messages of one batch; 1: no batches.")
    received_count: int = Field(ge=0, description="Messages held of the asker.")
    gaps: list[Gap] = Field(max_length=GAPS_MAX, description="The first of each stream that has one.")
    sent_equal_at: datetime | None = Field(
        description="When what was sent to the asker was last found equal."
    )
    received_equal_at: datetime | None = Field(description="The same of what was received.")
    cosigned_at: datetime | None = Field(
        description="When the asker's checkpoint was last countersigned here."
    )


class SummariesQuestion(_Words):
    """Asks for a signed summary of what the asked party sent or received, from one day on."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"direction": "received", "from": "2026-10-05"}]},
        populate_by_name=True,
    )

    direction: SummaryDirection = Field(description="As the asked party sees it.")
    first: date = Field(alias="from", description="The first UTC date; a message's is that of its `time`.")


class SummariesAnswer(_Words):
    summary: str = Field(
        description="A C2SP signed note of the kind exchange-summary/v1; a full one has 2,000 days."
    )


class ListingsQuestion(_Words):
    """Asks for the messages of one day, by id, those after one that is named."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"direction": "received", "date": "2026-11-03", "after": _MESSAGE}]},
        populate_by_name=True,
    )

    direction: SummaryDirection = Field(description="As the asked party sees it.")
    day: date = Field(alias="date")
    after: UUID | None = Field(default=None, description="The last id of the page before.")


class Listed(NamedTuple):
    """A message without its content. As an array, so that a page of 1,000 stays under what is read of an answer."""

    id: UUID
    hash: Annotated[str, Field(pattern=_HASH)]
    subject: Subject
    number: Number
    type: Annotated[str, Field(max_length=100, pattern=r"^[a-z][a-z0-9_.]*$")]
    chain: UUID | None  # none: a chain of its own, which is the common one

    @property
    def chain_id(self) -> UUID:
        """Give the first message of its chain."""
        return self.chain or self.id


class ListingsAnswer(_Words):
    messages: list[Listed] = Field(
        max_length=LISTING_PAGE,
        description="Each as [id, hash, subject, number, type, chain or null], ascending by id.",
    )
    summary: str = Field(
        description="The day as it stood with this page, signed; all pages together give the last one's root."
    )


class RedeliveriesQuestion(_Words):
    """Asks for messages once more: those that are named, or whatever fills gaps."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"ids": [_MESSAGE]}, {"gaps": [{"subject": _SUBJECT, "first": 2, "last": 2}]}]
        }
    )

    ids: list[UUID] = Field(default_factory=list, max_length=REDELIVERIES_MAX)
    held: bool = Field(
        default=False,
        description="The asker holds them, and the asked party seems to have no receipt for them.",
    )
    gaps: list[Gap] = Field(default_factory=list, max_length=GAPS_MAX)


class RedeliveriesAnswer(_Words):
    """What becomes of each message that was asked for."""

    queued: list[UUID] = Field(description="They are sent again, the same bytes.")
    under_way: list[UUID] = Field(description="They are being sent, or were delivered, as asked.")
    settling: list[UUID] = Field(description="Given up here: the asked party compares first.")
    unknown: list[UUID] = Field(description="Never sent, as far as the asked party knows.")
