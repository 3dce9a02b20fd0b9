"""What integrators say and are shown of their subscriptions."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service_kit.webhooks.endpoints import URL_LONGEST
from service_kit.webhooks.models import DeliveryState, PauseReason, SubscriptionState
from shared_schemas.base import Facts, Instant
from shared_schemas.exchange.signatures import Scheme
from shared_schemas.text import ShortText

EXAMPLE_URL = "https://records.example/events"
EventTypes = Annotated[
    list[Annotated[str, Field(max_length=100)]],
    Field(min_length=1, max_length=500, description="Names of events, as in `GET /v1/changes`."),
]
Networks = Annotated[
    list[Annotated[str, Field(max_length=50)]],
    Field(
        max_length=20,
        description="Networks that the address may lie in though they are not public, such as 10.20.0.0/16. "
        "An administrator alone sets them.",
    ),
]
Url = Annotated[
    str,
    Field(
        min_length=1, max_length=URL_LONGEST, description="https; what it names is looked at on each call."
    ),
]
Position = Annotated[int, Field(ge=0, le=2**62)]


class SubscriptionRequest(Facts):
    """An endpoint to be told of events."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [{"url": EXAMPLE_URL, "description": "Records system", "scheme": "v1"}]
        }
    )

    url: Url
    description: ShortText
    event_types: EventTypes | None = Field(default=None, description="Null: whatever happens, new types too.")
    scheme: Scheme = Field(
        default=Scheme.V1,
        description="How deliveries are signed (Standard Webhooks 1.0): `v1` with a secret of yours and ours, `v1a` "
        "with a key of ours (Ed25519), of which you get the public half.",
    )
    allowed_networks: Networks = []
    from_position: Position | None = Field(
        default=None,
        description="Begin with what came after this place in the feed; null: with what happens from now on.",
    )


class SubscriptionPatch(Facts):
    """What may be changed; what is left out stays."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [{"state": "paused"}]})

    url: Url | None = None
    description: ShortText | None = None
    event_types: EventTypes | None = Field(default=None, description="Null: whatever happens, new types too.")
    allowed_networks: Networks | None = None
    state: SubscriptionState | None = Field(
        default=None, description="`active` or `paused`; a closed one stays closed."
    )
    from_position: Position | None = Field(
        default=None,
        description="Go on with what came after this place in the feed, leaving out what lies before it; a place "
        "that is passed already changes nothing.",
    )


class RotationRequest(Facts):
    """Another key for a subscription."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"end_old_at_once": False}]}
    )

    end_old_at_once: bool = Field(
        default=False,
        description="True where the old key is known to others; else it signs for 24 hours more.",
    )


class ReplayRequest(Facts):
    """What is to be sent again, in one of the two ways to say from where on."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [{"from_position": 4711}]})

    from_position: Position | None = Field(
        default=None, description="What came after this place in the feed."
    )
    since: Instant | None = Field(default=None, description="What was recorded at this time or later.")
    undelivered_only: bool = Field(default=False, description="Leave out what your endpoint has taken.")


class KeyRead(BaseModel):
    """A key that signs now. Secrets are never shown again."""

    public_key: str | None = Field(description="`whpk_…` for the scheme v1a; null for v1.")
    valid_from: datetime
    valid_until: datetime | None = Field(description="Set once another has followed it.")


class SubscriptionRead(BaseModel):
    """A subscription as it stands."""

    id: UUID = Field(description="The `destination` of its events is `urn:uuid:` and this.")
    version: int = Field(description="Its ETag.")
    url: str
    description: str
    event_types: list[str] | None = Field(description="Null: whatever happens.")
    allowed_networks: list[str]
    scheme: Scheme
    keys: list[KeyRead] = Field(description="What signs now, the newest first.")
    state: SubscriptionState
    pause_reason: PauseReason | None = Field(
        description="`asked`; `gone`: the endpoint answered 410; `failing`: it took nothing for fourteen days."
    )
    position: int = Field(description="The last place in the feed that deliveries were made up to.")
    waiting: int = Field(description="Deliveries that are not yet taken.")
    failing_since: datetime | None = Field(description="Since when no delivery was taken; null: all is well.")
    next_attempt_after: datetime | None = Field(
        description="Nothing is tried before: the endpoint asked so, or failed several times in a row."
    )
    created_at: datetime
    changed_at: datetime


class SubscriptionCreated(SubscriptionRead):
    """A subscription just made."""

    secret: str | None = Field(
        description="`whsec_…` for the scheme v1, shown this once: not even a repetition of the request shows it again."
    )


class RotationRead(BaseModel):
    """The key that signs from now on, beside those before it until they end."""

    secret: str | None = Field(
        description="`whsec_…` for the scheme v1, shown this once: not even a repetition of the request shows it again."
    )
    public_key: str | None = Field(description="`whpk_…` for the scheme v1a.")
    old_valid_until: datetime = Field(description="When those before end at the latest.")


class DeliveryRead(BaseModel):
    """One event for one endpoint, and how it stands."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID = Field(description="The event's id and its `webhook-id`: the same for life.")
    subscription_id: UUID
    position: int | None = Field(description="Its place in the feed; null for a ping.")
    type: str
    state: DeliveryState
    attempts: int
    last_outcome: str | None = Field(description="What came of the last attempt, in a word.")
    next_attempt_at: datetime | None = Field(description="Null where none follows.")
    created_at: datetime
    delivered_at: datetime | None


class AttemptRead(BaseModel):
    """One try."""

    model_config = ConfigDict(from_attributes=True)

    started_at: datetime
    duration_ms: int
    outcome: str
    http_status: int | None
    answer: str | None = Field(description="How a refusing answer began, at most 4 KiB.")


class DeliveryDetail(DeliveryRead):
    """A delivery with what was sent and each try, the latest first."""

    event: dict[str, Any] = Field(description="What is sent: ids and codes.")
    tries: list[AttemptRead] = Field(description="The latest hundred.")


class ReplayRead(BaseModel):
    """What is under way again."""

    count: int = Field(description="Events that are sent again, or now.")
    last_position: int = Field(description="The place in the feed that was looked at last.")
    more: bool = Field(description="Whether there is more behind it: ask again with it as `from_position`.")
