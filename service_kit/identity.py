"""Who may call: principals, their credentials, and the tables that hold them."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Text, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from service_kit.clock.editions import adopt_edition
from service_kit.ids import new_id
from service_kit.tables import KitBase, Organisation, one_of

KEY_PREFIX = "prx"


class PrincipalKind(StrEnum):
    PERSON = "person"
    SYSTEM = "system"


class Principal(KitBase):
    """One person or one system of one organisation. Rules that need two people compare principals."""

    __tablename__ = "principals"
    __table_args__ = (one_of("kind", PrincipalKind),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id))
    kind: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Credential(KitBase):
    """An API key: only its SHA-256 is stored, which is enough for 256 random bits.

    This table and ``principals`` stand outside row-level security: they are read to find out which
    organisation a caller belongs to. They hold no data about children.
    """

    __tablename__ = "credentials"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id))
    principal_id: Mapped[UUID] = mapped_column(ForeignKey(Principal.id), index=True)
    key_hash: Mapped[bytes] = mapped_column(unique=True)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    default_purpose: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ServiceState(KitBase):
    """One row: since when this database's history runs, how far a demonstration moved the clock, and the bank holidays."""

    __tablename__ = "service_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[datetime]
    clock_offset: Mapped[timedelta]
    # The edition of the bank holidays that an operator loaded last; none: those that ship with the release.
    calendar_edition: Mapped[UUID | None]
    calendar_feed: Mapped[dict[str, Any] | None]
    calendar_loaded_at: Mapped[datetime | None]
    # Which PostgreSQL cluster, and which timeline of it, was last seen here: another one may be an older copy.
    system_identifier: Mapped[str | None]
    timeline: Mapped[int | None]


@dataclass(frozen=True)
class Caller:
    """Whose request this is, as the credential says; ``asserted_user`` is only what a system claims."""

    organisation_id: UUID
    organisation_code: str
    organisation_name: str
    principal_id: UUID | None
    principal_name: str
    is_person: bool
    roles: frozenset[str]
    purpose: str
    asserted_user: str | None = None
    request_id: str | None = None
    correlation_id: str | None = None
    traceparent: str | None = None


# One statement, so one round trip: who calls, which tenant the transaction sees from now on, and its time.
AUTHENTICATE = text("""
    SELECT c.organisation_id, o.code, o.name AS organisation_name, c.principal_id, p.name AS principal_name, p.kind,
           c.roles, c.default_purpose,
           set_config('app.organisation_id', c.organisation_id::text, true) AS tenant,
           now() + s.clock_offset AS acting_at, s.calendar_edition
      FROM credentials c
      JOIN principals p ON p.id = c.principal_id
      JOIN organisations o ON o.id = c.organisation_id
     CROSS JOIN service_state s
     WHERE c.key_hash = :key_hash AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > now())
""")


def hash_key(key: str) -> bytes:
    """Give what is stored of an API key."""
    return hashlib.sha256(key.encode()).digest()


async def find_caller(session: AsyncSession, key: str) -> tuple[Caller, datetime] | None:
    """Find whose key this is, and let the transaction see that organisation's rows.

    Returns the caller and the transaction's ``now``; ``None`` for a key that is unknown, expired or revoked.
    """
    row = (await session.execute(AUTHENTICATE, {"key_hash": hash_key(key)})).one_or_none()
    if row is None:
        return None
    await adopt_edition(session, row.calendar_edition)
    caller = Caller(
        organisation_id=row.organisation_id,
        organisation_code=row.code,
        organisation_name=row.organisation_name,
        principal_id=row.principal_id,
        principal_name=row.principal_name,
        is_person=row.kind == PrincipalKind.PERSON,
        roles=frozenset(row.roles),
        purpose=row.default_purpose,
    )
    return caller, row.acting_at


async def add_organisation(
    session: AsyncSession, *, code: str, name: str, organisation_id: UUID | None = None
) -> UUID:
    """Record a tenant; the same code again changes nothing and gives the tenant there is."""
    statement = (
        insert(Organisation)
        .values(id=organisation_id or new_id(), code=code, name=name, created_at=func.now())
        .on_conflict_do_nothing(index_elements=["code"])
    )
    await session.execute(statement)
    return (await session.execute(select(Organisation.id).where(Organisation.code == code))).scalar_one()


async def find_organisation(session: AsyncSession, code: str) -> Organisation | None:
    """Find a tenant by its code."""
    return (await session.execute(select(Organisation).where(Organisation.code == code))).scalar_one_or_none()


async def create_key(
    session: AsyncSession,
    *,
    organisation_id: UUID,
    principal_name: str,
    kind: PrincipalKind,
    roles: list[str],
    default_purpose: str,
    expires_at: datetime | None = None,
) -> tuple[UUID, UUID, str]:
    """Make a credential for a principal of that name, who is recorded if new.

    Returns the credential's id, the principal's id and the key itself, which is not kept anywhere.
    """
    principal = (
        await session.execute(
            select(Principal).where(
                Principal.organisation_id == organisation_id,
                Principal.name == principal_name,
                Principal.kind == kind,
            )
        )
    ).scalar_one_or_none()
    if principal is None:
        principal = Principal(
            id=new_id(), organisation_id=organisation_id, name=principal_name, kind=kind.value
        )
        session.add(principal)
        await session.flush()
    credential_id = new_id()
    key = f"{KEY_PREFIX}_{secrets.token_urlsafe(32)}"
    session.add(
        Credential(
            id=credential_id,
            organisation_id=organisation_id,
            principal_id=principal.id,
            key_hash=hash_key(key),
            roles=sorted(roles),
            default_purpose=default_purpose,
            expires_at=expires_at,
        )
    )
    await session.flush()
    return credential_id, principal.id, key


async def revoke_key(session: AsyncSession, credential_id: UUID) -> bool:
    """Revoke a credential at once; ``False`` where there is none that is still good."""
    credential = await session.get(Credential, credential_id)
    if credential is None or credential.revoked_at is not None:
        return False
    credential.revoked_at = (await session.execute(select(func.now()))).scalar_one()
    return True
