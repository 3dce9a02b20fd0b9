"""Who speaks on a link: the first step of receiving, before a tenant is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.clock.editions import adopt_edition
from service_kit.exchange.links import LinkKeys, LinkUnusable, load_link
from service_kit.problems import ApiProblem
from shared_schemas.exchange.signatures import SignatureRejected, verify

# link_organisation() is made by the migrations: it alone may look through row-level security, from a link's id
# to whose it is. For an unknown link the tenant is none, so that the transaction sees nothing.
OPEN_LINK = text("""
    SELECT nullif(set_config('app.organisation_id', coalesce(found.organisation::text, ''), true), '')::uuid
               AS organisation_id,
           now() AS database_time, now() + s.clock_offset AS acting_at, date_trunc('second', s.epoch) AS epoch,
           s.calendar_edition
      FROM service_state s, (SELECT link_organisation(CAST(:link_id AS uuid)) AS organisation) found
""")


@dataclass(frozen=True)
class OpenLink:
    """An authentic request's link, and the transaction's times: ``database_time`` for the protocol, ``acting_at``
    (moved in a demonstration) for rules.
    """

    keys: LinkKeys
    database_time: datetime
    acting_at: datetime
    epoch: datetime


def unauthenticated() -> ApiProblem:
    """The one answer to whatever is wrong with a link or its signature: it gives no hint."""
    return ApiProblem("unauthenticated", headers={"WWW-Authenticate": "StandardWebhooks"})


async def open_authentic(
    session: AsyncSession, link_id: UUID, headers: Mapping[str, str], body: bytes, key_bytes: bytes
) -> OpenLink:
    """Find the link, let the transaction see its organisation's rows, and verify the raw bytes.

    Raises the one 401 for an unknown link as for every fault of the three headers.
    """
    opened = await open_link(session, link_id, key_bytes)
    keys = opened.keys
    try:
        verify(
            body,
            headers,
            accepted_schemes=keys.schemes,
            public_keys=keys.counterpart_keys,
            secrets=keys.secrets_in,
            now=opened.database_time,
        )
    except SignatureRejected:
        raise unauthenticated() from None
    return opened


async def open_link(session: AsyncSession, link_id: UUID, key_bytes: bytes) -> OpenLink:
    """Find the link and let the transaction see its organisation's rows; who speaks is proved elsewhere.

    Raises the one 401 for an unknown link.
    """
    row = (await session.execute(OPEN_LINK, {"link_id": link_id})).one()
    if row.organisation_id is None:
        raise unauthenticated()
    try:
        keys = await load_link(session, row.organisation_id, link_id, key_bytes)
    except LinkUnusable:
        raise unauthenticated() from None
    # What takes effect at the door is reckoned by the same bank holidays as everything else.
    await adopt_edition(session, row.calendar_edition)
    return OpenLink(keys, row.database_time, row.acting_at, row.epoch)
