"""What identifies the children of a case, from every version of its notification."""

from uuid import UUID

from panel_service.intake.documents import documents_of
from panel_service.intake.models import DocumentKind
from panel_service.queries.rules import what_identifies
from service_kit.acting import Acting
from shared_schemas.messages.local import NotificationBody


async def identifying_of(acting: Acting, case_id: UUID) -> frozenset[str]:
    """Give the names and numbers of the children of a case."""
    documents = await documents_of(acting, case_id, DocumentKind.NOTIFICATION)
    bodies = [
        NotificationBody.model_validate(document.body, context={"open_lists": True}) for document in documents
    ]
    return what_identifies(child for body in bodies for child in body.incident.children)
