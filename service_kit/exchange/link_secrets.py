"""HMAC secrets of a link, one sequence for each direction: a new one is good beside the old for a while."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.key_models import LinkSecret, SecretDirection
from service_kit.exchange.wrapping import SECRET_IN, SECRET_OUT, unwrap, wrap
from service_kit.ids import new_id

# With the signing keys of a link they must stay within the eight signatures that a receiver looks at.
GOOD_AT_ONCE = 3
PURPOSES = {SecretDirection.OUT: SECRET_OUT, SecretDirection.IN: SECRET_IN}


class TooManySecrets(Exception):
    """So many secrets of the direction are good that a further one could not be looked at."""


class LinkSecrets(NamedTuple):
    """The secrets that are good now, open, the newest first."""

    out: tuple[bytes, ...] = ()
    into: tuple[bytes, ...] = ()


async def load_secrets(
    session: AsyncSession, organisation_id: UUID, link_id: UUID, key_bytes: bytes
) -> LinkSecrets:
    """Read and open the link's secrets."""
    statement = select(LinkSecret.direction, LinkSecret.wrapped).where(*_good(organisation_id, link_id))
    rows = await session.execute(statement.order_by(LinkSecret.valid_from.desc(), LinkSecret.id.desc()))
    found: dict[SecretDirection, list[bytes]] = {SecretDirection.OUT: [], SecretDirection.IN: []}
    for direction, wrapped in rows:
        purpose = PURPOSES[SecretDirection(direction)]
        secret = unwrap(key_bytes, wrapped, organisation_id=organisation_id, purpose=purpose)
        found[SecretDirection(direction)].append(secret)
    return LinkSecrets(tuple(found[SecretDirection.OUT]), tuple(found[SecretDirection.IN]))


async def set_secret(
    session: AsyncSession,
    key_bytes: bytes,
    *,
    organisation_id: UUID,
    link_id: UUID,
    direction: SecretDirection,
    secret: bytes,
    overlap: timedelta,
) -> bool:
    """Make a secret the newest of its direction and let the others end after the overlap.

    ``False`` where it is good already: nothing is added then, but the others still end. Raises ``TooManySecrets``.
    """
    held = await load_secrets(session, organisation_id, link_id, key_bytes)
    good = held.out if direction == SecretDirection.OUT else held.into
    known = secret in good
    if not known and overlap and len(good) >= GOOD_AT_ONCE:
        raise TooManySecrets
    await _end_others(session, key_bytes, organisation_id, link_id, direction, secret, overlap)
    if known:
        return False
    wrapped = wrap(key_bytes, secret, organisation_id=organisation_id, purpose=PURPOSES[direction])
    await session.execute(
        insert(LinkSecret).values(
            organisation_id=organisation_id,
            id=new_id(),
            link_id=link_id,
            direction=direction.value,
            wrapped=wrapped,
        )
    )
    return True


async def _end_others(
    session: AsyncSession,
    key_bytes: bytes,
    organisation_id: UUID,
    link_id: UUID,
    direction: SecretDirection,
    secret: bytes,
    overlap: timedelta,
) -> None:
    of_direction = (*_good(organisation_id, link_id), LinkSecret.direction == direction.value)
    until = func.clock_timestamp() + overlap
    for row_id, wrapped in (
        await session.execute(select(LinkSecret.id, LinkSecret.wrapped).where(*of_direction))
    ).all():
        if unwrap(key_bytes, wrapped, organisation_id=organisation_id, purpose=PURPOSES[direction]) == secret:
            continue
        # One that is ending already is not given longer.
        await session.execute(
            update(LinkSecret)
            .where(LinkSecret.organisation_id == organisation_id, LinkSecret.id == row_id)
            .values(valid_until=func.least(func.coalesce(LinkSecret.valid_until, until), until))
            .execution_options(synchronize_session=False)
        )


def _good(organisation_id: UUID, link_id: UUID) -> tuple[ColumnElement[bool], ...]:
    # By the clock and not by the transaction's time: a secret counts, and ends, also for what began before.
    return (
        LinkSecret.organisation_id == organisation_id,
        LinkSecret.link_id == link_id,
        or_(LinkSecret.valid_until.is_(None), LinkSecret.valid_until > func.clock_timestamp()),
    )
