"""Which addresses a request may go to: what a name means is asked, checked and used in one step, when connecting.

A name that is checked earlier can mean another address a moment later (DNS rebinding); here the address that was
checked is the address that is connected to, while TLS and the `Host` header keep the name.
"""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import httpcore

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]

LOOPBACK: Final = ("127.0.0.0/8", "::1/128")
NAMES_AT_ONCE: Final = 32

# The special-purpose registries of IANA (RFC 6890 and later), the globally reachable relays and sinks included: no
# counterpart lives there. IPv6 is the other way round: only 2000::/3 is given to anybody at all, which leaves out
# loopback, link-local, unique local (cloud metadata among them), multicast, IPv4-mapped and NAT64 addresses.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_SPECIAL = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # "this network", the unspecified address
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "2001::/23",  # Teredo, ORCHID, benchmarking
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)


class AddressRefused(Exception):
    """The name means an address that nothing may be sent to."""

    def __init__(self) -> None:
        super().__init__("the destination's address is not allowed")


def read_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Read networks as CIDR (`10.20.0.0/16`) or single addresses. Raises ValueError."""
    return _read_networks(tuple(texts))


@lru_cache(maxsize=256)
def _read_networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(text, strict=False) for text in texts)


def is_public(address: Address) -> bool:
    """Whether an address is a public one of somebody's, by the registries of special ranges."""
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return not any(address in network for network in _SPECIAL)


def may_connect(address: Address, allowed: Sequence[Network], *, plain: bool = False) -> bool:
    """Whether this address may be connected to: public, or in one of the allowed networks, taken as they are written.

    ``plain``: without TLS only to this machine itself, and only where its loopback is allowed.
    """
    named = any(address in network for network in allowed)
    if plain:
        return address.is_loopback and named
    return named or is_public(address)


class Names:
    """Asks the system what names mean. One question a name is under way at a time: a slow name holds up no other."""

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None
        self._asked: dict[tuple[str, int], asyncio.Future[list[Address]]] = {}

    async def resolve(self, host: str, port: int) -> Sequence[Address]:
        """Give every address of a name, in the system's order. Raises OSError where it has none."""
        try:
            return [ip_address(host)]
        except ValueError:
            pass
        key = (host, port)
        asked = self._asked.get(key)
        if asked is None:
            self._threads = self._threads or ThreadPoolExecutor(NAMES_AT_ONCE, thread_name_prefix="names")
            asked = asyncio.get_running_loop().run_in_executor(self._threads, _ask_system, host, port)
            self._asked[key] = asked
            asked.add_done_callback(lambda _: self._asked.pop(key, None))
        # Whoever waits may give up; the question goes on for those who ask meanwhile.
        return await asyncio.shield(asked)

    def close(self) -> None:
        """Let go of the threads; a question under way ends by itself."""
        if self._threads is not None:
            self._threads.shutdown(wait=False)
            self._threads = None


def _ask_system(host: str, port: int) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(where[0]) for *_, where in found))


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Opens connections for httpcore, to checked addresses alone.

    Every address of a name must be allowed: a name that means a public and a private one is somebody's trick.
    """

    def __init__(self, resolve: Resolve, allowed: Sequence[Network], *, plain: bool) -> None:
        self._resolve = resolve
        self._allowed = allowed
        self._plain = plain
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers. Raises ``AddressRefused`` and httpcore's errors."""
        ends = time.monotonic() + (timeout or 0)
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._resolve(host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout from None
        except (OSError, UnicodeError, ValueError):
            raise httpcore.ConnectError from None
        if not all(may_connect(address, self._allowed, plain=self._plain) for address in addresses):
            raise AddressRefused
        failed: Exception = httpcore.ConnectError()
        for index, address in enumerate(addresses):
            # Each address has its share of what time is left, so that one that swallows packets is not the last.
            share = (ends - time.monotonic()) / (len(addresses) - index) if timeout else None
            try:
                return await self._inner.connect_tcp(str(address), port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    async def sleep(self, seconds: float) -> None:
        """Wait between httpcore's own tries, of which it makes none here."""
        await asyncio.sleep(seconds)
