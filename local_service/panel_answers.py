"""Answers to what the Panel sent, on the link and about the subject on which it came."""

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select

from local_service.cases.models import Case
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.exchange.outbox import schema_uri, send_message
from service_kit.problems import ApiProblem
from shared_schemas.exchange.ijson import MalformedMessage


async def answer_panel(
    acting: Acting, settings: LocalSettings, *, link: UUID, subject: UUID, message_type: str, body: BaseModel
) -> UUID:
    """Put an answer into the outbox, in this transaction; give its id.

    Raises 413 where the whole would be larger than a message may be.
    """
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
        detail = "What is answered is larger than one message may be (1 MiB); shorten its longest texts."
        raise ApiProblem("body-too-large", detail) from None


async def case_of_subject(acting: Acting, subject: UUID) -> Case | None:
    """Give the case that both services know by this reference, if it is one."""
    statement = select(Case).where(
        Case.organisation_id == acting.organisation_id, Case.exchange_reference == subject
    )
    return (await acting.session.execute(statement)).scalar_one_or_none()
