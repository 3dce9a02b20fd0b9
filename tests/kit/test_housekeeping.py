import os
import time
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text

from service_kit.administration import owner_session
from service_kit.documents.store import make_store
from service_kit.housekeeping import Housekeeper
from tests.support.services import Service


async def keep_record(service: Service, age: timedelta) -> str:
    key = str(uuid4())
    organisation = await service.organisation("housekeeping")
    async with owner_session(service.settings) as session:
        await session.execute(
            text(
                "INSERT INTO idempotency_records (organisation_id, principal_id, route, key, fingerprint, created_at) "
                "VALUES (:organisation, :principal, 'POST /', :key, '', now() - CAST(:age AS interval))"
            ),
            {"organisation": organisation, "principal": uuid4(), "key": key, "age": age},
        )
    return key


async def test_keys_are_kept_for_thirty_days_and_no_longer(fresh_local: Service) -> None:
    await keep_record(fresh_local, timedelta(days=30, minutes=1))
    kept = await keep_record(fresh_local, timedelta(days=29, hours=23))
    assert await Housekeeper(fresh_local.worker).clear() == 1
    assert await Housekeeper(fresh_local.worker).clear() == 0
    async with owner_session(fresh_local.settings) as session:
        found = (await session.execute(text("SELECT key FROM idempotency_records"))).scalars().all()
    assert found == [kept]


async def test_what_was_left_half_sent_is_cleared_after_a_day(fresh_local: Service) -> None:
    store = make_store(fresh_local.settings)
    partial = store.incoming.partial(uuid4(), uuid4(), "0" * 64)
    await partial.add(0, b"begun")
    keeper = Housekeeper(fresh_local.worker, store)
    assert await keeper.clear_files() == 0
    yesterday = time.time() - 25 * 3600
    os.utime(partial.path, (yesterday, yesterday))
    assert await keeper.clear_files() == 1
    assert await partial.held() == 0
