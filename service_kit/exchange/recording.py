"""Writing down what came of requests: whatever finished while the last commit ran goes together under the next."""

import asyncio
import time
from collections.abc import Callable, Sequence
from itertools import groupby
from uuid import UUID

import structlog

from service_kit.db import Database, is_transient
from service_kit.exchange.leases import Claimed
from service_kit.exchange.results import Attempt, Finished, record_results
from service_kit.logs import where_raised

log = structlog.get_logger(__name__)

# Requests recorded under one commit: what a crash just before it sends again.
RECORDED_TOGETHER = 100
PAUSE_AFTER_ERROR_SECONDS = 1.0


class Recorder:
    """Records finished requests, one transaction at a time for each organisation. ``settled`` hears of each message."""

    def __init__(
        self, database: Database, *, lease_seconds: float, settled: Callable[[Claimed, Attempt | None], None]
    ) -> None:
        self._database = database
        self._lease_seconds = lease_seconds
        self._settled = settled
        self._waiting: list[Finished] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def task(self) -> asyncio.Task[None] | None:
        """The recording that is under way, if one is."""
        return self._task

    def add(self, finished: Finished) -> None:
        """Take what came of a request; it is recorded as soon as the recording under way is committed."""
        self._waiting.append(finished)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._record_all())

    async def _record_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:RECORDED_TOGETHER], self._waiting[RECORDED_TOGETHER:]
            batch.sort(key=lambda finished: finished.keys.organisation_id)
            for organisation_id, finished in groupby(batch, key=lambda one: one.keys.organisation_id):
                await self._record(organisation_id, list(finished))

    async def _record(self, organisation_id: UUID, finished: Sequence[Finished]) -> None:
        while finished:
            try:
                async with self._database.transaction(organisation_id) as session:
                    ours = await record_results(session, finished)
            except Exception as error:  # noqa: BLE001 -- the lease ends by itself and the message is sent again
                _log_lost(finished, error)
                if is_transient(error):
                    await asyncio.sleep(PAUSE_AFTER_ERROR_SECONDS)
                    finished = self._let_go(finished, self._is_over)
                elif len(finished) > 1:
                    # One that cannot be recorded must not keep the others from it.
                    for one in finished:
                        await self._record(organisation_id, [one])
                    return
                else:
                    finished = self._let_go(finished, lambda _: True)
            else:
                for request in finished:
                    for claimed, attempt in request.attempts:
                        _log_attempt(claimed, attempt, ours=claimed.lease_token in ours)
                        self._settled(claimed, attempt)
                return

    def _is_over(self, finished: Finished) -> bool:
        # Whoever has the message now records what comes of it.
        return time.monotonic() - finished.attempts[0][0].claimed > self._lease_seconds

    def _let_go(self, finished: Sequence[Finished], lost: Callable[[Finished], bool]) -> Sequence[Finished]:
        kept = []
        for one in finished:
            if not lost(one):
                kept.append(one)
                continue
            for claimed, _ in one.attempts:
                self._settled(claimed, None)
        return kept


def _log_lost(finished: Sequence[Finished], error: Exception) -> None:
    log.error(
        "exchange_recording_failed",
        count=sum(len(one.attempts) for one in finished),
        error=type(error).__name__,
        where=where_raised(error),
    )


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
