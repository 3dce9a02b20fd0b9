"""Sending to the Panel: the one link a partnership has."""

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select

from local_service.cases.models import Case
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.exchange.models import Link, LinkState
from service_kit.exchange.outbox import schema_uri, send_message
from service_kit.problems import ApiProblem


async def send_to_panel(
    acting: Acting, settings: LocalSettings, case: Case, message_type: str, body: BaseModel
) -> UUID:
    """Put a message about a case into the outbox, in this transaction; give its id.

    Raises 409 ``move-not-allowed`` where the partnership is not connected to the Panel yet.
    """
    return await send_message(
        acting,
        link=await _panel_link(acting),
        subject=str(case.exchange_reference),
        type=message_type,
        data=body.model_dump(mode="json"),
        dataschema=schema_uri(settings.public_url, message_type),
    )


async def _panel_link(acting: Acting) -> UUID:
    statement = select(Link.id).where(
        Link.organisation_id == acting.organisation_id, Link.state == LinkState.ACTIVE
    )
    links = (await acting.session.execute(statement)).scalars().all()
    if len(links) != 1:
        raise ApiProblem(
            "move-not-allowed",
            "This partnership has no link to the Panel, or more than one: an operator must set up one.",
            allowed=[],
        )
    return links[0]
