"""The worker's comparing half: every link once a day, at once when wanted, and gaps in between."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from sqlalchemy import delete, func

from service_kit.db import Database
from service_kit.exchange.asking import QuestionRefused
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.links import LinkUnusable
from service_kit.exchange.models import AskedQuestion
from service_kit.exchange.reconciling.asking_gaps import GapWatch
from service_kit.exchange.reconciling.equality import alert_unequal
from service_kit.exchange.reconciling.models import RunReason
from service_kit.exchange.reconciling.plans import Due, claim_due_links, ensure_plans, finish, keep_lease
from service_kit.exchange.reconciling.reconcile import reconcile_link
from service_kit.exchange.waiting import wait_for
from service_kit.logs import where_raised
from service_kit.settings import ServiceSettings
from shared_schemas.exchange.summaries import SummaryDirection

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
CHORES_SECONDS = 60.0
LINKS_AT_ONCE = 8
LONGEST_SECONDS = 3600.0  # of one comparison: what was healed by then stays healed
QUESTIONS_KEPT = timedelta(minutes=10)


class Reconciler:
    """Runs under the worker's role. Two at once are safe: a link is one's by lease, and healing twice is healing once."""

    def __init__(self, database: Database, settings: ServiceSettings, client: ExchangeClient) -> None:
        self._database = database
        self._settings = settings
        self._client = client
        self._gaps = GapWatch(database, settings, client)
        self._tasks: set[asyncio.Task[bool]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Compare what is due, until asked to stop; the few chores beside it every minute.

        What is under way then is left: its lease ends by itself, and comparing again harms nothing.
        """
        try:
            await asyncio.gather(
                self._repeat(stop, LOOK_SECONDS, self._start_due),
                self._repeat(stop, CHORES_SECONDS, self.do_chores),
            )
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def compare_due(self) -> int:
        """Compare the links that are due now; give how many were compared."""
        return sum(await asyncio.gather(*await self._start_due()))

    async def _start_due(self) -> list[asyncio.Task[bool]]:
        """Begin with what is due, each link in a task of its own: a slow counterpart keeps no other waiting."""
        async with self._database.transaction() as session:
            await ensure_plans(session)
            due = await claim_due_links(session, room=LINKS_AT_ONCE - len(self._tasks))
        started = [asyncio.create_task(self._compare(link)) for link in due]
        for task in started:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return started

    async def do_chores(self) -> None:
        """Ask for what gaps lack, alert where nothing was equal for long, forget old questions."""
        await self._gaps.ask_for_missing()
        await self._gaps.clear_closed()
        async with self._database.transaction() as session:
            await alert_unequal(session)
            await session.execute(delete(AskedQuestion).where(AskedQuestion.at < func.now() - QUESTIONS_KEPT))

    async def _repeat(
        self, stop: asyncio.Event, seconds: float, work: Callable[[], Awaitable[object]]
    ) -> None:
        while not stop.is_set():
            try:
                await work()
            except Exception as error:  # noqa: BLE001 -- the database may be away for a while
                log.error("exchange_comparing_failed", error=type(error).__name__, where=where_raised(error))
            await wait_for(stop, seconds)

    async def _compare(self, due: Due) -> bool:
        equal, problem = False, None
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                outcome = await reconcile_link(
                    self._database,
                    self._settings,
                    self._client,
                    due.organisation_id,
                    due.link_id,
                    reason=RunReason(due.reason),
                    all_days=due.all_days,
                    progress=self._lease_keeper(due),
                )
            equal = outcome.equal
        except QuestionRefused as refusal:
            problem = refusal.kind
            log.warning("exchange_not_compared", link_id=str(due.link_id), problem=problem)
        except TimeoutError:
            problem = "timeout"
            log.error("exchange_not_compared", link_id=str(due.link_id), problem=problem)
        except (LinkUnusable, ValueError) as error:
            problem = "link_unusable"
            log.error("exchange_not_compared", link_id=str(due.link_id), error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 -- one link's fault must not keep the others waiting
            problem = "error"
            log.error(
                "exchange_not_compared",
                link_id=str(due.link_id),
                error=type(error).__name__,
                where=where_raised(error),
            )
        async with self._database.transaction(due.organisation_id) as session:
            await finish(session, due, equal=equal, problem=problem)
        return problem is None

    def _lease_keeper(self, due: Due) -> Callable[[SummaryDirection, int, int], Awaitable[None]]:
        async def keep(_direction: SummaryDirection, _done: int, _of: int) -> None:
            async with self._database.transaction(due.organisation_id) as session:
                await keep_lease(session, due.organisation_id, due.link_id)

        return keep
