"""The worker's sending half: claim and commit, post, record and commit. No transaction is held over a call."""

import asyncio
import time
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.db import Database
from service_kit.documents.store import make_store
from service_kit.exchange.batch_delivery import attempt_batch
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.delivery import attempt_delivery
from service_kit.exchange.document_sending import LeaseLost, Sender
from service_kit.exchange.documents_named import load_missing, record_uploads
from service_kit.exchange.lanes import Lane, Waiting
from service_kit.exchange.leases import Claimed, claim_due, release, renew
from service_kit.exchange.links import LinkKeys, LinkUnusable, load_link
from service_kit.exchange.recording import Recorder
from service_kit.exchange.results import Attempt, Finished
from service_kit.exchange.waiting import wait_for
from service_kit.ids import new_id
from service_kit.logs import where_raised
from service_kit.settings import ServiceSettings

log = structlog.get_logger(__name__)

LEASED_MAX = 512  # over all links; each link has a bound of its own, far lower
GRACE_SECONDS = 20.0
PAUSE_AFTER_ERROR_SECONDS = 1.0


class Dispatcher:
    """Sends what is due to every counterpart, each request in a task of its own: a slow one delays only its stream.

    ``database`` is in the worker's role, which sees the deliveries of all organisations.
    """

    def __init__(self, database: Database, settings: ServiceSettings, client: ExchangeClient) -> None:
        self._id = new_id()
        self._database = database
        self._settings = settings
        self._client = client
        self._documents = Sender(client, make_store(settings), self._renew)
        self._recorder = Recorder(database, lease_seconds=settings.lease_seconds, settled=self._settled)
        # One for each link, kept while empty: how quickly its counterpart answers is not learned anew each time.
        self._lanes: dict[tuple[UUID, UUID], Lane] = {}
        # By lease token: a message may be leased here anew while an attempt under its old token still runs.
        self._leased: dict[UUID, Claimed] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._stopping = False

    def wake(self) -> None:
        """Look for what is due now: a hint, which may come too often or not at all."""
        self._wake.set()

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
        while under_way := self._under_way():
            await asyncio.wait(under_way)
        return started

    def _under_way(self) -> set[asyncio.Task[None]]:
        recording = self._recorder.task
        return self._tasks | ({recording} if recording is not None and not recording.done() else set())

    async def _start_due_or_log(self) -> None:
        try:
            await self._start_due()
        except Exception as error:  # noqa: BLE001 -- the database may be away for a while: what is in flight goes on
            log.error("exchange_claim_failed", error=type(error).__name__, where=where_raised(error))
            await asyncio.sleep(PAUSE_AFTER_ERROR_SECONDS)

    async def _start_due(self) -> int:
        room = LEASED_MAX - len(self._leased)
        if room < 1:
            return 0
        async with self._database.transaction() as session:
            claimed = await claim_due(
                session,
                worker=self._id,
                room=room,
                lease_seconds=self._settings.lease_seconds,
                windows={link_id: lane.window for (_, link_id), lane in self._lanes.items()},
            )
            links = await self._load_links(session, claimed)
            missing = await load_missing(session, claimed)
        sendable = [message for message in claimed if (message.organisation_id, message.link_id) in links]
        for message in sendable:
            key = message.organisation_id, message.link_id
            lane = self._lanes.setdefault(key, Lane(links[key]))
            # Read anew at each claim, so that a changed address or key counts from then on.
            lane.keys = links[key]
            lane.waiting.append(Waiting(message, missing.get(message.id, ())))
            lane.leased += 1
            self._leased[message.lease_token] = message
        for key in links:
            if key in self._lanes:
                self._start_requests(self._lanes[key])
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

    def _start_requests(self, lane: Lane) -> None:
        while not self._stopping and (together := lane.next_request()):
            task = asyncio.create_task(self._send(lane, lane.keys, together))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, lane: Lane, keys: LinkKeys, together: list[Waiting]) -> None:
        try:
            timely = [one for one in together if self._has_time(one.message)]
            self._let_go([one.message for one in together if one not in timely])
            if timely:
                self._recorder.add(Finished(keys, await self._attempt(keys, timely)))
        except LeaseLost:
            log.info("exchange_lease_lost", link_id=str(keys.link_id), count=len(together))
            self._let_go([one.message for one in together])
        except Exception as error:  # noqa: BLE001 -- the lease ends by itself and the message is sent again
            log.error(
                "exchange_attempt_lost",
                link_id=str(keys.link_id),
                count=len(together),
                error=type(error).__name__,
                where=where_raised(error),
            )
            self._let_go([one.message for one in together])
        finally:
            lane.requests -= 1
            self._start_requests(lane)

    def _has_time(self, message: Claimed) -> bool:
        """Whether an attempt that begins now ends under its lease: after a long stop of the process it would not."""
        used = time.monotonic() - message.claimed
        return used + self._settings.attempt_seconds < self._settings.lease_seconds or used < 1

    async def _attempt(self, keys: LinkKeys, together: list[Waiting]) -> list[tuple[Claimed, Attempt]]:
        if len(together) > 1:
            messages = [one.message for one in together]
            return list(zip(messages, await attempt_batch(self._client, messages, keys), strict=True))
        message, failed = together[0].message, None
        if together[0].documents:
            message, failed = await self._upload(together[0], keys)
        return [(message, failed or await attempt_delivery(self._client, message, keys))]

    async def _upload(self, waiting: Waiting, keys: LinkKeys) -> tuple[Claimed, Attempt | None]:
        """Give the counterpart what the message names; the attempt that failed, if one did, is the message's."""
        message, failed = await self._documents.upload_all(waiting.message, keys, waiting.documents)
        if failed is None:
            async with self._database.transaction(message.organisation_id) as session:
                await record_uploads(session, message)
        return message, failed

    async def _renew(self, message: Claimed) -> datetime | None:
        async with self._database.transaction(message.organisation_id) as session:
            return await renew(session, message, lease_seconds=self._settings.lease_seconds)

    def _settled(self, message: Claimed, attempt: Attempt | None) -> None:
        """A message's result is recorded, or given up: the next of its stream may go now."""
        if self._leased.pop(message.lease_token, None) is None:
            return
        answered = attempt is not None and attempt.verdict.authentic
        self._lanes[message.organisation_id, message.link_id].settle(
            answered_in_ms=attempt.duration_ms if attempt is not None and answered else None
        )
        self._wake.set()

    def _let_go(self, messages: Iterable[Claimed]) -> None:
        for message in messages:
            self._settled(message, None)

    async def _finish(self, grace_seconds: float) -> None:
        self._stopping = True
        await self._give_back([one.message for lane in self._lanes.values() for one in lane.waiting])
        for lane in self._lanes.values():
            lane.waiting.clear()
        ends = time.monotonic() + grace_seconds
        while (under_way := self._under_way()) and (left := ends - time.monotonic()) > 0:
            await asyncio.wait(under_way, timeout=left)
        late = self._under_way()
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        await self._give_back(list(self._leased.values()))

    async def _give_back(self, messages: list[Claimed]) -> None:
        if not messages:
            return
        try:
            async with self._database.transaction() as session:
                await release(session, [message.lease_token for message in messages])
        except Exception as error:  # noqa: BLE001 -- the leases end by themselves; what is under way must still be finished
            log.error("exchange_release_failed", error=type(error).__name__, where=where_raised(error))
        for message in messages:
            self._leased.pop(message.lease_token, None)


async def _wake_on(stop: asyncio.Event, wake: asyncio.Event) -> None:
    await stop.wait()
    wake.set()
