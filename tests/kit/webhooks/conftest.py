from collections.abc import AsyncIterator

import pytest

from tests.kit.webhooks.desk import Desk, opened
from tests.kit.webhooks.receiving import Endpoint, listening
from tests.support.services import Service


@pytest.fixture
async def desk(local: Service) -> AsyncIterator[Desk]:
    """An organisation of this test's own, whose subscriptions are the only ones."""
    async with opened(local) as made:
        yield made


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    """An integrator's endpoint on this machine."""
    async with listening() as made:
        yield made
