"""Information the Panel requests, as the requests come."""

from uuid import UUID

from local_service.panel_answers import case_of_subject
from local_service.panel_requests.models import PanelRequest
from service_kit.acting import Acting
from service_kit.exchange.message_types import MessageType, ReceivedMessage, SetAside
from shared_schemas.messages.information import INFORMATION_REQUESTED, InformationRequestedBody


async def apply_request(acting: Acting, message: ReceivedMessage) -> None:
    """Keep a request: about a case of ours, or with a subject of its own."""
    body = message.data
    if not isinstance(body, InformationRequestedBody):
        raise TypeError("a message of another type than a request for information")
    subject = UUID(message.subject)
    case = await case_of_subject(acting, subject)
    about_something = case is not None or subject == body.request_id
    key = (acting.organisation_id, body.request_id)
    if not about_something or await acting.session.get(PanelRequest, key) is not None:
        raise SetAside("contradicts-record")
    acting.session.add(
        PanelRequest(
            organisation_id=acting.organisation_id,
            id=body.request_id,
            version=1,
            case_id=case.id if case else None,
            link_id=message.link_id,
            subject=subject,
            due_on=body.due_on,
            facts=body.model_dump(mode="json"),
            message_id=message.id,
            received_at=acting.now,
        )
    )
    await acting.session.flush()
    kind, subject_id = ("case", case.id) if case else ("panel_request", body.request_id)
    detail = {"request": str(body.request_id), "due_on": body.due_on.isoformat()}
    await acting.event("panel_request.received", kind, subject_id, detail)


RECEIVES: tuple[MessageType, ...] = (
    MessageType(INFORMATION_REQUESTED, InformationRequestedBody, apply_request),
)
