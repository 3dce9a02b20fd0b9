"""The worker's sending half for endpoints: claim and commit, post, record and commit. No call holds a transaction."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.db import Database
from service_kit.exchange.answers import Answer, Outcome, Verdict, classify_status
from service_kit.exchange.client import ExchangeClient, NoAnswer
from service_kit.exchange.kept_answers import kept_answer
from service_kit.exchange.waiting import wait_for
from service_kit.logs import where_raised
from service_kit.settings import ServiceSettings
from service_kit.webhooks.keys import good_keys, open_keys
from service_kit.webhooks.leases import Claimed, claim_due, release
from service_kit.webhooks.models import WebhookSubscription
from service_kit.webhooks.results import Attempt, record_result
from shared_schemas.exchange.headers import MESSAGE_MEDIA_TYPE
from shared_schemas.exchange.signatures import signed_headers

log = structlog.get_logger(__name__)

IN_FLIGHT = 512  # over all subscriptions; each has a bound of its own, far lower
GRACE_SECONDS = 20.0
PAUSE_AFTER_ERROR_SECONDS = 1.0


@dataclass(frozen=True)
class Endpoint:
    """Where a subscription's deliveries go, and what signs them. The keys are open: it is never logged."""

    url: str
    allowed_networks: tuple[str, ...]
    private_keys: Sequence[Ed25519PrivateKey]
    secrets: Sequence[bytes]

    def __repr__(self) -> str:
        return "Endpoint()"


class WebhookSender:
    """Sends what is due to every endpoint, each delivery in a task of its own: a slow one delays nobody else's.

    ``database`` is in the worker's role, which sees the deliveries of all organisations.
    """

    def __init__(self, database: Database, settings: ServiceSettings, client: ExchangeClient) -> None:
        self._database = database
        self._settings = settings
        self._client = client
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
            log.error("webhook_claim_failed", error=type(error).__name__, where=where_raised(error))
            await asyncio.sleep(PAUSE_AFTER_ERROR_SECONDS)

    async def _start_due(self) -> int:
        room = IN_FLIGHT - len(self._tasks)
        if room < 1:
            return 0
        async with self._database.transaction() as session:
            claimed = await claim_due(session, room=room, lease_seconds=self._settings.lease_seconds)
            endpoints = await self._load_endpoints(session, claimed) if claimed else {}
        sendable = [delivery for delivery in claimed if delivery.subscription_id in endpoints]
        for delivery in sendable:
            task = asyncio.create_task(self._send(delivery, endpoints[delivery.subscription_id]))
            self._tasks[task] = delivery
            task.add_done_callback(self._done)
        return len(sendable)

    async def _load_endpoints(
        self, session: AsyncSession, claimed: Sequence[Claimed]
    ) -> dict[UUID, Endpoint]:
        owners = {delivery.organisation_id for delivery in claimed}
        ids = {delivery.subscription_id for delivery in claimed}
        statement = select(WebhookSubscription).where(
            WebhookSubscription.organisation_id.in_(owners), WebhookSubscription.id.in_(ids)
        )
        keys = await good_keys(session, owners, ids)
        found: dict[UUID, Endpoint] = {}
        for subscription in (await session.execute(statement)).scalars():
            try:
                opened = open_keys(keys.get(subscription.id, []), self._settings.key_bytes())
            except ValueError as error:
                # Its deliveries stay leased for a minute, which is how long it takes to be tried again.
                log.error(
                    "webhook_key_unusable",
                    organisation_id=str(subscription.organisation_id),
                    error=type(error).__name__,
                )
                continue
            found[subscription.id] = Endpoint(subscription.url, tuple(subscription.allowed_networks), *opened)
        return found

    async def _send(self, delivery: Claimed, endpoint: Endpoint) -> None:
        try:
            attempt = await attempt_delivery(self._client, delivery, endpoint)
            async with self._database.transaction(delivery.organisation_id) as session:
                ours = await record_result(session, delivery, attempt)
            _log_attempt(delivery, attempt, ours=ours)
        except Exception as error:  # noqa: BLE001 -- the lease ends by itself and the event is sent again
            log.error(
                "webhook_attempt_lost",
                message_id=str(delivery.id),
                error=type(error).__name__,
                where=where_raised(error),
            )

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        # The next of its subscription may go now.
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


async def attempt_delivery(client: ExchangeClient, delivery: Claimed, endpoint: Endpoint) -> Attempt:
    """Post a claimed delivery's bytes, signed afresh; any 2xx is delivery. No answer is an outcome, not an error."""
    started = time.monotonic()
    answer: Answer | None = None
    try:
        answer = await client.post(
            endpoint.url,
            "",
            delivery.body,
            _headers(delivery, endpoint),
            allowed_networks=endpoint.allowed_networks,
        )
        verdict = _judge(answer, delivery)
        outcome = verdict.outcome.value
    except NoAnswer as fault:
        verdict, outcome = Verdict(Outcome.DESTINATION_FAULT), fault.kind
    return Attempt(
        started_at=delivery.claimed_at,
        duration_ms=round((time.monotonic() - started) * 1000),
        kind=verdict.outcome,
        outcome=outcome,
        http_status=answer.status if answer else None,
        wait=verdict.wait,
        # It was sent ids and codes: who echoes them tells nothing.
        answer=kept_answer(answer, ()) if answer and verdict.outcome is not Outcome.DELIVERED else None,
    )


def _judge(answer: Answer, delivery: Claimed) -> Verdict:
    if 200 <= answer.status < 300:
        return Verdict(Outcome.DELIVERED)
    return classify_status(answer, delivery.claimed_at) or Verdict(Outcome.DESTINATION_FAULT)


def _headers(delivery: Claimed, endpoint: Endpoint) -> dict[str, str]:
    # The time of the claim is this database's, a moment ago: the host's own clock decides nothing.
    headers = signed_headers(
        delivery.body,
        message_id=str(delivery.id),
        now=delivery.claimed_at,
        private_keys=endpoint.private_keys,
        secrets=endpoint.secrets,
    )
    return {**headers, "Content-Type": MESSAGE_MEDIA_TYPE}


async def _wake_on(stop: asyncio.Event, wake: asyncio.Event) -> None:
    await stop.wait()
    wake.set()


def _log_attempt(delivery: Claimed, attempt: Attempt, *, ours: bool) -> None:
    log.info(
        "webhook_attempt" if ours else "webhook_attempt_late",
        organisation_id=str(delivery.organisation_id),
        message_id=str(delivery.id),
        type=delivery.type,
        result=attempt.outcome,
        http_status=attempt.http_status,
        duration_ms=attempt.duration_ms,
    )
