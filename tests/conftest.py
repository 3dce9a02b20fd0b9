from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from standalone.postgres import EmbeddedCluster
from tests.support.databases import TestServer, settings_for
from tests.support.services import Service, running

# How long an example takes on a busy machine says nothing about the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def server_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedCluster]:
    """One real PostgreSQL a test process: two processes share nothing, so their order cannot matter."""
    cluster = EmbeddedCluster(tmp_path_factory.mktemp("postgres"))
    cluster.start(fsync=False)
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
async def server(server_cluster: EmbeddedCluster) -> TestServer:
    """Its roles made and its templates migrated."""
    made = TestServer(server_cluster)
    await made.prepare()
    return made


@pytest.fixture(scope="session")
async def local(server: TestServer) -> AsyncIterator[Service]:
    """The local service; tests keep apart by making organisations of their own."""
    urls = await server.clone("local")
    async with running("local", urls, settings_for("local", urls)) as service:
        yield service


@pytest.fixture(scope="session")
async def panel(server: TestServer) -> AsyncIterator[Service]:
    """The Panel's service; tests keep apart by making organisations of their own."""
    urls = await server.clone("panel")
    async with running("panel", urls, settings_for("panel", urls)) as service:
        yield service


@pytest.fixture
async def fresh_local(server: TestServer) -> AsyncIterator[Service]:
    """The local service on an empty database of this test's own."""
    urls = await server.clone("local")
    async with running("local", urls, settings_for("local", urls)) as service:
        yield service


@pytest.fixture
async def fresh_panel(server: TestServer) -> AsyncIterator[Service]:
    """The Panel's service on an empty database of this test's own."""
    urls = await server.clone("panel")
    async with running("panel", urls, settings_for("panel", urls)) as service:
        yield service
