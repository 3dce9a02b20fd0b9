"""Recording documents and finding them."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from service_kit.acting import Acting
from service_kit.documents.models import Document
from service_kit.documents.store import KeptFile
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.problems import ApiProblem


async def record_document(acting: Acting, kept: KeptFile) -> tuple[Document, bool]:
    """Record a kept file, and tell whether it is new: the same content is the document there is."""
    statement = (
        insert(Document)
        .values(
            organisation_id=acting.organisation_id,
            id=new_id(),
            sha256=kept.sha256,
            size=kept.size,
            media_type=kept.media_type,
            scan=kept.scan.value,
            uploaded_by=acting.caller.principal_id,
            at=acting.now,
            storage_key=kept.storage_key,
        )
        .on_conflict_do_nothing(index_elements=["organisation_id", "sha256"])
        .returning(Document.id)
    )
    is_new = (await acting.session.execute(statement)).one_or_none() is not None
    document = await find_by_hash(acting, kept.sha256)
    assert document is not None  # noqa: S101 -- inserted above, or what the insert met
    if is_new:
        detail = {"sha256": kept.sha256, "size": kept.size, "media_type": kept.media_type, "scan": kept.scan}
        await acting.audit("document.kept", "document", document.id, detail)
    return document, is_new


async def find_by_hash(acting: Acting, sha256: str) -> Document | None:
    """Find a document of this organisation by its content."""
    return await _find(acting, Document.sha256 == sha256)


async def get_document(acting: Acting, document_id: UUID, *, lock: bool = False) -> Document:
    """Read a document. Raises 404 ``not-found``, also for another organisation's."""
    document = await _find(acting, Document.id == document_id, lock=lock)
    if document is None:
        raise ApiProblem("not-found")
    return document


async def name_document(acting: Acting, document_id: UUID, expected: int, title: str) -> Document:
    """Give a document another title."""
    document = await get_document(acting, document_id, lock=True)
    check_version(document.version, expected)
    document.title = title
    document.version += 1
    await acting.session.flush()
    await acting.audit("document.named", "document", document.id, {"version": document.version})
    return document


async def _find(acting: Acting, condition: Any, *, lock: bool = False) -> Document | None:
    statement = select(Document).where(Document.organisation_id == acting.organisation_id, condition)
    if lock:
        statement = statement.with_for_update()
    return (await acting.session.execute(statement)).scalar_one_or_none()
