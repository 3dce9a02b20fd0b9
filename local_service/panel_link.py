"""The organisation's link to the Panel, and what is sent on it."""

from collections.abc import Collection
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select

from local_service.cases.models import Case, CaseStatus
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.exchange.models import Link, LinkState
from service_kit.exchange.outbox import schema_uri, send_message
from service_kit.moves import Refusal, refuse
from service_kit.problems import ApiProblem
from shared_schemas.exchange.ijson import MalformedMessage

NO_LINK = Refusal("This organisation has no link to the Panel yet; an administrator adds it.")

WITHDRAWN = Refusal(
    "The notification was withdrawn: nothing more is sent. A new case may refer to this one.",
    "Children Act 2004 s16C(1)",
)


async def send_to_panel(
    acting: Acting,
    settings: LocalSettings,
    case: Case,
    message_type: str,
    body: BaseModel,
    *,
    documents: Collection[UUID] = (),
) -> UUID:
    """Put a message about a case into the outbox, in this transaction; give its id. ``documents`` go before it.

    Raises 409 for a case that is withdrawn and without a link to the Panel, 413 where the whole would be larger than a message may be.
    """
    if case.status == CaseStatus.WITHDRAWN:
        refuse(WITHDRAWN)
    try:
        return await send_message(
            acting,
            link=await _link_to_panel(acting),
            subject=str(case.exchange_reference),
            type=message_type,
            data=body.model_dump(mode="json"),
            dataschema=schema_uri(settings.public_url, message_type),
            documents=documents,
        )
    except MalformedMessage:
        detail = "What is recorded is larger than one message may be (1 MiB); shorten its longest texts."
        raise ApiProblem("body-too-large", detail) from None


async def _link_to_panel(acting: Acting) -> UUID:
    statement = select(Link.id).where(
        Link.organisation_id == acting.organisation_id, Link.state == LinkState.ACTIVE.value
    )
    links = (await acting.session.execute(statement)).scalars().all()
    if len(links) != 1:
        refuse(NO_LINK)
    return links[0]
