"""The receiving side's knowledge of documents: what came by a link, and nothing else, is known on it."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.acting import Acting
from service_kit.documents.models import Document
from service_kit.exchange.document_models import LinkDocument
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.message_types import MessageType, read_data
from service_kit.ids import new_id
from service_kit.problems import ApiProblem
from shared_schemas.exchange.envelope import Envelope


async def find_on_link(
    session: AsyncSession, organisation_id: UUID, link_id: UUID, sha256: str
) -> Document | None:
    """Find a document that came whole by a link."""
    statement = (
        select(Document)
        .join(
            LinkDocument,
            (LinkDocument.organisation_id == Document.organisation_id)
            & (LinkDocument.document_id == Document.id),
        )
        .where(
            Document.organisation_id == organisation_id,
            Document.sha256 == sha256,
            LinkDocument.link_id == link_id,
        )
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def record_on_link(session: AsyncSession, document: Document, link_id: UUID) -> None:
    """Record that a document came by a link; a second time changes nothing."""
    await session.execute(
        insert(LinkDocument)
        .values(
            organisation_id=document.organisation_id, id=new_id(), link_id=link_id, document_id=document.id
        )
        .on_conflict_do_nothing(index_elements=["organisation_id", "link_id", "document_id"])
    )


async def check_documents(
    acting: Acting, keys: LinkKeys, envelope: Envelope, message_types: Mapping[str, MessageType]
) -> None:
    """Refuse a message while a document that it names has not come by its link (409 ``document-missing``)."""
    message_type = message_types.get(envelope.type)
    if message_type is None or message_type.documents is None:
        return
    for sha256 in message_type.documents(read_data(message_type.body, envelope.data)):
        if await find_on_link(acting.session, keys.organisation_id, keys.link_id, sha256) is None:
            raise ApiProblem("document-missing", message_id=envelope.id)
