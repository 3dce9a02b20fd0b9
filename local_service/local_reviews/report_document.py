"""The document that is a local review's report: attached before completion, sent with it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped

from local_service.base import LocalBase
from local_service.cases.file import CaseFile, touch
from local_service.cases.models import of_case
from local_service.local_reviews.rules import why_no_writing
from service_kit.acting import Acting
from service_kit.db import table_of
from service_kit.documents.models import Document
from service_kit.documents.service import get_document
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.problems import ApiProblem, field_problem
from service_kit.tables import OwnedRow
from shared_schemas.messages.local import ReportDocument


class LocalReviewDocument(OwnedRow, LocalBase):
    """Which document is the report of a case's local review."""

    __tablename__ = "local_review_documents"
    __table_args__ = (
        of_case(),
        UniqueConstraint("organisation_id", "case_id"),
        ForeignKeyConstraint(
            ["organisation_id", "document_id"],
            [table_of(Document).c.organisation_id, table_of(Document).c.id],
        ),
    )

    case_id: Mapped[UUID]
    document_id: Mapped[UUID]
    attached_by: Mapped[UUID | None]
    attached_at: Mapped[datetime]


async def attach_document(
    acting: Acting, file: CaseFile, expected_version: int, document_id: UUID
) -> tuple[Document, int]:
    """Make a document the report, in the place of the one before; give it with the review's version.

    It belongs to the full report that goes to the Panel (Children Act 2004 s16F(3)), so it is attached before that.
    Raises 409 ``move-not-allowed``, 412, and 422 for a document that is not there.
    """
    refuse(why_no_writing(file))
    review = file.local_review
    assert review is not None  # noqa: S101 -- the rule above refuses where there is none
    check_version(review.version, expected_version)
    try:
        document = await get_document(acting, document_id)
    except ApiProblem:
        raise field_problem("/document_id", "unknown_document", "There is no such document.") from None
    change = {
        "document_id": document.id,
        "attached_by": acting.caller.principal_id,
        "attached_at": acting.now,
    }
    statement = insert(LocalReviewDocument).values(
        organisation_id=acting.organisation_id, id=new_id(), case_id=file.case.id, **change
    )
    await acting.session.execute(
        statement.on_conflict_do_update(index_elements=["organisation_id", "case_id"], set_=change)
    )
    review.version += 1
    touch(acting, file.case)
    await acting.session.flush()
    detail = {"document": str(document.id), "sha256": document.sha256}
    await acting.event("local_review.document_attached", "case", file.case.id, detail)
    return document, review.version


async def attached_document(acting: Acting, case_id: UUID) -> Document | None:
    """Give the document that is the report, if one was attached."""
    statement = (
        select(Document)
        .join(
            LocalReviewDocument,
            (LocalReviewDocument.organisation_id == Document.organisation_id)
            & (LocalReviewDocument.document_id == Document.id),
        )
        .where(
            LocalReviewDocument.organisation_id == acting.organisation_id,
            LocalReviewDocument.case_id == case_id,
        )
    )
    return (await acting.session.execute(statement)).scalar_one_or_none()


def tell_document(document: Document | None) -> ReportDocument | None:
    """Say of a document what the message that names it says."""
    return ReportDocument.model_validate(document, from_attributes=True) if document else None
