"""The feed of changes: each event once, 1 … n without gaps, whoever writes and whoever places."""

import asyncio
import contextlib
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from service_kit import placing
from service_kit.administration import owner_session
from service_kit.audit import record_event
from service_kit.identity import Caller as Known
from service_kit.placing import FeedPlacer
from tests.support.offices import open_office
from tests.support.services import Caller, Service


def known(organisation: UUID) -> Known:
    return Known(organisation, "", "", None, "test", is_person=False, roles=frozenset(), purpose="test")


async def write(service: Service, organisation: UUID, count: int) -> None:
    for number in range(count):
        async with service.app.state.database.transaction(organisation) as session:
            now = (await session.execute(NOW)).scalar_one()
            await record_event(
                session, known(organisation), now, "thing.done", "thing", uuid4(), {"n": number}
            )
            # Some commit later than others that began after them.
            await asyncio.sleep(0.002 * (number % 3))


NOW = text("SELECT now()")


async def read_all(caller: Caller, limit: int = 7) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = 0
    while True:
        page = (await caller.get("/v1/changes", params={"after": after, "limit": limit})).json()
        if not page["items"]:
            return found
        found += page["items"]
        after = page["last_position"]


async def test_concurrent_writers_and_two_workers_leave_no_gap(fresh_local: Service) -> None:
    organisations = [await fresh_local.organisation(code) for code in ("east", "west")]
    caller = await fresh_local.caller("integrator", organisation="east")
    stop = asyncio.Event()
    placers = [FeedPlacer(fresh_local.worker), FeedPlacer(fresh_local.worker)]
    running = [asyncio.create_task(placer.run(stop)) for placer in placers]
    seen: list[int] = []

    async def follow() -> None:
        after = 0
        while len(seen) < 60:
            page = (await caller.get("/v1/changes", params={"after": after, "wait": 5})).json()
            seen.extend(item["position"] for item in page["items"])
            after = page["last_position"]

    writers = [write(fresh_local, organisations[number % 2], 20) for number in range(6)]
    await asyncio.gather(follow(), *writers)
    stop.set()
    await asyncio.gather(*running)
    # A reader that follows while others write misses nothing and sees nothing twice.
    assert seen == list(range(1, 61))
    found = await read_all(caller)
    assert [item["position"] for item in found] == list(range(1, 61))
    async with owner_session(fresh_local.settings) as session:
        rows = await session.execute(
            text(
                "SELECT organisation_id, count(*), count(DISTINCT position), max(position) FROM feed_entries GROUP BY 1"
            )
        )
        assert {tuple(row)[1:] for row in rows} == {(60, 60, 60)}


async def test_an_event_has_no_place_before_its_commit(fresh_local: Service) -> None:
    organisation = await fresh_local.organisation("east")
    caller = await fresh_local.caller("integrator", organisation="east")
    placer = FeedPlacer(fresh_local.worker)
    async with fresh_local.app.state.database.transaction(organisation) as slow:
        now = (await slow.execute(NOW)).scalar_one()
        await record_event(slow, known(organisation), now, "slow.done", "thing", uuid4())
        await write(fresh_local, organisation, 1)
        assert await placer.place() == 1
        assert [item["type"] for item in await read_all(caller)] == ["thing.done"]
    assert await placer.place() == 1
    assert [item["type"] for item in await read_all(caller)] == ["thing.done", "slow.done"]
    assert await placer.place() == 0


@pytest.mark.parametrize("name", ["local", "panel"])
async def test_the_feed_needs_its_scope_and_shows_ones_own(name: str, local: Service, panel: Service) -> None:
    service = {"local": local, "panel": panel}[name]
    organisation = await service.organisation(f"feed-{uuid4()}")
    code = next(code for code, identity in service.organisations.items() if identity == organisation)
    role = {"local": "integrator", "panel": "secretariat"}[name]
    caller = await service.caller(role, organisation=code)
    stranger = await service.caller(role, organisation=f"other-{uuid4()}")
    await write(service, organisation, 2)
    await FeedPlacer(service.worker).place()
    changes = (await caller.get("/v1/changes")).json()
    assert [item["position"] for item in changes["items"]] == [1, 2]
    assert changes["last_position"] == 2
    assert (await stranger.get("/v1/changes")).json() == {"items": [], "last_position": 0}
    auditor = await service.caller("auditor", organisation=code)
    assert (await auditor.get("/v1/changes")).status_code == 403


async def test_waiting_gives_up_after_its_time(local: Service) -> None:
    caller = await local.caller("integrator", organisation=f"feed-{uuid4()}")
    answer = await caller.get("/v1/changes", params={"wait": 1})
    assert (answer.status_code, answer.json()) == (200, {"items": [], "last_position": 0})


async def test_what_a_service_does_is_in_its_feed(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    await FeedPlacer(local.worker).place()
    changes = (await east.office.get("/v1/changes")).json()["items"]
    (recorded,) = [change for change in changes if change["type"] == "case.recorded"]
    assert recorded["subject_id"] == path.rsplit("/", 1)[1]
    assert recorded["detail"] == {"version": 1, "rule_set": "consultation-2017"}


class Killed(Exception):
    """Stands for a process that ends without a word."""


class Play:
    """Writers whose transactions overlap, placers that are killed, and a reader that follows all the while."""

    def __init__(self, service: Service, organisation: UUID, reader: Caller) -> None:
        self.service, self.organisation, self.reader = service, organisation, reader
        self.open: list[tuple[str, Any]] = []
        self.committed: list[str] = []
        self.seen: list[dict[str, Any]] = []
        self.begun = 0

    async def begin(self) -> None:
        if len(self.open) == 4:
            return
        self.begun += 1
        name = f"thing.{self.begun}"
        transaction = self.service.app.state.database.transaction(self.organisation)
        session = await transaction.__aenter__()
        now = (await session.execute(NOW)).scalar_one()
        await record_event(session, known(self.organisation), now, name, "thing", uuid4())
        self.open.append((name, transaction))

    async def end(self, which: int, *, roll_back: bool) -> None:
        if not self.open:
            return
        name, transaction = self.open.pop(which % len(self.open))
        if roll_back:
            assert not await transaction.__aexit__(Killed, Killed(), None)
            return
        await transaction.__aexit__(None, None, None)
        self.committed.append(name)

    async def place(self) -> None:
        await FeedPlacer(self.service.worker).place()

    async def place_and_die(self) -> None:
        values = {"organisation_id": self.organisation, "at_once": 1000}
        with contextlib.suppress(Killed):
            async with self.service.worker.transaction() as session:
                lock = {"organisation_id": str(self.organisation)}
                assert (await session.execute(placing._LOCK, lock)).scalar_one()
                await session.execute(placing._PLACE, values)
                # Another worker comes by while this one is at it.
                await self.place()
                raise Killed

    async def read(self) -> None:
        after = self.seen[-1]["position"] if self.seen else 0
        page = await self.reader.get("/v1/changes", params={"after": after, "limit": 3})
        self.seen += page.json()["items"]


STEPS = st.one_of(
    st.just(("begin",)),
    st.tuples(st.just("end"), st.integers(0, 3), st.booleans()),
    st.just(("place",)),
    st.just(("place_and_die",)),
    st.just(("read",)),
)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, max_size=30))
async def test_a_reader_sees_every_event_once_in_one_order(
    local: Service, steps: list[tuple[Any, ...]]
) -> None:
    code = f"feed-{uuid4()}"
    play = Play(local, await local.organisation(code), await local.caller("integrator", organisation=code))
    for name, *rest in steps:
        if name == "end":
            await play.end(rest[0], roll_back=rest[1])
        else:
            await getattr(play, name)()
    while play.open:
        await play.end(0, roll_back=False)
    await play.place()
    for _ in range(len(play.committed) // 3 + 1):
        await play.read()
    assert sorted(item["type"] for item in play.seen) == sorted(play.committed)
    assert [item["position"] for item in play.seen] == list(range(1, len(play.committed) + 1))


async def test_one_organisations_fault_keeps_no_other_waiting(fresh_local: Service) -> None:
    broken, whole = [await fresh_local.organisation(code) for code in ("a-broken", "b-whole")]
    await write(fresh_local, broken, 1)
    await write(fresh_local, whole, 2)
    async with owner_session(fresh_local.settings) as session:
        await session.execute(
            text("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$")
        )
        await session.execute(
            text(
                "CREATE TRIGGER refuse BEFORE UPDATE ON feed_entries FOR EACH ROW "
                f"WHEN (NEW.organisation_id = '{broken}') EXECUTE FUNCTION refuse()"
            )
        )
    placer = FeedPlacer(fresh_local.worker)
    assert await placer.place() == 2
    assert await placer.place() == 0
    async with owner_session(fresh_local.settings) as session:
        await session.execute(text("DROP FUNCTION refuse CASCADE"))
    assert await placer.place() == 1
