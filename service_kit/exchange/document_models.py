"""Which documents a message names, and which came by which link."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from service_kit.tables import KitBase, OwnedRow


class MessageDocument(OwnedRow, KitBase):
    """A document that an outbound message names: the counterpart must hold it before the message is posted."""

    __tablename__ = "message_documents"
    __table_args__ = (
        UniqueConstraint("organisation_id", "message_id", "document_id"),
        ForeignKeyConstraint(
            ["organisation_id", "message_id"], ["outbound_messages.organisation_id", "outbound_messages.id"]
        ),
        ForeignKeyConstraint(["organisation_id", "document_id"], ["documents.organisation_id", "documents.id"]),
        Index(
            "ix_message_documents_missing", "organisation_id", "message_id",
            postgresql_where=text("uploaded_at IS NULL"),
        ),
    )  # fmt: skip

    message_id: Mapped[UUID]
    document_id: Mapped[UUID]
    uploaded_at: Mapped[datetime | None]  # null again where the counterpart says that it lacks it


class LinkDocument(OwnedRow, KitBase):
    """A document that came whole by a link. What another link brought is not known on this one."""

    __tablename__ = "link_documents"
    __table_args__ = (
        UniqueConstraint("organisation_id", "link_id", "document_id"),
        ForeignKeyConstraint(
            ["organisation_id", "link_id"], ["exchange_links.organisation_id", "exchange_links.id"]
        ),
        ForeignKeyConstraint(
            ["organisation_id", "document_id"], ["documents.organisation_id", "documents.id"]
        ),
    )

    link_id: Mapped[UUID]
    document_id: Mapped[UUID]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
