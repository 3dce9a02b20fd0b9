"""Documents an organisation holds: whole files, known by what they contain."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service_kit.tables import KitBase, OwnedRow, one_of


class ScanState(StrEnum):
    """What is known of harm in a file; one that a scanner refused is never kept."""

    NOT_SCANNED = "not_scanned"
    CLEAN = "clean"


class Document(OwnedRow, KitBase):
    """A file that was checked and is kept for good; the same content is held once an organisation."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("organisation_id", "sha256"),
        CheckConstraint("size > 0", name="size_positive"),
        one_of("scan", ScanState),
    )

    version: Mapped[int] = mapped_column(server_default="1")  # of the title: the content never changes
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    title: Mapped[str | None]
    scan: Mapped[str]
    uploaded_by: Mapped[UUID | None]  # nobody, where it came by a link
    at: Mapped[datetime]
    storage_key: Mapped[str]
