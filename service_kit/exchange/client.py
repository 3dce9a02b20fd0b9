"""The one door by which requests leave: a small client for each destination, every attempt bounded in all."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Callable, Mapping

import httpx

from service_kit.exchange.answers import Answer
from shared_schemas.exchange.limits import ANSWER_READ_MAX_BYTES

CONNECT_SECONDS = 5.0
CONNECTIONS_EACH = 8


class NoAnswer(Exception):
    """The destination gave no HTTP answer; ``kind`` says how, in one of a few words that hold no data."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class ExchangeClient:
    """Posts messages to registered addresses: https (loopback apart), no redirect, no proxy from the environment."""

    def __init__(
        self,
        *,
        attempt_seconds: float,
        transport_for: Callable[[str], httpx.AsyncBaseTransport] | None = None,
    ) -> None:
        self._attempt_seconds = attempt_seconds
        self._transport_for = transport_for
        self._clients: dict[str, httpx.AsyncClient] = {}
        # The system's own store of authorities: an organisation adds its own there.
        self._tls = ssl.create_default_context()

    async def post(
        self,
        base_url: str,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        answer_max: int = ANSWER_READ_MAX_BYTES,
    ) -> Answer:
        """Post bytes to a path under a registered base URL. Raises ``NoAnswer``, within the attempt's time in all."""
        if not is_allowed(base_url):
            raise NoAnswer("address_refused")
        try:
            async with asyncio.timeout(self._attempt_seconds):
                return await self._post(base_url, path, body, headers, answer_max)
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

    async def _post(
        self, base_url: str, path: str, body: bytes, headers: Mapping[str, str], answer_max: int
    ) -> Answer:
        client = self._client(base_url)
        # Uncompressed, so that a small answer cannot grow large here.
        sent = {**headers, "Accept-Encoding": "identity", "Content-Length": str(len(body))}
        content = _given_once(body)
        async with client.stream("POST", base_url + path, content=content, headers=sent) as response:
            read = bytearray()
            async for chunk in response.aiter_raw():
                read += chunk
                if len(read) >= answer_max:
                    break
            names = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, names, bytes(read[:answer_max]))

    def _client(self, base_url: str) -> httpx.AsyncClient:
        client = self._clients.get(base_url)
        if client is None:
            client = httpx.AsyncClient(
                verify=self._tls,
                trust_env=False,
                follow_redirects=False,
                timeout=httpx.Timeout(self._attempt_seconds, connect=CONNECT_SECONDS),
                limits=httpx.Limits(
                    max_connections=CONNECTIONS_EACH, max_keepalive_connections=CONNECTIONS_EACH
                ),
                transport=self._transport_for(base_url) if self._transport_for else None,
            )
            self._clients[base_url] = client
        return client


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
