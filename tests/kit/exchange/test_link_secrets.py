"""One shared secret follows another while traffic flows; none is ever given on a command line."""

from datetime import timedelta
from uuid import uuid4

import pytest

from service_kit.administration import AdministrationRefused, owner_session
from service_kit.exchange.key_administration import follow_secret
from service_kit.exchange.key_models import SecretDirection
from shared_schemas.exchange.keys import write_secret
from tests.kit.exchange.sides import Pair, Side
from tests.kit.exchange.test_delivery import use_shared_secrets


async def follow(side: Side, direction: SecretDirection, secret: bytes, *, hours: float = 24) -> None:
    async with owner_session(side.settings) as session:
        await follow_secret(
            session,
            side.settings,
            code=side.name,
            link=side.link,
            direction=direction,
            written=write_secret(secret) + "\n",
            overlap=timedelta(hours=hours),
        )


@pytest.fixture
async def secret_pair(exchange_pair: Pair) -> Pair:
    a, b = exchange_pair.a, exchange_pair.b
    await use_shared_secrets(a, b, secret_out=b"a" * 32, secret_in=b"b" * 32)
    await use_shared_secrets(b, a, secret_out=b"b" * 32, secret_in=b"a" * 32)
    return exchange_pair


async def arrives(pair: Pair) -> bool:
    message = await pair.a.send(str(uuid4()))
    await pair.a.drain()
    return await pair.a.state_of(message) == "delivered"


@pytest.mark.parametrize("sender_first", [True, False])
async def test_whoever_begins_nothing_is_refused(secret_pair: Pair, *, sender_first: bool) -> None:
    steps = [(secret_pair.a, SecretDirection.OUT), (secret_pair.b, SecretDirection.IN)]
    for side, direction in steps if sender_first else reversed(steps):
        await follow(side, direction, b"n" * 32)
        assert await arrives(secret_pair)
    assert secret_pair.a.wire.signatures[-1].count("v1,") == 2
    for side in (secret_pair.a, secret_pair.b):
        await side.change(
            "UPDATE exchange_link_secrets SET valid_until = now() WHERE valid_until IS NOT NULL"
        )
    assert await arrives(secret_pair)
    assert secret_pair.a.wire.signatures[-1].count("v1,") == 1


async def test_without_an_overlap_the_old_secret_ends_at_once(secret_pair: Pair) -> None:
    await follow(secret_pair.b, SecretDirection.IN, b"n" * 32, hours=0)
    assert not await arrives(secret_pair)
    await follow(secret_pair.a, SecretDirection.OUT, b"n" * 32, hours=0)
    await secret_pair.a.make_due()
    assert await arrives(secret_pair)


async def test_the_same_secret_again_adds_nothing_and_three_are_enough(secret_pair: Pair) -> None:
    a = secret_pair.a
    for letter in (b"n", b"n", b"m"):
        await follow(a, SecretDirection.OUT, letter * 32)
    rows = await a.rows("SELECT valid_until FROM exchange_link_secrets WHERE direction = 'out'")
    assert sorted(row.valid_until is None for row in rows) == [False, False, True]
    with pytest.raises(AdministrationRefused, match="Three secrets"):
        await follow(a, SecretDirection.OUT, b"o" * 32)
    with pytest.raises(AdministrationRefused, match="24 to 64"):
        async with owner_session(a.settings) as session:
            await follow_secret(
                session, a.settings, code=a.name, link=a.link, direction=SecretDirection.IN,
                written="whsec_c2hvcnQ=", overlap=timedelta(0),
            )  # fmt: skip
    with pytest.raises(AdministrationRefused, match="no link"):
        async with owner_session(a.settings) as session:
            await follow_secret(
                session, a.settings, code=a.name, link=uuid4(), direction=SecretDirection.IN,
                written=write_secret(b"x" * 32), overlap=timedelta(0),
            )  # fmt: skip
