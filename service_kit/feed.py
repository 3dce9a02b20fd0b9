"""What has happened, as others may follow it: one entry for each event, with ids and codes only.

An entry is written with the event's audit entry, in the transaction of what it tells. Its place in the feed is given
after the commit, by the worker: a number taken inside a transaction could be passed by one that commits later.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from service_kit.tables import KitBase, OwnedRow


class FeedEntry(OwnedRow, KitBase):
    __tablename__ = "feed_entries"
    __table_args__ = (
        Index("uq_feed_entries_position", "organisation_id", "position", unique=True),
        Index(
            "ix_feed_entries_unplaced",
            "organisation_id",
            "id",
            postgresql_where=text("position IS NULL"),
        ),
        Index(None, "organisation_id", "subject_id", "id"),
    )

    position: Mapped[int | None] = mapped_column(BigInteger)  # 1, 2, 3 … without gaps, given after the commit
    type: Mapped[str]
    at: Mapped[datetime]  # on the clock that rules go by
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    principal_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]]  # ids, codes and versions; never a field's value
