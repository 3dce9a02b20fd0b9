"""Receiving a document part by part: prove who sends it, put the part behind what is held, and check the whole."""

import time
from dataclasses import dataclass
from math import ceil
from uuid import UUID

from service_kit.acting import Acting
from service_kit.audit import AuditOutcome, record_audit
from service_kit.db import Database, set_tenant
from service_kit.documents.files import Partial, WrongOffset
from service_kit.documents.models import Document
from service_kit.documents.service import record_document
from service_kit.documents.store import DocumentStore, written_file
from service_kit.exchange.documents_held import find_on_link, record_on_link
from service_kit.exchange.inbox import Arrival
from service_kit.exchange.links import LinkKeys
from service_kit.exchange.message_types import ReceivingSetup
from service_kit.exchange.opening import open_authentic, unauthenticated
from service_kit.exchange.rates import Rates
from service_kit.identity import Caller
from service_kit.problems import ApiProblem
from shared_schemas.exchange.documents import PartAnswer, is_id_of_part

PARTIALS_A_LINK = 32  # what one counterpart may leave half sent


@dataclass(frozen=True)
class Part:
    """Which bytes of which document came: ``size`` is the whole document's."""

    sha256: str
    offset: int
    size: int


@dataclass(frozen=True)
class DocumentDoor:
    """What taking documents in needs of the service."""

    database: Database
    setup: ReceivingSetup
    rates: Rates
    store: DocumentStore

    async def receive(self, arrival: Arrival, part: Part) -> PartAnswer:
        """Take in one part; the document is kept once the last one is here. No transaction is open over the files.

        Raises ``ApiProblem``: 401 for every fault of link and signature alike, then 409 ``wrong-offset``, 410, 413,
        422 ``document-mismatch`` or ``document-refused``, 429.
        """
        keys, known = await self._open(arrival, part)
        if known is not None:
            return PartAnswer(hash=part.sha256, held=known.size, complete=True)
        if part.size > self.store.max_bytes:
            raise _problem("body-too-large", part)
        partial = self.store.incoming.partial(keys.organisation_id, keys.link_id, part.sha256)
        held = await self._put(keys, partial, arrival, part)
        if held < part.size:
            return PartAnswer(hash=part.sha256, held=held, complete=False)
        await self._finish(keys, partial, arrival, part)
        return PartAnswer(hash=part.sha256, held=part.size, complete=True)

    async def _open(self, arrival: Arrival, part: Part) -> tuple[LinkKeys, Document | None]:
        async with self.database.transaction() as session:
            opened = await open_authentic(
                session, arrival.link_id, arrival.headers, arrival.body, self.setup.key_bytes
            )
            if not is_id_of_part(arrival.webhook_id, part.sha256, part.offset):
                raise unauthenticated()
            seconds = self.rates.take(arrival.link_id, time.monotonic())
            if seconds:
                raise _problem("rate-limited", part, {"Retry-After": str(ceil(seconds))})
            if not opened.keys.is_open:
                raise _problem("link-closed", part)
            keys = opened.keys
            known = await find_on_link(session, keys.organisation_id, keys.link_id, part.sha256)
        return keys, known

    async def _put(self, keys: LinkKeys, partial: Partial, arrival: Arrival, part: Part) -> int:
        incoming = self.store.incoming
        if part.offset == 0 and arrival.body and not await partial.held():
            under_way = await incoming.count_partials(keys.organisation_id, keys.link_id)
            if under_way >= PARTIALS_A_LINK:
                raise _problem("rate-limited", part, {"Retry-After": "60"})
        if part.offset + len(arrival.body) > part.size:
            raise await self._mismatch(keys, partial, arrival, part)
        try:
            return await partial.add(part.offset, arrival.body)
        except WrongOffset as fault:
            raise ApiProblem("wrong-offset", members={"held": fault.held, "document": part.sha256}) from None

    async def _finish(self, keys: LinkKeys, partial: Partial, arrival: Arrival, part: Part) -> None:
        whole = await written_file(partial.path)
        if (whole.sha256, whole.size) != (part.sha256, part.size):
            raise await self._mismatch(keys, partial, arrival, part)
        try:
            kept = await self.store.keep(keys.organisation_id, whole)
        except ApiProblem as problem:
            if problem.problem_type.name != "document-refused":
                raise
            await partial.remove()
            await self._audit_refusal(keys, arrival, part, "document-refused")
            raise _problem("document-refused", part) from None
        caller = _caller(keys, arrival)
        async with self.database.transaction() as session:
            now = await set_tenant(session, keys.organisation_id)
            acting = Acting(session, caller, now)
            document, _ = await record_document(acting, kept)
            await record_on_link(session, document, keys.link_id)
            await acting.audit("exchange.document_received", "document", document.id, _detail(keys, part))
        await partial.remove()

    async def _mismatch(self, keys: LinkKeys, partial: Partial, arrival: Arrival, part: Part) -> ApiProblem:
        await partial.remove()
        await self._audit_refusal(keys, arrival, part, "document-mismatch")
        return _problem("document-mismatch", part)

    async def _audit_refusal(self, keys: LinkKeys, arrival: Arrival, part: Part, problem: str) -> None:
        async with self.database.transaction(keys.organisation_id) as session:
            await record_audit(
                session,
                _caller(keys, arrival),
                "exchange.document_refused",
                "exchange_link",
                keys.link_id,
                {**_detail(keys, part), "problem": problem},
                outcome=AuditOutcome.REFUSED,
            )


def _problem(name: str, part: Part, headers: dict[str, str] | None = None) -> ApiProblem:
    # The hash is repeated, so that the sender knows these for the counterpart's own words about this document.
    return ApiProblem(name, headers=headers, members={"document": part.sha256})


def _caller(keys: LinkKeys, arrival: Arrival) -> Caller:
    return keys.caller(
        request_id=arrival.request_id,
        correlation_id=arrival.correlation_id,
        traceparent=arrival.traceparent,
    )


def _detail(keys: LinkKeys, part: Part) -> dict[str, str | int]:
    link: UUID = keys.link_id
    return {"link_id": str(link), "sha256": part.sha256, "size": part.size}
