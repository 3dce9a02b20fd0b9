"""Which counterparts we ask for what they have for us, and when next."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from service_kit.ids import new_id
from service_kit.tables import KitBase, OwnedRow


class Collection(OwnedRow, KitBase):
    """A link on which we collect, because the counterpart cannot reach us. One worker at a time asks."""

    __tablename__ = "exchange_collections"
    __table_args__ = (
        UniqueConstraint("organisation_id", "link_id"),
        ForeignKeyConstraint(
            ["organisation_id", "link_id"], ["exchange_links.organisation_id", "exchange_links.id"]
        ),
    )

    link_id: Mapped[UUID]
    next_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    faults_in_a_row: Mapped[int] = mapped_column(server_default="0")
    last_fault: Mapped[str | None]  # how there was no usable answer, or the name of a catalogued problem
    last_at: Mapped[datetime | None]  # when the counterpart last answered as it should


async def set_collecting(
    session: AsyncSession, organisation_id: UUID, link_id: UUID, *, wanted: bool
) -> None:
    """Begin or stop to collect on a link."""
    if wanted:
        row = {"organisation_id": organisation_id, "id": new_id(), "link_id": link_id}
        await session.execute(insert(Collection).values(**row).on_conflict_do_nothing())
        return
    await session.execute(
        delete(Collection).where(Collection.organisation_id == organisation_id, Collection.link_id == link_id)
    )
