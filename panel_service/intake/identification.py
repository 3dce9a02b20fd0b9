"""A notification withdrawn, as it comes."""

from panel_service.cases.models import CaseState
from panel_service.intake.keeping import keep_document, known_case, read_body
from panel_service.intake.models import DocumentKind
from service_kit.acting import Acting
from service_kit.exchange.message_types import MessageType, ReceivedMessage
from shared_schemas.messages.identification import NOTIFICATION_WITHDRAWN, NotificationWithdrawnBody


async def apply_withdrawal(acting: Acting, message: ReceivedMessage) -> None:
    """Mark the case withdrawn; all that came before stays (s16C(1)). One that is withdrawn already sets it aside."""
    body = read_body(message, NotificationWithdrawnBody)
    case = await known_case(acting, message)
    case.state = CaseState.WITHDRAWN
    await keep_document(acting, case, message, DocumentKind.NOTIFICATION_WITHDRAWN, body, 1)


RECEIVES: tuple[MessageType, ...] = (
    MessageType(NOTIFICATION_WITHDRAWN, NotificationWithdrawnBody, apply_withdrawal),
)
