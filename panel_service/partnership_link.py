"""What is sent to a partnership on its link."""

from uuid import UUID

from pydantic import BaseModel

from panel_service.settings import PanelSettings
from service_kit.acting import Acting
from service_kit.exchange.outbox import schema_uri, send_message
from service_kit.moves import Refusal, refuse
from service_kit.problems import ApiProblem
from shared_schemas.exchange.ijson import MalformedMessage

BY_HAND = Refusal("There is no link: the case came by form, e-mail or post, and is answered in the same way.")


async def send_to_partnership(
    acting: Acting,
    settings: PanelSettings,
    *,
    link: UUID | None,
    subject: UUID,
    message_type: str,
    body: BaseModel,
) -> UUID:
    """Put a message into the outbox, in this transaction; give its id. ``subject`` is a case's exchange reference.

    Where one transaction sends on several links, send in the order of the links' ids everywhere: each stream stays
    locked. Raises 409 where the case came by hand and so there is no link, 413 where the whole would be larger than a message may be.
    """
    if link is None:
        refuse(BY_HAND)
        raise ApiProblem("not-found")
    try:
        return await send_message(
            acting,
            link=link,
            subject=str(subject),
            type=message_type,
            data=body.model_dump(mode="json"),
            dataschema=schema_uri(settings.public_url, message_type),
        )
    except MalformedMessage:
        detail = "What is sent is larger than one message may be (1 MiB); shorten its longest texts."
        raise ApiProblem("body-too-large", detail) from None
