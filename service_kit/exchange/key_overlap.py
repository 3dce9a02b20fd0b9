"""How long an old key of ours still signs on a link: until its change has arrived there, and a day longer."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.orm import aliased

from service_kit.exchange.key_models import KeyAnnouncement
from service_kit.exchange.models import ExchangeKey, Link, OutboundMessage, OutboundState
from shared_schemas.messages.exchange import KEY

# The counterpart takes the old key so much longer. We sign with it as long: an attempt that read the pinned keys
# just before still meets a signature it knows, and a change that waits there for a person stops nothing meanwhile.
OVERLAP = timedelta(hours=24)


def not_settled() -> ColumnElement[bool]:
    """Narrow announcements to those that the counterpart may not have acted upon yet."""
    told = aliased(OutboundMessage)
    arrived = exists().where(
        told.organisation_id == KeyAnnouncement.organisation_id,
        told.id == KeyAnnouncement.message_id,
        or_(_arrived(told), and_(_gave_way(told), exists().where(*_arrived_of_chain(told)))),
    )
    return not_(arrived)


def still_signs() -> ColumnElement[bool]:
    """Whether a key, which another has followed, is what a link's counterpart may still know us by.

    For queries that read ``Link`` beside ``ExchangeKey``.
    """
    return (
        select(KeyAnnouncement.id)
        .where(
            KeyAnnouncement.organisation_id == Link.organisation_id,
            KeyAnnouncement.link_id == Link.id,
            KeyAnnouncement.old_key_id == ExchangeKey.id,
            not_settled(),
        )
        .exists()
    )


def _arrived(message: Any) -> ColumnElement[bool]:
    return and_(
        message.type == KEY,
        message.state == OutboundState.DELIVERED,
        message.delivered_at < func.now() - OVERLAP,
    )


def _gave_way(message: Any) -> ColumnElement[bool]:
    gave_way: ColumnElement[bool] = message.state.in_([OutboundState.REPLACED, OutboundState.VOID])
    return gave_way


def _arrived_of_chain(told: Any) -> tuple[ColumnElement[bool], ...]:
    other = aliased(OutboundMessage)
    return (
        other.organisation_id == told.organisation_id,
        other.stream_id == told.stream_id,
        other.chain_id == told.chain_id,
        _arrived(other),
    )
