from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from panel_service.partnerships.models import Partnership
from service_kit.acting import Acting
from service_kit.administration import Peer
from service_kit.problems import ApiProblem
from shared_schemas.exchange.identifiers import party_uuid


async def register_partnership(session: AsyncSession, organisation_id: UUID, peer: Peer) -> None:
    """Record whom a new link belongs to: a partnership of that party, or one registered by that code before it had a link.

    Registered again, its code and name may change, its party never.
    """
    party = party_uuid(peer.party)
    facts = {"code": peer.code, "name": peer.name, "link_id": peer.link, "party": party}
    waiting = (
        update(Partnership)
        .where(
            Partnership.organisation_id == organisation_id,
            Partnership.code == peer.code,
            Partnership.party.is_(None),
        )
        .values(**facts)
        .returning(Partnership.id)
    )
    if (await session.execute(waiting)).first() is not None:
        return
    statement = insert(Partnership).values(
        organisation_id=organisation_id, id=party, created_at=func.now(), **facts
    )
    await session.execute(
        statement.on_conflict_do_update(index_elements=["organisation_id", "party"], set_=facts)
    )


async def find_partnership(acting: Acting, partnership_id: UUID) -> Partnership:
    """Find a partnership. Raises 404."""
    partnership = await acting.session.get(Partnership, (acting.organisation_id, partnership_id))
    if partnership is None:
        raise ApiProblem("not-found")
    return partnership


async def partnership_of_party(acting: Acting, party: UUID) -> Partnership | None:
    """Give the partnership that is a link's counterpart."""
    statement = select(Partnership).where(
        Partnership.organisation_id == acting.organisation_id, Partnership.party == party
    )
    return (await acting.session.execute(statement)).scalar_one_or_none()


async def partnerships_by_id(acting: Acting, wanted: Collection[UUID]) -> dict[UUID, Partnership]:
    """Give these partnerships by their ids."""
    statement = select(Partnership).where(
        Partnership.organisation_id == acting.organisation_id, Partnership.id.in_(wanted)
    )
    return {found.id: found for found in (await acting.session.execute(statement)).scalars()}
