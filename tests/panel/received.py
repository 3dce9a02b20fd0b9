"""What a partnership sent, taken up as the exchange hands it over: in one transaction, as the exchange's own caller."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select

from panel_service.messages import MESSAGE_TYPES
from panel_service.partnerships.service import register_partnership
from service_kit.acting import Acting
from service_kit.administration import Peer, owner_session, register_peer
from service_kit.db import set_tenant
from service_kit.exchange.message_types import ReceivedMessage, read_data
from service_kit.identity import Caller as ActingCaller
from service_kit.ids import new_id
from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.keys import new_signing_key, write_public_key
from shared_schemas.messages import examples
from shared_schemas.messages.catalogue import FROM_LOCAL
from shared_schemas.messages.local import NOTIFICATION
from tests.support.services import Service

EXAMPLES: Mapping[str, Mapping[str, Any]] = {entry.name: entry.example for entry in FROM_LOCAL}


@dataclass
class Sender:
    """A partnership with a link to the Panel, and how many messages it sent about each case."""

    panel: Service
    organisation_id: UUID
    party: UUID
    link: UUID
    sent: dict[UUID, int] = field(default_factory=dict)

    async def send(self, message_type: str, subject: UUID, **changes: Any) -> UUID:
        """Take up an example of this type, changed so; give the message's id."""
        number = self.sent[subject] = self.sent.get(subject, 0) + 1
        async with self.panel.worker.transaction() as session:
            now = await set_tenant(session, self.organisation_id)
            stored_at = (await session.execute(select(func.now()))).scalar_one()
            message = ReceivedMessage(
                id=new_id(),
                link_id=self.link,
                counterpart_party=self.party,
                subject=str(subject),
                type=message_type,
                number=number,
                seen=0,
                time=stored_at,
                data=read_data(MESSAGE_TYPES[message_type].body, {**EXAMPLES[message_type], **changes}),
                stored_at=stored_at,
                reference=str(uuid4()),
                hash="0" * 64,
            )
            await MESSAGE_TYPES[message_type].apply(Acting(session, self._exchange(), now), message)
        return message.id

    async def notify(self, **changes: Any) -> UUID:
        """Notify a new case; give its exchange reference."""
        subject = uuid4()
        await self.send(NOTIFICATION, subject, **changes)
        return subject

    def _exchange(self) -> ActingCaller:
        return ActingCaller(
            organisation_id=self.organisation_id,
            organisation_code="panel",
            organisation_name="Panel",
            principal_id=None,
            principal_name="exchange",
            is_person=False,
            roles=frozenset(),
            purpose="exchange",
        )


async def connect(panel: Service, organisation: str = "first", code: str | None = None) -> Sender:
    """Register a partnership as an operator would; by the code of one that is registered, link that one."""
    party, link = uuid4(), uuid4()
    peer = Peer(
        organisation_code=organisation,
        party=party_urn(party),
        code=code or f"partnership-{party}",
        name="Eastshire Safeguarding Children Partnership",
        link=link,
        address="https://eastshire.example",
        public_key=write_public_key(new_signing_key().public_key()),
    )
    organisation_id = await panel.organisation(organisation)
    async with owner_session(panel.settings) as session:
        await register_peer(session, panel.settings, peer, register_partnership)
    return Sender(panel, organisation_id, party, link)


def incident(**changes: Any) -> dict[str, Any]:
    """Give the example's incident, changed so."""
    return {**examples.INCIDENT, **changes}
