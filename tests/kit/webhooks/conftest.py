from collections.abc import AsyncIterator

import pytest

from tests.kit.webhooks.desk import Desk, opened
from tests.kit.webhooks.receiving import Endpoint, listening
from tests.support.services import Service


@pytest.fixture
async def desk(fresh_local: Service) -> AsyncIterator[Desk]:
    """An organisation on a database of this test's own."""
    async with opened(fresh_local) as made:
        yield made


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    """An integrator's endpoint on this machine."""
    async with listening() as made:
        yield made
