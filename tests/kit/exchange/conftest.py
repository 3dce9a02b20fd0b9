from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from service_kit.exchange.links import load_link
from tests.kit.exchange.sides import Pair, close, connect, make_side
from tests.support.databases import TestServer


@pytest.fixture
async def exchange_pair(server: TestServer) -> AsyncIterator[Pair]:
    """Two organisations on one link, on fresh databases."""
    link = uuid4()
    a, b = await make_side(server, "a", link), await make_side(server, "b", link)
    await connect(a, b)
    await connect(b, a)
    async with a.acting() as acting:
        keys = await load_link(acting.session, a.party, link, a.settings.key_bytes())
    yield Pair(a, b, keys.own_key)
    await close(a)
    await close(b)
