"""What an operator does about keys: change our own, withdraw any, follow one shared secret by another."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.acting import Acting
from service_kit.administration import AdministrationRefused, audit_operator, find_own, operator_of
from service_kit.db import set_tenant
from service_kit.exchange.key_models import SecretDirection
from service_kit.exchange.key_ring import own_card, withdraw_signing_key
from service_kit.exchange.key_rotation import NewSigningKey, RotationRefused, rotate_signing_key
from service_kit.exchange.link_secrets import TooManySecrets, set_secret
from service_kit.exchange.models import KeyKind, Link
from service_kit.settings import ServiceSettings
from shared_schemas.exchange.keys import KeyMalformed, public_key_hash, read_public_key, read_secret


async def rotate_own_key(session: AsyncSession, settings: ServiceSettings, code: str) -> NewSigningKey:
    """Change an organisation's signing key. Raises ``AdministrationRefused``."""
    organisation = await find_own(session, code)
    now = await set_tenant(session, organisation.id)
    acting = Acting(session, operator_of(organisation.id), now)
    try:
        return await rotate_signing_key(acting, settings.key_bytes(), settings.public_url)
    except RotationRefused as refusal:
        raise AdministrationRefused(str(refusal)) from None


async def withdraw_public_key(session: AsyncSession, code: str, written: str) -> None:
    """End a key at once, our own or a pinned one. Raises ``AdministrationRefused``."""
    organisation = await find_own(session, code)
    try:
        public_key = read_public_key(written)
    except KeyMalformed as fault:
        raise AdministrationRefused("The key must be whpk_….") from fault
    withdrawn = await withdraw_signing_key(session, organisation.id, public_key)
    if withdrawn is None:
        raise AdministrationRefused("There is no good key like this: it is unknown or ended already.")
    own = withdrawn.party == organisation.id and withdrawn.kind == KeyKind.SIGNING
    if own and await own_card(session, organisation.id) is None:
        raise AdministrationRefused("The organisation would have no signing key: change it first.")
    detail = {"fingerprint": public_key_hash(public_key), "kind": withdrawn.kind}
    await audit_operator(
        session, organisation.id, "exchange.key_withdrawn", "exchange_key", withdrawn.id, detail
    )


async def follow_secret(
    session: AsyncSession,
    settings: ServiceSettings,
    *,
    code: str,
    link: UUID,
    direction: SecretDirection,
    written: str,
    overlap: timedelta,
) -> None:
    """Make a secret the newest of a link and direction; the others end after the overlap.

    Raises ``AdministrationRefused``, which never repeats the secret.
    """
    organisation = await find_own(session, code)
    known = select(Link.id).where(Link.organisation_id == organisation.id, Link.id == link)
    if (await session.execute(known)).first() is None:
        raise AdministrationRefused(f"The organisation has no link {link}.")
    try:
        added = await set_secret(
            session,
            settings.key_bytes(),
            organisation_id=organisation.id,
            link_id=link,
            direction=direction,
            secret=read_secret(written.strip()),
            overlap=overlap,
        )
    except KeyMalformed as fault:
        raise AdministrationRefused("The secret must be whsec_… with 24 to 64 bytes.") from fault
    except TooManySecrets as fault:
        raise AdministrationRefused(
            "Three secrets of this direction are good: wait until one has ended."
        ) from fault
    detail = {"direction": direction.value, "added": added, "overlap_seconds": int(overlap.total_seconds())}
    await audit_operator(session, organisation.id, "exchange.secret_set", "exchange_link", link, detail)
