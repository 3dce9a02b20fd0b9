"""The collector's half, in the worker: ask, verify, take each message as if it had been pushed, send the receipts."""

import asyncio
import random
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, text, update

from service_kit.db import Database
from service_kit.exchange.alerts import AlertKind, clear_alerts, raise_alert
from service_kit.exchange.answers import Answer, problem_name, read_problem
from service_kit.exchange.asking import Asker, QuestionRefused
from service_kit.exchange.batch_inbox import Taken, take_batch
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.collecting.models import Collection
from service_kit.exchange.inbox import Arrival
from service_kit.exchange.message_types import ReceivingSetup
from service_kit.exchange.opening import OpenLink, open_link
from service_kit.exchange.waiting import wait_for
from service_kit.logs import where_raised
from service_kit.problems import ApiProblem
from service_kit.settings import ServiceSettings
from shared_schemas.exchange.batches import FRAME_BYTES
from shared_schemas.exchange.headers import (
    BATCH_MEDIA_TYPE,
    WEBHOOK_ID,
    WEBHOOK_SIGNATURE,
    WEBHOOK_TIMESTAMP,
)
from shared_schemas.exchange.limits import BODY_MAX_BYTES
from shared_schemas.exchange.signatures import SignatureRejected, verify

log = structlog.get_logger(__name__)

# One worker at a time asks on a link; one that was killed holds it no longer than this.
LEASE_SECONDS = 120.0
DRAIN_SECONDS = 60.0
FIRST_BACK_OFF_SECONDS = 5.0
LONGEST_BACK_OFF_SECONDS = 900.0
LINKS_AT_ONCE = 8
ANSWER_MAX_BYTES = BODY_MAX_BYTES + FRAME_BYTES
PAUSE_SECONDS = 1.0

CLAIM = text("""
    WITH due AS (
        SELECT c.organisation_id, c.id
          FROM exchange_collections c
          JOIN exchange_links l ON l.organisation_id = c.organisation_id AND l.id = c.link_id
         WHERE c.next_at <= now() AND l.state = 'active'
         ORDER BY c.next_at
         LIMIT :links
           FOR UPDATE OF c SKIP LOCKED
    )
    UPDATE exchange_collections c SET next_at = now() + make_interval(secs => :lease)
      FROM due WHERE c.organisation_id = due.organisation_id AND c.id = due.id
    RETURNING c.organisation_id, c.id, c.link_id, c.faults_in_a_row
""")


@dataclass(frozen=True)
class Claim:
    """A link that this worker collects on now."""

    organisation_id: UUID
    id: UUID
    link_id: UUID
    faults_in_a_row: int


class Collector:
    """Collects on every link that is due. ``database`` is in the worker's role, which sees all organisations' links."""

    def __init__(
        self, database: Database, settings: ServiceSettings, client: ExchangeClient, setup: ReceivingSetup
    ) -> None:
        self._database = database
        self._settings = settings
        self._client = client
        self._setup = setup

    async def run(self, stop: asyncio.Event) -> None:
        """Collect until asked to stop."""
        while not stop.is_set():
            if not await self.collect_due():
                await wait_for(stop, max(PAUSE_SECONDS, self._settings.poll_seconds))

    async def collect_due(self) -> int:
        """Collect on the links that are due; give how many messages came."""
        async with self._database.transaction() as session:
            values = {"links": LINKS_AT_ONCE, "lease": LEASE_SECONDS}
            claims = [Claim(*row) for row in await session.execute(CLAIM, values)]
        return sum(await asyncio.gather(*(self._collect(claim) for claim in claims)))

    async def _collect(self, claim: Claim) -> int:
        """Collect on one link until nothing is due; what goes wrong is written down, and tried again later."""
        came, until = 0, time.monotonic() + DRAIN_SECONDS
        try:
            while time.monotonic() < until:
                some = await self._collect_once(claim)
                came += some
                if not some:
                    break
            await self._note(claim, None, None)
        except QuestionRefused as fault:
            await self._note(claim, fault.kind, fault.status)
        except Exception as error:  # noqa: BLE001 -- one link's fault must not keep the others from being asked
            log.error(
                "exchange_collecting_failed",
                link_id=str(claim.link_id),
                error=type(error).__name__,
                where=where_raised(error),
            )
            await self._note(claim, "failed", None)
        return came

    async def _collect_once(self, claim: Claim) -> int:
        """Ask once, take what came, send its receipts; give how many messages came."""
        async with self._database.transaction() as session:
            opened = await open_link(session, claim.link_id, self._setup.key_bytes)
        asker = Asker.at(self._client, opened.keys, opened.database_time)
        answer = await asker.post("/collections", b"{}", answer_max=ANSWER_MAX_BYTES)
        if answer.status == 204:
            return 0
        arrival = _read(answer, asker, opened)
        try:
            taken = await take_batch(self._database, self._setup, arrival, opened)
        except ApiProblem as problem:
            raise QuestionRefused(problem.problem_type.name, answer.status) from None
        await asker.ask("/receipts", taken.answer(None).model_dump())
        _log_collected(claim, taken)
        return len(taken.lines) + len(taken.problems)

    async def _note(self, claim: Claim, fault: str | None, http_status: int | None) -> None:
        """Write down how it went and when to ask next."""
        values: dict[str, Any]
        if fault is None:
            wait = timedelta(seconds=self._settings.collect_seconds)
            values = {"faults_in_a_row": 0, "last_fault": None, "last_at": func.now()}
        else:
            wait = back_off(claim.faults_in_a_row + 1, random.random())  # noqa: S311 -- spreads load, protects nothing
            values = {"faults_in_a_row": claim.faults_in_a_row + 1, "last_fault": fault}
            log.warning(
                "exchange_collecting_refused",
                link_id=str(claim.link_id),
                problem=fault,
                http_status=http_status,
                seconds=round(wait.total_seconds()),
            )
        async with self._database.transaction(claim.organisation_id) as session:
            await session.execute(
                update(Collection)
                .where(Collection.organisation_id == claim.organisation_id, Collection.id == claim.id)
                .values(next_at=func.now() + wait, **values)
                .execution_options(synchronize_session=False)
            )
            kind = AlertKind.DESTINATION_ANSWERS_WRONGLY
            if fault is None and claim.faults_in_a_row:
                await clear_alerts(session, claim.organisation_id, kind, link_id=claim.link_id)
            elif fault is not None and http_status is not None and http_status not in {429, 503}:
                detail = {"http_status": http_status}
                await raise_alert(session, claim.organisation_id, kind, link_id=claim.link_id, detail=detail)


def back_off(faults: int, jitter: float) -> timedelta:
    """How long to leave the counterpart alone after so many faults in a row (1 or more); ``jitter`` is from 0 to 1."""
    seconds = min(FIRST_BACK_OFF_SECONDS * 2.0 ** min(faults - 1, 16), LONGEST_BACK_OFF_SECONDS)
    return timedelta(seconds=seconds * (0.8 + 0.4 * jitter))


def _read(answer: Answer, asker: Asker, opened: OpenLink) -> Arrival:
    """Prove that an answer is the counterpart's. Raises ``QuestionRefused``."""
    if answer.status != 200:
        problem = read_problem(answer)
        raise QuestionRefused(problem_name(problem) if problem else "no_answer", answer.status)
    media_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != BATCH_MEDIA_TYPE or "content-encoding" in answer.headers:
        raise QuestionRefused("unreadable_answer", answer.status)
    keys = opened.keys
    names = (WEBHOOK_ID, WEBHOOK_TIMESTAMP, WEBHOOK_SIGNATURE)
    headers = {name: answer.headers[name] for name in names if name in answer.headers}
    try:
        verify(
            answer.body,
            headers,
            accepted_schemes=keys.schemes,
            public_keys=keys.counterpart_keys,
            secrets=keys.secrets_in,
            now=asker.time(),
        )
    except SignatureRejected:
        raise QuestionRefused("signature_rejected", answer.status) from None
    return Arrival(link_id=keys.link_id, headers=headers, body=answer.body)


def _log_collected(claim: Claim, taken: Taken) -> None:
    log.info(
        "exchange_collected",
        organisation_id=str(claim.organisation_id),
        link_id=str(claim.link_id),
        count=len(taken.lines),
    )
