from collections.abc import AsyncIterator

import pytest

from tests.pair.wires import Pair, wired
from tests.support.services import Service


@pytest.fixture
async def pair(fresh_local: Service, fresh_panel: Service) -> AsyncIterator[Pair]:
    """A partnership and the Panel on databases of this test's own."""
    async with wired(fresh_local, fresh_panel) as made:
        yield made
