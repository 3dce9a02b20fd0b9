"""Uploading the documents a message names: part by part, from where the counterpart is, each under the lease."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service_kit.documents.store import DocumentStore
from service_kit.exchange.answers import Answer, Outcome, Verdict
from service_kit.exchange.client import ExchangeClient, NoAnswer
from service_kit.exchange.documents_named import NamedDocument
from service_kit.exchange.kept_answers import kept_answer
from service_kit.exchange.leases import Claimed
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.part_answers import Held, judge_part
from service_kit.exchange.results import Attempt
from shared_schemas.exchange.documents import PART_MEDIA_TYPE, new_part_id
from shared_schemas.exchange.headers import CORRELATION_ID
from shared_schemas.exchange.limits import BODY_MAX_BYTES
from shared_schemas.exchange.signatures import Scheme, signed_headers

# How often the counterpart may say that a part belongs elsewhere before this attempt gives up.
CORRECTIONS_MAX = 4

Renew = Callable[[Claimed], Awaitable[datetime | None]]


class LeaseLost(Exception):
    """Another worker has the message now: it, and nobody else, goes on."""


@dataclass(frozen=True)
class Sender:
    """What every upload of one worker needs."""

    client: ExchangeClient
    store: DocumentStore
    renew: Renew

    async def upload_all(
        self, message: Claimed, keys: LinkKeys, documents: Sequence[NamedDocument]
    ) -> tuple[Claimed, Attempt | None]:
        """Upload what a message names. Gives the message with the time it was renewed at, and the attempt that failed.

        Raises ``LeaseLost``.
        """
        for document in documents:
            upload = _Upload(self, message, keys, document)
            failed = await upload.run()
            message = upload.message
            if failed is not None:
                return message, failed
        return message, None


class _Upload:
    def __init__(self, sender: Sender, message: Claimed, keys: LinkKeys, document: NamedDocument) -> None:
        self._sender, self.message, self._keys, self._document = sender, message, keys, document

    async def run(self) -> Attempt | None:
        """Ask what is held, then send the parts that are not; ``None`` once the counterpart has it whole."""
        # The first question brings nothing, so that what was cut goes on without a part sent in vain.
        offset, part, corrections = 0, b"", 0
        while True:
            started = time.monotonic()
            told = await self._post(offset, part)
            if isinstance(told, Attempt):
                return told
            await self._renew()
            if told.complete:
                return None
            corrections += told.moved
            if corrections > CORRECTIONS_MAX or not self._goes_on(told, offset, part):
                return self._failed(started, Verdict(Outcome.MESSAGE_WAITS))
            offset = told.held
            try:
                part = await self._read(offset)
            except OSError:
                return self._failed(started, Verdict(Outcome.MESSAGE_WAITS), "document_unreadable")

    def _goes_on(self, told: Held, offset: int, part: bytes) -> bool:
        """Whether the answer can be true of what was sent."""
        if told.held > self._document.size:
            return False
        if told.moved:
            return True
        # Whole, but not complete: the counterpart has said neither yes nor no.
        return told.held == offset + len(part) and not (offset and not part)

    async def _read(self, offset: int) -> bytes:
        length = min(BODY_MAX_BYTES, self._document.size - offset)
        if not length:
            return b""
        part = await self._sender.store.storage.read_part(self._document.storage_key, offset, length)
        if len(part) != length:
            raise OSError("the storage holds less of the document than was put there")
        return part

    async def _post(self, offset: int, part: bytes) -> Held | Attempt:
        started = time.monotonic()
        path = f"/documents/{self._document.sha256}?offset={offset}&size={self._document.size}"
        try:
            answer = await self._sender.client.post(
                self._keys.counterpart_url,
                path,
                part,
                self._headers(offset, part),
                allowed_networks=self._keys.allowed_networks,
            )
        except NoAnswer as fault:
            return self._failed(started, Verdict(Outcome.DESTINATION_FAULT), fault.kind)
        told = judge_part(answer, self._document.sha256, self.message.claimed_at)
        return told if isinstance(told, Held) else self._failed(started, told, answer=answer)

    def _headers(self, offset: int, part: bytes) -> dict[str, str]:
        keys = self._keys
        headers = signed_headers(
            part,
            message_id=new_part_id(self._document.sha256, offset),
            now=self.message.now(),
            private_keys=keys.signing_keys if Scheme.V1A in keys.schemes else [],
            secrets=keys.signing_secrets if Scheme.V1 in keys.schemes else [],
        )
        headers["Content-Type"] = PART_MEDIA_TYPE
        if self.message.correlation_id:
            headers[CORRELATION_ID] = self.message.correlation_id
        return headers

    async def _renew(self) -> None:
        renewed = await self._sender.renew(self.message)
        if renewed is None:
            raise LeaseLost
        self.message = replace(self.message, claimed_at=renewed, claimed=time.monotonic())

    def _failed(
        self, started: float, verdict: Verdict, outcome: str | None = None, *, answer: Answer | None = None
    ) -> Attempt:
        return Attempt(
            started_at=self.message.now(),
            duration_ms=round((time.monotonic() - started) * 1000),
            verdict=verdict,
            outcome=outcome or verdict.outcome.value,
            http_status=answer.status if answer else None,
            answer=kept_answer(answer, [self.message.body]) if answer else None,
        )
