"""Walking down a day that differs: message by message, judged again before anything is done."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from service_kit.db import Database
from service_kit.exchange.answers import Outcome, Sent, classify_answer
from service_kit.exchange.asking import Asker, QuestionRefused
from service_kit.exchange.models import OutboundMessage
from service_kit.exchange.reconciling.comparing import (
    Finding,
    differences_of_received,
    differences_of_sent,
)
from service_kit.exchange.reconciling.healing import heal_sent, raise_unhealable, take_as_held
from service_kit.exchange.reconciling.models import FindingKind
from service_kit.exchange.reconciling.sets import Side, find_sent, list_whole_day
from service_kit.exchange.reconciling.theirs import ask_patiently, their_day
from shared_schemas.exchange.headers import MESSAGE_MEDIA_TYPE
from shared_schemas.exchange.reconciling import REDELIVERIES_MAX, Listed, RedeliveriesAnswer
from shared_schemas.exchange.summaries import SummaryDirection


class Walker:
    """Walks the days of one link. ``epoch`` is the counterpart's: every statement of it must name it."""

    def __init__(self, database: Database, asker: Asker, epoch: datetime) -> None:
        self.asker = asker
        self.epoch = epoch
        self._database = database

    async def walk(self, direction: SummaryDirection, day: date) -> tuple[list[Finding], str]:
        """List a day on both sides, heal what differs; give the findings and the counterpart's statement of the day.

        Raises ``QuestionRefused``, ``StatementRefused``.
        """
        if direction is SummaryDirection.SENT:
            return await self._walk_sent(day)
        return await self._walk_received(day)

    async def _walk_sent(self, day: date) -> tuple[list[Finding], str]:
        before = await self._list(SummaryDirection.SENT, day)
        theirs = await their_day(self.asker, SummaryDirection.RECEIVED, day, self.epoch)
        keys = self.asker.keys
        async with self._database.transaction(keys.organisation_id) as session:
            ids = before.keys() | theirs.messages.keys()
            stands = await find_sent(session, keys.organisation_id, keys.link_id, ids)
            findings = differences_of_sent(day, before.keys(), theirs.messages, stands)
            await heal_sent(session, keys, findings)
        for finding in findings:
            if finding.kind == FindingKind.GIVEN_UP_BUT_HELD and finding.message_id is not None:
                await self._fetch_receipt(finding.message_id)
        return findings, theirs.note

    async def _fetch_receipt(self, message_id: UUID) -> None:
        """Post a message that was given up, for the receipt of what is held: to the counterpart it is a duplicate."""
        keys = self.asker.keys
        async with self._database.transaction(keys.organisation_id) as session:
            columns = select(OutboundMessage.body, OutboundMessage.hash)
            row = (
                await session.execute(
                    columns.where(
                        OutboundMessage.organisation_id == keys.organisation_id,
                        OutboundMessage.link_id == keys.link_id,
                        OutboundMessage.id == message_id,
                    )
                )
            ).one()
        if row.body is None:
            return
        try:
            answer = await self.asker.post(
                "/messages", row.body, MESSAGE_MEDIA_TYPE, webhook_id=str(message_id)
            )
        except QuestionRefused:
            return  # the next comparison finds it again
        sent = Sent(message_id, row.hash, keys.link_id, keys.counterpart_party, keys.counterpart_keys)
        verdict = classify_answer(answer, sent, self.asker.time())
        if verdict.outcome != Outcome.DELIVERED or verdict.receipt is None or verdict.note is None:
            return
        async with self._database.transaction(keys.organisation_id) as session:
            await take_as_held(session, keys, message_id, verdict.receipt, verdict.note)

    async def _walk_received(self, day: date) -> tuple[list[Finding], str]:
        theirs = await their_day(self.asker, SummaryDirection.SENT, day, self.epoch)
        ours = await self._list(SummaryDirection.RECEIVED, day)
        difference = differences_of_received(theirs.messages, ours)

        def named(kind: FindingKind, ids: Sequence[UUID]) -> list[Finding]:
            return [Finding(kind, SummaryDirection.RECEIVED, day, message_id) for message_id in ids]

        findings = named(FindingKind.RECEIVER_LACKS, difference.lacking)
        findings += named(FindingKind.HASHES_DIFFER, difference.different)
        await self._ask_again(difference.lacking, held=False)
        # Which of those held here are only on their way, the counterpart alone can tell.
        for answer in await self._ask_again(difference.without_receipt, held=True):
            findings += named(FindingKind.RECEIPT_MISSING, answer.queued)
            findings += named(FindingKind.GIVEN_UP_BUT_HELD, answer.settling)
            findings += named(FindingKind.UNKNOWN_TO_SENDER, answer.unknown)
        if findings:
            keys = self.asker.keys
            async with self._database.transaction(keys.organisation_id) as session:
                await raise_unhealable(session, keys, findings)
        return findings, theirs.note

    async def _ask_again(self, ids: Sequence[UUID], *, held: bool) -> list[RedeliveriesAnswer]:
        answers = []
        for start in range(0, len(ids), REDELIVERIES_MAX):
            wanted = [str(message_id) for message_id in ids[start : start + REDELIVERIES_MAX]]
            content = {"ids": wanted, "held": held}
            answers.append(await ask_patiently(self.asker, "/redeliveries", content, RedeliveriesAnswer))
        return answers

    async def _list(self, direction: SummaryDirection, day: date) -> dict[UUID, Listed]:
        keys = self.asker.keys
        side = Side(keys.organisation_id, keys.link_id, direction)
        async with self._database.transaction(keys.organisation_id) as session:
            return await list_whole_day(session, side, day)
