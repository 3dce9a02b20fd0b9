"""A counterpart changes its signing key: a machine accepts the pinned successor and nothing else."""

from collections.abc import Sequence
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from service_kit.acting import Acting
from service_kit.exchange.alerts import AlertKind, raise_alert
from service_kit.exchange.key_overlap import OVERLAP
from service_kit.exchange.key_ring import good_now
from service_kit.exchange.message_types import ReceivedMessage
from service_kit.exchange.models import ExchangeKey, KeyKind
from service_kit.ids import new_id
from shared_schemas.exchange.key_statements import KeyStatement, KeyStatementRejected, open_key_statement
from shared_schemas.exchange.keys import public_key_bytes, public_key_hash
from shared_schemas.messages.exchange import KeyBody


async def take_key_change(acting: Acting, message: ReceivedMessage) -> None:
    """Pin the counterpart's new key and take the old one a day longer; else alert, and nothing is changed.

    Either way the message is kept and the stream goes on: what it could not change, people settle with `peer add`.
    """
    assert isinstance(message.data, KeyBody)  # noqa: S101 -- narrows the type; the registry pairs the two
    pinned = await _pinned(acting, message.counterpart_party)
    change, old = find_change(message.data.statement, message.counterpart_party, pinned)
    # People may have been quicker and have pinned the same.
    if change is not None and old is not None and (_is_pinned(change, pinned) or await _pin(acting, change)):
        await _end_later(acting, old.id)
        detail = {"fingerprint": public_key_hash(change.key), "message_id": str(message.id)}
        await acting.audit("exchange.key_pinned", "exchange_link", message.link_id, detail)
        return
    await raise_alert(
        acting.session,
        acting.organisation_id,
        AlertKind.KEY_CHANGE_REFUSED,
        link_id=message.link_id,
        message_id=message.id,
        subject=message.subject,
    )
    await acting.audit("exchange.key_refused", "exchange_message", message.id)


def find_change(
    note: str, party: UUID, pinned: Sequence[ExchangeKey]
) -> tuple[KeyStatement | None, ExchangeKey | None]:
    """Give what a note changes and the pinned key it changes from, where that key committed to this successor."""
    for key in pinned:
        # One that is ending has been followed already.
        if key.successor_hash is None or key.valid_until is not None:
            continue
        try:
            change = open_key_statement(
                note,
                party=party,
                old=Ed25519PublicKey.from_public_bytes(key.public_key),
                old_successor_hash=key.successor_hash,
            )
        except KeyStatementRejected:
            continue
        return change, key
    return None, None


async def _pinned(acting: Acting, party: UUID) -> Sequence[ExchangeKey]:
    statement = (
        select(ExchangeKey)
        .where(
            ExchangeKey.organisation_id == acting.organisation_id,
            ExchangeKey.party == party,
            ExchangeKey.kind == KeyKind.SIGNING,
            *good_now(),
        )
        .order_by(ExchangeKey.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await acting.session.execute(statement)).scalars().all()


def _is_pinned(change: KeyStatement, pinned: Sequence[ExchangeKey]) -> bool:
    return any(
        key.public_key == public_key_bytes(change.key) and key.successor_hash == change.successor_hash
        for key in pinned
    )


async def _pin(acting: Acting, change: KeyStatement) -> bool:
    """Pin the new key; ``False`` where it was pinned before: one that people withdrew does not come back."""
    statement = (
        insert(ExchangeKey)
        .values(
            organisation_id=acting.organisation_id,
            id=new_id(),
            party=change.party,
            public_key=public_key_bytes(change.key),
            successor_hash=change.successor_hash,
        )
        .on_conflict_do_nothing()
        .returning(ExchangeKey.id)
    )
    return (await acting.session.execute(statement)).one_or_none() is not None


async def _end_later(acting: Acting, key_id: UUID) -> None:
    await acting.session.execute(
        update(ExchangeKey)
        .where(ExchangeKey.organisation_id == acting.organisation_id, ExchangeKey.id == key_id)
        .values(valid_until=func.now() + OVERLAP)
        .execution_options(synchronize_session=False)
    )
