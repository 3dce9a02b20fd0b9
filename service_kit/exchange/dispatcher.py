"""The worker's sending half: claim and commit, post, record and commit. No transaction is held over a call."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.db import Database
from service_kit.documents.store import make_store
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.delivery import attempt_delivery
from service_kit.exchange.document_sending import LeaseLost, Sender
from service_kit.exchange.documents_named import NamedDocument, load_missing, record_uploads
from service_kit.exchange.leases import Claimed, claim_due, release, renew
from service_kit.exchange.links import LinkKeys, LinkUnusable, load_link
from service_kit.exchange.results import Attempt, record_result
from service_kit.exchange.waiting import wait_for
from service_kit.ids import new_id
from service_kit.logs import where_raised
from service_kit.settings import ServiceSettings

log = structlog.get_logger(__name__)

IN_FLIGHT = 512  # over all links; each link has a bound of its own, far lower
GRACE_SECONDS = 20.0
PAUSE_AFTER_ERROR_SECONDS = 1.0


class Dispatcher:
    """Sends what is due to every counterpart, each message in a task of its own: a slow one delays only its stream.

    ``database`` is in the worker's role, which sees the deliveries of all organisations.
    """

    def __init__(self, database: Database, settings: ServiceSettings, client: ExchangeClient) -> None:
        self._id = new_id()
        self._database = database
        self._settings = settings
        self._client = client
        self._documents = Sender(client, make_store(settings), self._renew)
        self._tasks: dict[asyncio.Task[None], Claimed] = {}
        self._wake = asyncio.Event()

    async def run(self, stop: asyncio.Event, *, grace_seconds: float = GRACE_SECONDS) -> None:
        """Send until asked to stop; then claim nothing more, finish what is under way, give back what is left."""
        stopping = asyncio.create_task(_wake_on(stop, self._wake))
        try:
            while not stop.is_set():
                self._wake.clear()
                await self._start_due_or_log()
                await wait_for(self._wake, self._settings.poll_seconds)
        finally:
            stopping.cancel()
            await self._finish(grace_seconds)

    async def drain_once(self) -> int:
        """Send what is due now and wait for the results; give how many were sent."""
        started = await self._start_due()
        if self._tasks:
            await asyncio.wait(self._tasks)
        return started

    async def _start_due_or_log(self) -> None:
        try:
            await self._start_due()
        except Exception as error:  # noqa: BLE001 -- the database may be away for a while: what is in flight goes on
            log.error("exchange_claim_failed", error=type(error).__name__, where=where_raised(error))
            await asyncio.sleep(PAUSE_AFTER_ERROR_SECONDS)

    async def _start_due(self) -> int:
        room = IN_FLIGHT - len(self._tasks)
        if room < 1:
            return 0
        async with self._database.transaction() as session:
            claimed = await claim_due(
                session, worker=self._id, room=room, lease_seconds=self._settings.lease_seconds
            )
            links = await self._load_links(session, claimed)
            missing = await load_missing(session, claimed)
        sendable = [message for message in claimed if (message.organisation_id, message.link_id) in links]
        for message in sendable:
            keys = links[message.organisation_id, message.link_id]
            task = asyncio.create_task(self._send(message, keys, missing.get(message.id, ())))
            self._tasks[task] = message
            task.add_done_callback(self._done)
        return len(sendable)

    async def _load_links(
        self, session: AsyncSession, claimed: Iterable[Claimed]
    ) -> dict[tuple[UUID, UUID], LinkKeys]:
        links = {}
        for organisation_id, link_id in {(message.organisation_id, message.link_id) for message in claimed}:
            try:
                links[organisation_id, link_id] = await load_link(
                    session, organisation_id, link_id, self._settings.key_bytes()
                )
            except (LinkUnusable, ValueError) as error:
                # Its messages stay leased for a minute, which is how long it takes to be tried again.
                log.error("exchange_link_unusable", link_id=str(link_id), error=type(error).__name__)
        return links

    async def _send(self, message: Claimed, keys: LinkKeys, documents: Sequence[NamedDocument]) -> None:
        try:
            attempt: Attempt | None = None
            if documents:
                message, attempt = await self._upload(message, keys, documents)
            attempt = attempt or await attempt_delivery(self._client, message, keys)
            async with self._database.transaction(message.organisation_id) as session:
                ours = await record_result(session, keys, message, attempt)
            _log_attempt(message, attempt, ours=ours)
        except LeaseLost:
            log.info("exchange_lease_lost", message_id=str(message.id), link_id=str(message.link_id))
        except Exception as error:  # noqa: BLE001 -- the lease ends by itself and the message is sent again
            log.error(
                "exchange_attempt_lost",
                message_id=str(message.id),
                link_id=str(message.link_id),
                error=type(error).__name__,
                where=where_raised(error),
            )

    async def _upload(
        self, message: Claimed, keys: LinkKeys, documents: Sequence[NamedDocument]
    ) -> tuple[Claimed, Attempt | None]:
        """Give the counterpart what the message names; the attempt that failed, if one did, is the message's."""
        message, failed = await self._documents.upload_all(message, keys, documents)
        if failed is None:
            async with self._database.transaction(message.organisation_id) as session:
                await record_uploads(session, message)
        return message, failed

    async def _renew(self, message: Claimed) -> datetime | None:
        async with self._database.transaction(message.organisation_id) as session:
            return await renew(session, message, lease_seconds=self._settings.lease_seconds)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        # The next of its stream may go now.
        self._wake.set()

    async def _finish(self, grace_seconds: float) -> None:
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=grace_seconds)
        tokens = [self._tasks[task].lease_token for task in late]
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if tokens:
            async with self._database.transaction() as session:
                await release(session, tokens)


async def _wake_on(stop: asyncio.Event, wake: asyncio.Event) -> None:
    await stop.wait()
    wake.set()


def _log_attempt(message: Claimed, attempt: Attempt, *, ours: bool) -> None:
    log.info(
        "exchange_attempt" if ours else "exchange_attempt_late",
        organisation_id=str(message.organisation_id),
        link_id=str(message.link_id),
        message_id=str(message.id),
        type=message.type,
        number=message.number,
        result=attempt.outcome,
        http_status=attempt.http_status,
        problem=attempt.verdict.problem,
        duration_ms=attempt.duration_ms,
        correlation_id=message.correlation_id,
    )
