"""Where a message stands in what the counterpart signed when both sides were last found equal."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.exchange.links import LinkKeys
from service_kit.exchange.models import ExchangeKey, InboundMessage, KeyKind, OutboundMessage
from service_kit.exchange.reconciling.models import Reconciliation
from service_kit.exchange.reconciling.sets import Side, list_whole_day
from shared_schemas.exchange.merkle import inclusion_ranges, leaf_hash, message_leaf, proof_over, root_of
from shared_schemas.exchange.proofs import Agreed, ProofStatement
from shared_schemas.exchange.summaries import Summary, SummaryDirection, SummaryRejected, open_summary

COMPARISONS_LOOKED_AT = 5  # the newest equal ones: a message that came late changed its day since


class Agreement:
    """Finds the counterpart's statements that contain messages, and keeps those that are used."""

    def __init__(self, session: AsyncSession, organisation_id: UUID) -> None:
        self._session = session
        self._organisation_id = organisation_id
        self.statements: list[ProofStatement] = []
        self._days: dict[tuple[UUID, SummaryDirection, date], list[tuple[UUID, bytes]]] = {}

    async def find(
        self,
        keys: LinkKeys,
        message: OutboundMessage | InboundMessage,
        direction: SummaryDirection,
        *,
        also: str | None = None,
    ) -> Agreed | None:
        """Give a message's place in a statement whose day is as it is here now; none where there is no such one.

        ``also`` is a statement to look at first: that by which a lost message was known again.
        """
        day = message.written_on
        leaves = await self._leaves(keys, direction, day)
        index = next((place for place, (found, _) in enumerate(leaves) if found == message.id), None)
        if index is None:
            return None
        hashes = [leaf for _, leaf in leaves]
        root = root_of(hashes).hex()
        for note in [*([also] if also else []), *await self._notes(keys, direction, day)]:
            summary = await self._open(keys, note, direction.opposite)
            told = summary.of(day) if summary else None
            if told is not None and (told.count, told.root) == (len(hashes), root):
                path = proof_over(hashes, inclusion_ranges(index, len(hashes)))
                return Agreed(
                    statement=self._keep(keys, note, direction.opposite),
                    day=day.isoformat(),
                    index=index,
                    path=[node.hex() for node in path],
                )
        return None

    def _keep(self, keys: LinkKeys, note: str, direction: SummaryDirection) -> int:
        statement = ProofStatement(link=keys.link_id, direction=direction, note=note)
        if statement not in self.statements:
            self.statements.append(statement)
        return self.statements.index(statement)

    async def _leaves(
        self, keys: LinkKeys, direction: SummaryDirection, day: date
    ) -> list[tuple[UUID, bytes]]:
        place = (keys.link_id, direction, day)
        if place not in self._days:
            side = Side(self._organisation_id, keys.link_id, direction)
            listed = await list_whole_day(self._session, side, day)
            self._days[place] = [
                (message_id, leaf_hash(message_leaf(message_id, listed[message_id].hash)))
                for message_id in sorted(listed)
            ]
        return self._days[place]

    async def _notes(self, keys: LinkKeys, direction: SummaryDirection, day: date) -> Sequence[str]:
        sent = direction is SummaryDirection.SENT
        notes = Reconciliation.received_summaries if sent else Reconciliation.sent_summaries
        statement = (
            select(notes)
            .where(
                Reconciliation.organisation_id == self._organisation_id,
                Reconciliation.link_id == keys.link_id,
                Reconciliation.sent_equal if sent else Reconciliation.received_equal,
                or_(Reconciliation.first_day.is_(None), Reconciliation.first_day <= day),
            )
            .order_by(Reconciliation.id.desc())
            .limit(COMPARISONS_LOOKED_AT)
        )
        return [note for row in (await self._session.execute(statement)).scalars() for note in row]

    async def _open(self, keys: LinkKeys, note: str, direction: SummaryDirection) -> Summary | None:
        try:
            return open_summary(
                note,
                link=keys.link_id,
                party=keys.counterpart_party,
                direction=direction,
                public_keys=await self._keys_ever(keys.counterpart_party),
            )
        except SummaryRejected:
            return None

    async def _keys_ever(self, party: UUID) -> list[Ed25519PublicKey]:
        statement = select(ExchangeKey.public_key).where(
            ExchangeKey.organisation_id == self._organisation_id,
            ExchangeKey.party == party,
            ExchangeKey.kind == KeyKind.SIGNING,
        )
        found = (await self._session.execute(statement)).scalars()
        return [Ed25519PublicKey.from_public_bytes(raw) for raw in found]
