"""Which addresses may be registered. What a name means is looked at when connecting: here only what is written."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

URL_LONGEST = 2000
LOOPBACK_NAMES = (".localhost", "localhost")
# Visible ASCII without what one parser takes for a path and another for a host.
_PLAIN_URL = re.compile(r"[!-~]+")
_UNSAFE = re.compile(r"[\\\"<>^`{|}]")
_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.?"
)
# Such a last part makes a name a number to some resolvers: `127.1`, `0x7f000001`.
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")


class EndpointRefused(ValueError):
    """The address may not be registered; the message says which rule it breaks, without the address."""


def check_networks(networks: Sequence[str]) -> list[str]:
    """Give the networks in their one spelling. Raises ``EndpointRefused``."""
    try:
        if any("%" in network for network in networks):
            raise ValueError  # noqa: TRY301 -- an interface of this machine is no network
        return sorted({str(ip_network(network)) for network in networks})
    except ValueError:
        raise EndpointRefused(
            "Must be networks such as 10.20.0.0/16, without bits behind the prefix."
        ) from None


def check_endpoint(url: str, allowed_networks: Sequence[str]) -> None:
    """Refuse an address that no request may go to, as far as its spelling tells. Raises ``EndpointRefused``."""
    if len(url) > URL_LONGEST or not _PLAIN_URL.fullmatch(url) or _UNSAFE.search(url):
        raise EndpointRefused(f"Must be at most {URL_LONGEST} plain characters; others are written %XX.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise EndpointRefused("Must be an address such as https://records.example/events.") from None
    if parts.scheme not in {"https", "http"} or not host or port == 0:
        raise EndpointRefused("Must be an address such as https://records.example/events.")
    if parts.username is not None or parts.password is not None or "#" in url:
        raise EndpointRefused(
            "Must hold no user, no password and no fragment: the signature is the credential."
        )
    address = _address(host)
    loopback = address.is_loopback if address else host.rstrip(".").lower().endswith(LOOPBACK_NAMES)
    if parts.scheme == "http" and not loopback:
        raise EndpointRefused("Must be https.")
    if address is None and loopback:
        address = IPv4Address("127.0.0.1")
    if address is not None and not _may_connect(address, allowed_networks, plain=parts.scheme == "http"):
        raise EndpointRefused("Must not be an address of this machine or of a private or special network.")


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        pass
    if not _NAME.fullmatch(host) or _NUMBER.fullmatch(host.rstrip(".").rsplit(".", 1)[-1]):
        raise EndpointRefused("Must name a host, or be an IP address in its usual spelling.")
    return None


def _may_connect(address: IPv4Address | IPv6Address, allowed_networks: Sequence[str], *, plain: bool) -> bool:
    # With it comes an HTTP client, which the API's process needs for nothing else.
    from service_kit.exchange.addresses import may_connect, read_networks

    return may_connect(address, read_networks(allowed_networks), plain=plain)
