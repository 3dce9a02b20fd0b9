"""Tables of changing keys: which message told which link of a key, and the secrets that links share."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from service_kit.tables import KitBase, OwnedRow, one_of


class SecretDirection(StrEnum):
    OUT = "out"  # of what we send
    IN = "in"  # of what we receive


class KeyAnnouncement(OwnedRow, KitBase):
    """The message that tells a link of our new key: until its receipt we sign there with the old one too."""

    __tablename__ = "exchange_key_announcements"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "link_id"], ["exchange_links.organisation_id", "exchange_links.id"]),
        ForeignKeyConstraint(["organisation_id", "old_key_id"], ["exchange_keys.organisation_id", "exchange_keys.id"]),
        ForeignKeyConstraint(["organisation_id", "new_key_id"], ["exchange_keys.organisation_id", "exchange_keys.id"]),
        ForeignKeyConstraint(
            ["organisation_id", "message_id"], ["outbound_messages.organisation_id", "outbound_messages.id"]
        ),
        Index(None, "organisation_id", "link_id"),
        Index(None, "organisation_id", "old_key_id"),
    )  # fmt: skip

    link_id: Mapped[UUID]
    message_id: Mapped[UUID]
    old_key_id: Mapped[UUID]
    new_key_id: Mapped[UUID]


class LinkSecret(OwnedRow, KitBase):
    """An HMAC secret of one link and direction, wrapped; several are good at once while one follows another."""

    __tablename__ = "exchange_link_secrets"
    __table_args__ = (
        one_of("direction", SecretDirection),
        ForeignKeyConstraint(["organisation_id", "link_id"], ["exchange_links.organisation_id", "exchange_links.id"]),
        Index(None, "organisation_id", "link_id"),
    )  # fmt: skip

    link_id: Mapped[UUID]
    direction: Mapped[str]
    wrapped: Mapped[bytes]
    valid_from: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    valid_until: Mapped[datetime | None]
