"""Finding the document that a received message names."""

from dataclasses import dataclass
from uuid import UUID

from panel_service.cases.service import find_case
from panel_service.intake.documents import documents_of
from panel_service.intake.models import DocumentKind, ReceivedDocument
from service_kit.acting import Acting
from service_kit.documents.models import Document
from service_kit.exchange.documents_held import find_on_link
from service_kit.problems import ApiProblem
from shared_schemas.messages.local import ReportDocument


@dataclass(frozen=True)
class ReceivedReport:
    """A document with the message that named it, and what that message said of it."""

    document: Document
    named: ReportDocument
    received: ReceivedDocument


async def received_report(acting: Acting, case_id: UUID) -> ReceivedReport:
    """Find the report of the latest local review. Raises 404, also for another organisation's case; 403 to the recused."""
    case = await find_case(acting, case_id)
    if case.link_id is None:
        # It came by hand, and its documents with it.
        raise ApiProblem("not-found")
    for received in reversed(await documents_of(acting, case.id, DocumentKind.LOCAL_REVIEW)):
        named = received.body.get("document")
        if named is None:
            continue
        told = ReportDocument.model_validate(named)
        document = await find_on_link(acting.session, case.organisation_id, case.link_id, told.sha256)
        if document is not None:
            return ReceivedReport(document, told, received)
    raise ApiProblem("not-found")
