"""Messages put into an outbox at a steady rate, as a service's own process does, whatever becomes of them (open loop)."""

import asyncio
import time
from collections.abc import Sequence
from uuid import UUID, uuid4

from service_kit.acting import Acting
from service_kit.db import Database, set_tenant
from service_kit.exchange.links import load_link
from service_kit.exchange.outbox import send_message
from service_kit.identity import Caller
from service_kit.settings import ServiceSettings
from shared_schemas.messages.exchange import DISCARDED
from tests.bench.sending import open_database

# A message of the protocol's own: each side knows it, it names no record, and it takes the whole way of any other.
BODY = {"reason": "sent_in_error"}
AT_ONCE = 8  # commits, within the pool; what is late waits here


async def offer(
    settings: ServiceSettings, organisation: UUID, links: Sequence[UUID], *, rate: float, count: int
) -> list[str]:
    """Commit ``count`` messages, ``rate`` a second, over the links in turn; give their subjects."""
    database = open_database(settings, settings.database_url)
    few = asyncio.Semaphore(AT_ONCE)
    subjects = [str(uuid4()) for _ in range(count)]
    try:
        async with database.transaction() as session:
            await set_tenant(session, organisation)
            caller = (await load_link(session, organisation, links[0], settings.key_bytes())).caller()
        started = time.monotonic()
        tasks = []
        for number, subject in enumerate(subjects):
            await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
            link = links[number % len(links)]
            tasks.append(asyncio.create_task(_commit(database, few, organisation, caller, link, subject)))
        await asyncio.gather(*tasks)
    finally:
        await database.close()
    return subjects


async def _commit(
    database: Database, few: asyncio.Semaphore, organisation: UUID, caller: Caller, link: UUID, subject: str
) -> None:
    async with few, database.transaction() as session:
        now = await set_tenant(session, organisation)
        await send_message(
            Acting(session, caller, now),
            link=link,
            subject=subject,
            type=DISCARDED,
            data=BODY,
            dataschema=f"http://127.0.0.1/schemas/{DISCARDED}.json",
        )
