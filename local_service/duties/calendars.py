"""The calendar feed, and the secret addresses at which calendar programs read it: they cannot send a credential."""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from local_service.cases.models import Case
from local_service.duties.ics import Entry, write_calendar
from local_service.duties.listing import title_of
from local_service.duties.models import CalendarAddress, CaseDuty, KeptState
from local_service.duties.schemas import CalendarAddressMade, CalendarAddressRead
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.clock.rule_sets import End
from service_kit.clock.working_days import london_date
from service_kit.db import set_tenant
from service_kit.identity import Caller, Credential
from service_kit.ids import new_id
from service_kit.problems import ApiProblem

SECRET_BYTES = 32
MOST_ENTRIES = 2000
SHOWN_AFTER = timedelta(days=366)  # an overdue duty stays in the calendar so long
NEEDS = "cases:read"


async def write_feed(acting: Acting, settings: LocalSettings) -> bytes:
    """Write what is still to be done by a date, of all the organisation's cases."""
    earliest = london_date(acting.now) - SHOWN_AFTER
    joined = and_(Case.organisation_id == CaseDuty.organisation_id, Case.id == CaseDuty.case_id)
    statement = (
        select(CaseDuty, Case.source_reference, Case.exchange_reference)
        .join(Case, joined)
        .where(
            CaseDuty.organisation_id == acting.organisation_id,
            CaseDuty.state == KeptState.RUNNING.value,
            CaseDuty.ends == End.BY.value,
            CaseDuty.sort_on >= earliest,
        )
        # Where there are more, those that are still to come matter most to a calendar.
        .order_by(CaseDuty.sort_on.desc(), CaseDuty.id.desc())
        .limit(MOST_ENTRIES)
    )
    rows = (await acting.session.execute(statement)).all()
    host = urlsplit(settings.public_url).hostname or "localhost"
    return write_calendar((_entry(row, settings.public_url) for row in reversed(rows)), acting.now, host)


async def make_address(acting: Acting, settings: LocalSettings, days: int) -> CalendarAddressMade:
    """Make a secret address for this person. Raises 409 for a system: the address stands for somebody."""
    caller = acting.caller
    if caller.principal_id is None or not caller.is_person:
        raise ApiProblem("move-not-allowed", "A calendar address is a person's, not a system's.", allowed=[])
    secret = secrets.token_bytes(SECRET_BYTES)
    row = CalendarAddress(
        organisation_id=acting.organisation_id,
        id=new_id(),
        principal_id=caller.principal_id,
        principal_name=caller.principal_name,
        purpose=caller.purpose,
        secret_hash=_hash(secret),
        created_at=acting.now,
        expires_at=acting.now + timedelta(days=days),
    )
    acting.session.add(row)
    await acting.session.flush()
    await acting.audit("calendar_address.made", "calendar_address", row.id)
    # The organisation stands in the address, so that its rows alone are looked into; the rest is the secret.
    token = base64.urlsafe_b64encode(acting.organisation_id.bytes + secret).decode().rstrip("=")
    url = f"{settings.public_url.rstrip('/')}/v1/calendars/{token}.ics"
    return CalendarAddressMade(**show_address(row).model_dump(), url=url)


async def list_addresses(acting: Acting) -> list[CalendarAddressRead]:
    """List this person's addresses, newest first."""
    statement = _own(acting).order_by(CalendarAddress.id.desc()).limit(200)
    return [show_address(row) for row in (await acting.session.execute(statement)).scalars()]


async def revoke_address(acting: Acting, address_id: UUID) -> CalendarAddressRead:
    """Revoke one of this person's addresses at once. Raises 404 where it is not theirs."""
    statement = _own(acting).where(CalendarAddress.id == address_id).with_for_update()
    row = (await acting.session.execute(statement)).scalar_one_or_none()
    if row is None:
        raise ApiProblem("not-found")
    if row.revoked_at is None:
        row.revoked_at = acting.now
        await acting.session.flush()
        await acting.audit("calendar_address.revoked", "calendar_address", row.id)
    return show_address(row)


async def open_address(
    session: AsyncSession, token: str, role_scopes: Mapping[str, frozenset[str]]
) -> Acting:
    """Find whose address this is, and let the transaction see that organisation's rows.

    Raises 404 for one that is unknown, expired or revoked, or whose person may not read cases any more.
    """
    organisation_id, secret = _read_token(token)
    now = await set_tenant(session, organisation_id)
    statement = select(CalendarAddress).where(
        CalendarAddress.organisation_id == organisation_id,
        CalendarAddress.secret_hash == _hash(secret),
        CalendarAddress.revoked_at.is_(None),
        CalendarAddress.expires_at > now,
    )
    row = (await session.execute(statement)).scalar_one_or_none()
    if row is None:
        raise ApiProblem("not-found")
    roles = await _roles_of(session, row, now)
    scopes = frozenset().union(*(role_scopes.get(role, frozenset()) for role in roles))
    if NEEDS not in scopes:
        raise ApiProblem("not-found")
    caller = Caller(
        organisation_id=organisation_id,
        organisation_code="",
        organisation_name="",
        principal_id=row.principal_id,
        principal_name=row.principal_name,
        is_person=True,
        roles=roles,
        purpose=row.purpose,
    )
    acting = Acting(session, caller, now, frozenset({NEEDS}))
    await acting.audit("calendar.read", "calendar_address", row.id)
    return acting


def show_address(row: CalendarAddress) -> CalendarAddressRead:
    """Show an address without its secret, which is not kept."""
    return CalendarAddressRead(
        id=row.id, created_at=row.created_at, expires_at=row.expires_at, revoked_at=row.revoked_at
    )


def _entry(row: Row[CaseDuty, str | None, UUID], public_url: str) -> Entry:
    duty, source_reference, exchange_reference = row
    return Entry(
        case_id=duty.case_id,
        code=duty.code,
        reference=source_reference or str(exchange_reference),
        title=title_of(duty),
        due_on=duty.sort_on,
        sequence=duty.date_changes,
        url=f"{public_url.rstrip('/')}/v1/cases/{duty.case_id}/duties/{duty.code}",
    )


def _own(acting: Acting) -> Select[CalendarAddress]:
    return select(CalendarAddress).where(
        CalendarAddress.organisation_id == acting.organisation_id,
        CalendarAddress.principal_id == acting.caller.principal_id,
    )


async def _roles_of(session: AsyncSession, row: CalendarAddress, now: datetime) -> frozenset[str]:
    statement = select(Credential.roles).where(
        Credential.organisation_id == row.organisation_id,
        Credential.principal_id == row.principal_id,
        Credential.revoked_at.is_(None),
        or_(Credential.expires_at.is_(None), Credential.expires_at > now),
    )
    return frozenset().union(*(await session.execute(statement)).scalars())


def _hash(secret: bytes) -> bytes:
    return hashlib.sha256(secret).digest()


def _read_token(token: str) -> tuple[UUID, bytes]:
    try:
        raw = base64.b64decode(token, altchars="-_", validate=True)
        return UUID(bytes=raw[:16]), raw[16:]
    except (binascii.Error, ValueError):
        raise ApiProblem("not-found") from None
