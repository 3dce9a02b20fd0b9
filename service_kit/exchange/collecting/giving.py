"""The giver's half: what a counterpart whose network lets nothing in may ask for, as it would have been pushed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.models import DeliveryAttempt, OutboundMessage
from service_kit.exchange.opening import OpenLink
from service_kit.ids import new_id
from shared_schemas.exchange.batches import FRAME_BYTES, SEPARATOR_BYTES, write_batch
from shared_schemas.exchange.limits import BATCH_MAX_MESSAGES, BODY_MAX_BYTES
from shared_schemas.exchange.signatures import Scheme, signed_headers

COLLECTED = "collected"

# As what is pushed: the heads of streams that are due, oldest first, and nothing behind a dead or a parked one. There
# is no lease: until the receipts come the same is given again. Lengths are summed before a body is read.
HEADS = text("""
    WITH head AS (
        SELECT m.organisation_id, m.id, m.next_attempt_at, octet_length(m.body) AS size
          FROM exchange_links l
          JOIN outbound_messages m ON m.organisation_id = l.organisation_id AND m.link_id = l.id
         WHERE l.organisation_id = :organisation_id AND l.id = :link_id
           AND l.state = 'active' AND l.delivery_mode = 'collect' AND l.sending_held_at IS NULL
           AND (l.paused_until IS NULL OR l.paused_until <= now())
           AND m.state IN ('pending', 'leased') AND m.next_attempt_at <= now() AND m.body IS NOT NULL
           AND (m.state = 'pending' OR m.leased_until <= now())
           AND NOT EXISTS (
               SELECT FROM outbound_messages lower
                WHERE lower.organisation_id = m.organisation_id AND lower.stream_id = m.stream_id
                  AND lower.number < m.number AND lower.state IN ('pending', 'leased', 'dead'))
           AND NOT EXISTS (
               SELECT FROM outbound_streams s
                WHERE s.organisation_id = m.organisation_id AND s.id = m.stream_id AND s.parked_at IS NOT NULL)
         ORDER BY m.next_attempt_at, m.id
         LIMIT :most
    ), sized AS (
        SELECT head.*, row_number() OVER oldest AS place, sum(size + :separator) OVER oldest AS total
          FROM head WINDOW oldest AS (ORDER BY next_attempt_at, id)
    )
    SELECT m.id, m.body
      FROM sized JOIN outbound_messages m ON m.organisation_id = sized.organisation_id AND m.id = sized.id
     WHERE sized.place = 1 OR sized.total <= :room
     ORDER BY sized.place
""")


@dataclass(frozen=True)
class Collected:
    """A batch of heads with the three headers that prove whose it is."""

    body: bytes
    headers: dict[str, str]


async def collect_heads(session: AsyncSession, opened: OpenLink) -> Collected | None:
    """Give what is due on the link, signed over the whole answer; ``None`` where nothing is.

    Nothing is moved by it: what the counterpart says of it in its receipts decides.
    """
    keys = opened.keys
    rows = (await session.execute(HEADS, _bounds(keys.organisation_id, keys.link_id))).all()
    if not rows:
        return None
    await _log_given(session, opened, [row.id for row in rows])
    body = _batch([bytes(row.body) for row in rows])
    headers = signed_headers(
        body,
        message_id=str(uuid4()),
        now=opened.database_time,
        private_keys=keys.signing_keys if Scheme.V1A in keys.schemes else [],
        secrets=keys.signing_secrets if Scheme.V1 in keys.schemes else [],
    )
    return Collected(body, headers)


def _bounds(organisation_id: UUID, link_id: UUID) -> dict[str, object]:
    return {
        "organisation_id": organisation_id,
        "link_id": link_id,
        "most": BATCH_MAX_MESSAGES,
        "separator": SEPARATOR_BYTES,
        # The first has no separator before it.
        "room": BODY_MAX_BYTES - FRAME_BYTES + SEPARATOR_BYTES,
    }


def _batch(messages: list[bytes]) -> bytes:
    # A lone message of the largest size is framed all the same: whoever collects reads the frame beside it.
    if len(messages) == 1:
        return b"[\n" + messages[0] + b"\n]"
    return write_batch(messages)


async def _log_given(session: AsyncSession, opened: OpenLink, message_ids: list[UUID]) -> None:
    keys = opened.keys
    given: datetime = opened.database_time
    attempts = [
        {
            "organisation_id": keys.organisation_id,
            "id": new_id(),
            "message_id": message_id,
            "link_id": keys.link_id,
            "started_at": given,
            "duration_ms": 0,
            "outcome": COLLECTED,
            "http_status": 200,
        }
        for message_id in message_ids
    ]
    await session.execute(insert(DeliveryAttempt), attempts)
    await session.execute(
        update(OutboundMessage)
        .where(OutboundMessage.organisation_id == keys.organisation_id, OutboundMessage.id.in_(message_ids))
        .values(last_outcome=COLLECTED)
        .execution_options(synchronize_session=False)
    )
