"""Which addresses may be connected to: the rule alone, and the client against a name that changes its meaning."""

import asyncio
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.exchange.addresses import LOOPBACK, Names, is_public, may_connect, read_networks
from service_kit.exchange.client import ExchangeClient, NoAnswer
from tests.kit.exchange.test_client import answering, post, serving

PUBLIC = ["1.1.1.1", "51.140.1.1", "172.32.0.1", "100.128.0.1", "192.169.0.1", "223.255.255.254", "2a01:111::1", "2606:4700::1111"]  # fmt: skip
REFUSED = [
    # this machine, and nobody
    "127.0.0.1", "127.255.255.254", "::1", "0.0.0.0", "0.1.2.3", "::",
    # private, carrier-grade NAT, link-local, unique local
    "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.127.255.255", "169.254.0.1",
    "fe80::1", "fe80::1%eth0", "febf::1", "fc00::1", "fdff::1", "fec0::1",
    # metadata of clouds
    "169.254.169.254", "169.254.170.2", "fd00:ec2::254", "100.100.100.200", "192.0.0.192",
    # multicast, broadcast, reserved
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "ff02::1", "ff0e::1",
    # an IPv4 address inside an IPv6 one, public or not
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:1.1.1.1", "::127.0.0.1", "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::101:101", "64:ff9b:1::1", "64:ff9b:1:ffff::a00:1",
    "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:101:101::1", "2001::1", "2001:0:4136:e378::1",
    # documentation, benchmarks, relays, discard
    "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.255", "192.88.99.1", "2001:db8::1", "2001:2::1",
    "3fff::1", "100::1", "5f00::1", "4000::1",
]  # fmt: skip


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_may_be_connected_to(text: str) -> None:
    assert may_connect(ip_address(text), [])


@pytest.mark.parametrize("text", REFUSED)
def test_any_other_is_refused_unless_its_network_is_named(text: str) -> None:
    address = ip_address(text)
    assert not may_connect(address, [])
    assert not may_connect(address, read_networks(["11.0.0.0/8", "2a00::/12"]))
    assert may_connect(address, read_networks([text.partition("%")[0]]))


def test_a_named_ipv4_network_does_not_open_its_ipv6_disguises() -> None:
    named = read_networks(["127.0.0.0/8", "10.0.0.0/8"])
    for text in ("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::ffff:10.0.0.1"):
        assert not may_connect(ip_address(text), named)


def test_without_tls_only_allowed_loopback() -> None:
    assert not may_connect(ip_address("127.0.0.1"), [], plain=True)
    assert not may_connect(ip_address("1.1.1.1"), read_networks(["1.1.1.1"]), plain=True)
    assert not may_connect(ip_address("10.0.0.1"), read_networks(["10.0.0.0/8"]), plain=True)
    assert may_connect(ip_address("127.0.0.1"), read_networks(LOOPBACK), plain=True)
    assert may_connect(ip_address("::1"), read_networks(LOOPBACK), plain=True)


@given(address=st.ip_addresses())
def test_nothing_the_standard_library_calls_special_passes(address: IPv4Address | IPv6Address) -> None:
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
    assert not (special and is_public(address))


@pytest.mark.parametrize("text", ["10.0.0.0/33", "localhost", "", "10.0.0.0/8,11.0.0.0/8"])
def test_what_is_no_network_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"network|IPv4|IPv6|prefix"):
        read_networks([text])


async def refusal(url: str, *answers: Sequence[str], networks: Sequence[str] = ()) -> list[str]:
    """What each attempt at a URL came to, where its name means this now and that the next time."""
    asked: list[str] = []

    async def resolve(host: str, _port: int) -> Sequence[IPv4Address | IPv6Address]:
        asked.append(host)
        return [ip_address(text) for text in answers[min(len(asked), len(answers)) - 1]]

    client = ExchangeClient(attempt_seconds=2, resolve=resolve)
    outcomes = []
    for _ in answers:
        try:
            answer = await client.post(url, "/messages", b"{}", {}, allowed_networks=networks)
            outcomes.append(str(answer.status))
        except NoAnswer as fault:
            outcomes.append(fault.kind)
    await client.close()
    assert len(asked) == len(answers)
    return outcomes


async def test_a_name_that_comes_to_mean_this_machine_is_refused_when_connecting() -> None:
    # The first meaning is allowed and has nobody listening; the second is where something lies.
    connected: list[str] = []

    async def accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.append("x")
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    asked = 0

    async def resolve(_host: str, _port: int) -> Sequence[IPv4Address | IPv6Address]:
        nonlocal asked
        asked += 1
        return [ip_address("::1" if asked == 1 else "127.0.0.1")]

    client = ExchangeClient(attempt_seconds=2, resolve=resolve)
    with pytest.raises(NoAnswer, match="no_connection"):
        await client.post(f"https://peer.example:{port}", "/", b"", {}, allowed_networks=["::1/128"])
    with pytest.raises(NoAnswer, match="address_refused"):
        await client.post(f"https://peer.example:{port}", "/", b"", {}, allowed_networks=["::1/128"])
    await client.close()
    server.close()
    assert (asked, connected) == (2, [])


@pytest.mark.parametrize(
    ("url", "means"),
    [
        ("https://peer.example", ["1.1.1.1", "127.0.0.1"]),
        ("https://peer.example", ["10.0.0.1"]),
        ("https://peer.example", ["::ffff:127.0.0.1"]),
        ("http://localhost:1", ["1.1.1.1"]),
        ("http://localhost:1", ["127.0.0.1"]),
    ],
)
async def test_one_address_that_is_not_allowed_refuses_the_name(url: str, means: list[str]) -> None:
    assert await refusal(url, means) == ["address_refused"]


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "2130706433", "0x7f.1"])  # fmt: skip
async def test_an_address_in_the_place_of_a_name_is_checked_as_well(host: str) -> None:
    client = ExchangeClient(attempt_seconds=2)
    with pytest.raises(NoAnswer, match=r"address_refused|no_connection"):
        await client.post(f"https://{host}:1", "/messages", b"{}", {})
    await client.close()


async def test_the_name_stays_in_the_request_while_the_checked_address_is_used() -> None:
    heads: list[bytes] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    # The first address has nobody: the second is tried.
    assert await refusal(
        f"http://localhost:{port}", ["::1", "127.0.0.1"], networks=LOOPBACK
    ) == ["200"]  # fmt: skip
    server.close()
    assert f"\r\nHost: localhost:{port}\r\n".encode() in heads[0]


async def test_the_client_resolves_as_the_system_does() -> None:
    async with serving(answering("HTTP/1.1 200 OK\nContent-Length: 0")) as url:
        made = ExchangeClient(attempt_seconds=5)
        assert (await post(made, url.replace("127.0.0.1", "localhost"))).status == 200
        await made.close()


async def test_a_name_nobody_has_is_no_connection() -> None:
    names = Names()
    with pytest.raises((OSError, UnicodeError)):
        await names.resolve("nobody.invalid", 443)
    names.close()
