"""The sending side's knowledge of documents: which of those a message names the counterpart may lack."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.documents.models import Document
from service_kit.exchange.document_models import MessageDocument
from service_kit.exchange.leases import Claimed


@dataclass(frozen=True)
class NamedDocument:
    """A document to be uploaded before the message that names it."""

    sha256: str
    size: int
    storage_key: str


async def load_missing(
    session: AsyncSession, messages: Sequence[Claimed]
) -> Mapping[UUID, list[NamedDocument]]:
    """Give what is still to be uploaded, by message."""
    missing: dict[UUID, list[NamedDocument]] = defaultdict(list)
    if not messages:
        return missing
    statement = (
        select(MessageDocument.message_id, Document.sha256, Document.size, Document.storage_key)
        .join(
            Document,
            (Document.organisation_id == MessageDocument.organisation_id)
            & (Document.id == MessageDocument.document_id),
        )
        .where(
            MessageDocument.message_id.in_([message.id for message in messages]),
            MessageDocument.organisation_id.in_({message.organisation_id for message in messages}),
            MessageDocument.uploaded_at.is_(None),
        )
        .order_by(MessageDocument.id)
    )
    for message_id, sha256, size, key in await session.execute(statement):
        missing[message_id].append(NamedDocument(sha256, size, key))
    return missing


async def record_uploads(session: AsyncSession, message: Claimed) -> None:
    """Record that the counterpart has said that it holds everything the message names."""
    await session.execute(
        update(MessageDocument)
        .where(
            MessageDocument.organisation_id == message.organisation_id,
            MessageDocument.message_id == message.id,
        )
        .values(uploaded_at=func.now())
    )


async def forget_uploads(session: AsyncSession, organisation_id: UUID, message_id: UUID) -> None:
    """Let everything a message names be offered again."""
    await session.execute(
        update(MessageDocument)
        .where(MessageDocument.organisation_id == organisation_id, MessageDocument.message_id == message_id)
        .values(uploaded_at=None)
        .execution_options(synchronize_session=False)
    )
