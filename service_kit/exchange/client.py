"""The one door by which requests leave: a small client for each destination, every attempt bounded in all."""

import asyncio
import ipaddress
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from importlib.util import find_spec

import httpcore
import httpx

from service_kit.exchange.addresses import AddressRefused, CheckedNetwork, Names, Resolve, read_networks
from service_kit.exchange.answers import Answer
from shared_schemas.exchange.limits import ANSWER_READ_MAX_BYTES

# httpcore asks several times in each request which event loop runs, by a package that need not be there; to look for
# it on the disk each time took a tenth of a request. Without it the answer is asyncio, which is right.
if find_spec("sniffio") is None:
    sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]  # documented: it is not to be found

CONNECT_SECONDS = 5.0
CONNECTIONS_EACH = 8
KEPT_SECONDS = 5.0  # an idle connection is kept so long


class NoAnswer(Exception):
    """The destination gave no HTTP answer; ``kind`` says how, in one of a few words that hold no data."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class ExchangeClient:
    """Posts to registered addresses: https (loopback apart), no redirect, no proxy from the environment.

    What a name means is checked when connecting (``addresses``). ``resolve`` stands for the system's answer in tests.
    """

    def __init__(
        self,
        *,
        attempt_seconds: float,
        transport_for: Callable[[str], httpx.AsyncBaseTransport] | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        self._attempt_seconds = attempt_seconds
        self._transport_for = transport_for
        self._names = Names()
        self._resolve = resolve or self._names.resolve
        self._clients: dict[tuple[str, tuple[str, ...]], httpx.AsyncClient] = {}
        # The system's own store of authorities: an organisation adds its own there.
        self._tls = ssl.create_default_context()

    async def post(
        self,
        base_url: str,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        allowed_networks: Sequence[str] = (),
        answer_max: int = ANSWER_READ_MAX_BYTES,
    ) -> Answer:
        """Post bytes to a path under a registered base URL. Raises ``NoAnswer``, within the attempt's time in all.

        ``allowed_networks`` (CIDR) are those that this destination may lie in though they are not public;
        of the answer at most ``answer_max`` bytes are read.
        """
        if not is_allowed(base_url):
            raise NoAnswer("address_refused")
        try:
            async with asyncio.timeout(self._attempt_seconds):
                client = self._client(base_url, tuple(allowed_networks))
                return await _post(client, base_url + path, body, headers, answer_max)
        except AddressRefused:
            raise NoAnswer("address_refused") from None
        except TimeoutError:
            raise NoAnswer("timeout") from None
        except httpx.TimeoutException:
            raise NoAnswer("timeout") from None
        except httpx.ConnectError:
            raise NoAnswer("no_connection") from None
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError):
            raise NoAnswer("connection_broken") from None

    async def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            await client.aclose()
        self._clients.clear()
        self._names.close()

    def _client(self, base_url: str, allowed_networks: tuple[str, ...]) -> httpx.AsyncClient:
        # Of an address that may now lie elsewhere no connection is used again.
        client = self._clients.get((base_url, allowed_networks))
        if client is None:
            client = httpx.AsyncClient(
                trust_env=False,
                follow_redirects=False,
                timeout=httpx.Timeout(self._attempt_seconds, connect=CONNECT_SECONDS),
                transport=self._transport_for(base_url)
                if self._transport_for
                else self._transport(base_url, allowed_networks),
            )
            self._clients[base_url, allowed_networks] = client
        return client

    def _transport(self, base_url: str, allowed_networks: tuple[str, ...]) -> httpx.AsyncBaseTransport:
        network = CheckedNetwork(
            self._resolve, read_networks(allowed_networks), plain=httpx.URL(base_url).scheme == "http"
        )
        return _CheckedTransport(self._tls, network)


class _CheckedTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport, but for how its connections are opened, which it has no parameter for."""

    def __init__(self, tls: ssl.SSLContext, network: httpcore.AsyncNetworkBackend) -> None:
        super().__init__(verify=tls, trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=CONNECTIONS_EACH,
            max_keepalive_connections=CONNECTIONS_EACH,
            keepalive_expiry=KEPT_SECONDS,
            network_backend=network,
        )


async def _post(
    client: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str], answer_max: int
) -> Answer:
    # Uncompressed, so that a small answer cannot grow large here.
    sent = {**headers, "Accept-Encoding": "identity", "Content-Length": str(len(body))}
    async with client.stream("POST", url, content=_given_once(body), headers=sent) as response:
        read = bytearray()
        async for chunk in response.aiter_raw():
            read += chunk
            if len(read) >= answer_max:
                break
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, names, bytes(read[:answer_max]))


async def _given_once(body: bytes) -> AsyncIterator[bytes]:
    # A request and its answer hold each other until the collector comes, which is seldom: given so, the bytes are
    # let go of once they were sent, and a document's parts do not gather.
    yield body


def is_allowed(base_url: str) -> bool:
    """Whether an address may be posted to: https, or http to this machine itself."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        return False
    if url.scheme == "https":
        return bool(url.host)
    return url.scheme == "http" and _is_loopback(url.host)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
