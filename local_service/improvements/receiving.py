"""Improvements the Panel identified, as they come."""

from uuid import UUID

from local_service.improvements.models import ReceivedImprovement
from local_service.panel_answers import case_of_subject
from service_kit.acting import Acting
from service_kit.exchange.message_types import MessageType, ReceivedMessage, SetAside
from shared_schemas.messages.improvements import IMPROVEMENT_IDENTIFIED, ImprovementIdentifiedBody


async def apply_improvement(acting: Acting, message: ReceivedMessage) -> None:
    """Keep an improvement that concerns us: about a case of ours, or with a subject of its own."""
    body = message.data
    if not isinstance(body, ImprovementIdentifiedBody):
        raise TypeError("a message of another type than an improvement")
    subject = UUID(message.subject)
    case = await case_of_subject(acting, subject)
    about_something = case is not None or subject == body.improvement_id
    key = (acting.organisation_id, body.improvement_id)
    if not about_something or await acting.session.get(ReceivedImprovement, key) is not None:
        raise SetAside("contradicts-record")
    acting.session.add(
        ReceivedImprovement(
            organisation_id=acting.organisation_id,
            id=body.improvement_id,
            version=1,
            case_id=case.id if case else None,
            link_id=message.link_id,
            subject=subject,
            facts=body.model_dump(mode="json"),
            message_id=message.id,
            received_at=acting.now,
        )
    )
    await acting.session.flush()
    kind, subject_id = ("case", case.id) if case else ("improvement", body.improvement_id)
    detail = {"improvement": str(body.improvement_id), "scope": body.scope.value, "themes": body.themes}
    await acting.event("improvement.received", kind, subject_id, detail)


RECEIVES: tuple[MessageType, ...] = (
    MessageType(IMPROVEMENT_IDENTIFIED, ImprovementIdentifiedBody, apply_improvement),
)
