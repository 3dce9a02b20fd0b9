"""Suspecting oneself: from the first sign on nothing is sent, until the counterparts have been compared with."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.exchange.alerts import AlertKind, raise_alert
from service_kit.exchange.models import Link, LinkState
from service_kit.exchange.restoring.models import Restore, SuspicionReason
from service_kit.identity import Caller
from service_kit.ids import new_id
from service_kit.tables import Organisation

log = structlog.get_logger(__name__)

HELD_FOR_RESTORE = "restore_suspected"


async def suspect(
    session: AsyncSession,
    organisation_id: UUID,
    link_id: UUID | None,
    reason: SuspicionReason,
    detail: Mapping[str, Any] | None = None,
    *,
    caller: Caller | None = None,
    said: str | None = None,
) -> int:
    """Send nothing more on a link, or on all open links of the organisation, and say why; give how many it was new for.

    What one counterpart says holds its own link alone: it must not silence the others. ``detail`` holds ids, codes
    and counts. ``caller`` is the person who says so, ``said`` in what words; without one the exchange itself does.
    The session sees the organisation's rows.
    """
    acting = caller or await _exchange_of(session, organisation_id)
    new = 0
    for suspected in await _open_links(session, organisation_id, link_id):
        new += await _open_restore(session, acting, suspected, reason, dict(detail or {}), said)
    return new


async def _open_links(session: AsyncSession, organisation_id: UUID, link_id: UUID | None) -> list[UUID]:
    statement = select(Link.id).where(Link.organisation_id == organisation_id, Link.state == LinkState.ACTIVE)
    if link_id is not None:
        statement = statement.where(Link.id == link_id)
    return list((await session.execute(statement.order_by(Link.id))).scalars())


async def _open_restore(
    session: AsyncSession,
    caller: Caller,
    link_id: UUID,
    reason: SuspicionReason,
    detail: dict[str, Any],
    said: str | None,
) -> bool:
    organisation_id = caller.organisation_id
    values = {"id": new_id(), "link_id": link_id, "reason": reason.value, "detail": detail}
    opened = await session.execute(
        insert(Restore)
        .values(organisation_id=organisation_id, suspected_by=caller.principal_id, said=said, **values)
        .on_conflict_do_nothing()
        .returning(Restore.id)
    )
    if opened.one_or_none() is None:
        return False
    await session.execute(
        update(Link)
        .where(Link.organisation_id == organisation_id, Link.id == link_id)
        .values(sending_held_at=func.now(), sending_held_reason=HELD_FOR_RESTORE)
        .execution_options(synchronize_session=False)
    )
    told = {"reason": reason.value, **detail}
    await raise_alert(session, organisation_id, AlertKind.RESTORE_SUSPECTED, link_id=link_id, detail=told)
    await record_audit(session, caller, "exchange.restore_suspected", "exchange_link", link_id, told)
    log.error("exchange_restore_suspected", link_id=str(link_id), problem=reason.value)
    return True


async def _exchange_of(session: AsyncSession, organisation_id: UUID) -> Caller:
    statement = select(Organisation.code, Organisation.name).where(Organisation.id == organisation_id)
    code, name = (await session.execute(statement)).one()
    return exchange_caller(organisation_id, code, name)


def exchange_caller(organisation_id: UUID, code: str, name: str) -> Caller:
    """Give the system that acts for an organisation where no person does and no key is needed."""
    return Caller(
        organisation_id=organisation_id,
        organisation_code=code,
        organisation_name=name,
        principal_id=None,
        principal_name="exchange",
        is_person=False,
        roles=frozenset(),
        purpose="exchange",
    )
