"""Reading what was received about a case."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from panel_service.intake.models import DocumentKind, ReceivedDocument
from service_kit.acting import Acting


async def documents_of(
    acting: Acting, case_id: UUID, kind: DocumentKind | None = None
) -> Sequence[ReceivedDocument]:
    """Give what was received about a case, by kind and version."""
    statement = (
        select(ReceivedDocument)
        .where(
            ReceivedDocument.organisation_id == acting.organisation_id, ReceivedDocument.case_id == case_id
        )
        .order_by(ReceivedDocument.kind, ReceivedDocument.version)
    )
    if kind is not None:
        statement = statement.where(ReceivedDocument.kind == kind)
    return (await acting.session.execute(statement)).scalars().all()
