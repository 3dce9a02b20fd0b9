"""An event as an endpoint is sent it: a thin CloudEvents message, whose bytes are made once."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.feed import FeedEntry
from service_kit.feed_routes import Change
from shared_schemas.exchange.headers import DATA_MEDIA_TYPE
from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.times import format_time

PING = "webhook.ping"


def write_event(entry: FeedEntry, *, delivery_id: UUID, subscription_id: UUID, public_url: str) -> bytes:
    """Write an entry of the feed for one subscription; ``data`` is the entry as ``GET /v1/changes`` gives it."""
    return _write(
        delivery_id=delivery_id,
        organisation_id=entry.organisation_id,
        event_type=entry.type,
        subject=entry.subject_id,
        time=entry.recorded_at,
        subscription_id=subscription_id,
        public_url=public_url,
        place={"feedposition": entry.position},
        data=Change.model_validate(entry).model_dump(mode="json"),
    )


def write_ping(
    *, delivery_id: UUID, organisation_id: UUID, subscription_id: UUID, time: datetime, public_url: str
) -> bytes:
    """Write a test event: it tells of nothing, so it has no place in the feed."""
    return _write(
        delivery_id=delivery_id,
        organisation_id=organisation_id,
        event_type=PING,
        subject=subscription_id,
        time=time,
        subscription_id=subscription_id,
        public_url=public_url,
        place={},
        data={},
    )


def _write(
    *,
    delivery_id: UUID,
    organisation_id: UUID,
    event_type: str,
    subject: UUID,
    time: datetime,
    subscription_id: UUID,
    public_url: str,
    place: dict[str, int | None],
    data: dict[str, Any],
) -> bytes:
    event = {
        "specversion": "1.0",
        "id": str(delivery_id),
        "source": party_urn(organisation_id),
        "type": event_type,
        "subject": str(subject),
        "time": format_time(time),
        "datacontenttype": DATA_MEDIA_TYPE,
        "dataschema": f"{public_url.rstrip('/')}/schemas/{event_type}.json",
        "destination": party_urn(subscription_id),
        **place,
        "data": data,
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
