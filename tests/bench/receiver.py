"""A bare receiver in a process of its own: it proves each request's signature, keeps its ids and signs a receipt.

It reads one ``Setting`` as JSON from standard input, and says that it listens in one line of standard output.
"""

import asyncio
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import cast
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared_schemas.exchange.batches import read_batch
from shared_schemas.exchange.envelope import message_hash
from shared_schemas.exchange.headers import BATCH_MEDIA_TYPE, WEBHOOK_ID
from shared_schemas.exchange.receipts import Receipt, ReceiptLine, write_receipt
from shared_schemas.exchange.signatures import Scheme, verify

END_OF_HEAD = b"\r\n\r\n"
BARE, IDS, FORGET, HOLE = "/bare", "/ids", "/forget", "/hole"


@dataclass(frozen=True)
class Setting:
    """Where it listens and, in hexadecimal, whose signatures it takes and what it signs with."""

    port: int
    sender_key: str
    seed: str
    receivers: dict[str, str]  # the party that it is on each link


class Receiver:
    """What it has received; ``ids`` are those of messages whose signature was proved."""

    def __init__(self, setting: Setting) -> None:
        self.ids: set[UUID] = set()
        self._sender = Ed25519PublicKey.from_public_bytes(bytes.fromhex(setting.sender_key))
        self._key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(setting.seed))
        self._receivers = {UUID(link): UUID(party) for link, party in setting.receivers.items()}
        self._epoch = datetime.now(UTC).replace(microsecond=0)

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> bytes | None:
        """Answer a request; ``None`` to one that gets no answer at all."""
        if path.startswith(HOLE):
            return None
        if path == BARE:
            return b'{"receipt":"none"}'
        if path == IDS:
            listed = "\n".join(sorted(str(one) for one in self.ids))
            digest = sha256(listed.encode()).hexdigest()
            return json.dumps({"count": len(self.ids), "digest": digest}).encode()
        if path == FORGET:
            self.ids.clear()
            return b"{}"
        return self._receive(UUID(path.split("/")[-2]), headers, body)

    def _receive(self, link: UUID, headers: dict[str, str], body: bytes) -> bytes:
        now = datetime.now(UTC)
        verify(body, headers, accepted_schemes=[Scheme.V1A], public_keys=[self._sender], secrets=[], now=now)
        if headers["content-type"] == BATCH_MEDIA_TYPE:
            messages = {UUID(json.loads(message)["id"]): message for message in read_batch(body)}
        else:
            messages = {UUID(headers[WEBHOOK_ID]): body}
        self.ids |= messages.keys()
        stored_at = now.replace(microsecond=now.microsecond // 1000 * 1000)
        lines = [
            ReceiptLine(message_id, message_hash(message), f"bench-{message_id.hex[-12:]}", stored_at)
            for message_id, message in messages.items()
        ]
        receipt = Receipt(link, self._receivers[link], self._epoch, tuple(lines))
        return json.dumps({"receipt": write_receipt(receipt, self._key)}).encode()


class _Connection(asyncio.Protocol):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._buffer = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (head_ends := self._buffer.find(END_OF_HEAD)) >= 0:
            first, *lines = bytes(self._buffer[:head_ends]).decode("latin-1").split("\r\n")
            pairs = (line.partition(":") for line in lines)
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            starts = head_ends + len(END_OF_HEAD)
            ends = starts + int(headers.get("content-length", "0"))
            if len(self._buffer) < ends:
                return
            body = bytes(self._buffer[starts:ends])
            del self._buffer[:ends]
            answer = self._receiver.answer(first.split(" ")[1], headers, body)
            if answer is not None:
                head = (
                    f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}"
                )
                self._transport.write(head.encode() + END_OF_HEAD + answer)


async def _listen(setting: Setting) -> None:
    receiver = Receiver(setting)
    server = await asyncio.get_running_loop().create_server(
        lambda: _Connection(receiver), "127.0.0.1", setting.port
    )
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    uvloop.run(_listen(Setting(**json.loads(sys.stdin.readline()))))
