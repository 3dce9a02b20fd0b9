"""Giving back, and getting back: the bytes of messages whose sender lost them in a restore."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from service_kit.audit import record_audit
from service_kit.db import Database, set_tenant
from service_kit.exchange.answers import problem_name, read_problem
from service_kit.exchange.asking import Asker, QuestionRefused
from service_kit.exchange.client import ExchangeClient
from service_kit.exchange.links import LinkKeys, load_link
from service_kit.exchange.models import InboundMessage, Link, OutboundMessage, OutboundState
from service_kit.exchange.questions import Question
from service_kit.problems import ApiProblem
from shared_schemas.exchange.batches import FRAME_BYTES, SEPARATOR_BYTES, read_batch
from shared_schemas.exchange.envelope import InvalidEnvelope, message_hash, parse_envelope
from shared_schemas.exchange.ijson import MalformedMessage
from shared_schemas.exchange.limits import BODY_MAX_BYTES
from shared_schemas.exchange.returns import NOTHING, RETURNS_MAX, RETURNS_READ_MAX_BYTES, ReturnsQuestion

log = structlog.get_logger(__name__)


async def give_back(question: Question, ids: Sequence[UUID]) -> bytes:
    """Give a batch of what is held of the asker's own on this link. Raises 403 ``returns-closed``.

    The asker's signature alone opens nothing: a person of this side must have, and its time must not be over.
    """
    acting, keys = question.acting, question.opened.keys
    opened_by = await _opened_by(acting.session, keys)
    if opened_by is None:
        raise ApiProblem("returns-closed")
    rows = (await acting.session.execute(_held(keys, ids))).all()
    bodies: list[bytes] = []
    for row in rows:
        if bodies and _length(bodies) + SEPARATOR_BYTES + len(row.body) > BODY_MAX_BYTES:
            break
        bodies.append(row.body)
        # It is the person's doing that these are read.
        await acting.audit(
            "exchange.given_back",
            "exchange_message",
            row.id,
            {"link_id": str(keys.link_id), "opened_by": str(opened_by)},
        )
    return _write(bodies)


@dataclass(frozen=True)
class GotBack:
    """What asking for the bodies of recovered messages brought: how many came, and how many are still missing."""

    stored: int
    missing: int
    problem: str | None = None


async def get_back(
    database: Database, client: ExchangeClient, organisation_id: UUID, link_id: UUID, key_bytes: bytes
) -> GotBack:
    """Ask for the bodies of recovered messages, 20 at a time, and store each whose hash is right.

    Ends where the counterpart gives nothing more: ``problem`` says why, ``returns-closed`` where no person has opened it.
    No transaction is held while it is asked.
    """
    stored = 0
    tried: set[UUID] = set()
    while True:
        async with database.transaction(organisation_id) as session:
            now = (await session.execute(select(func.now()))).scalar_one()
            keys = await load_link(session, organisation_id, link_id, key_bytes)
            missing = [one for one in await _bodiless(session, keys) if one not in tried]
        if not missing:
            return GotBack(stored, len(tried))
        wanted = missing[:RETURNS_MAX]
        try:
            bodies = await _ask(Asker.at(client, keys, now), wanted)
        except QuestionRefused as refusal:
            return GotBack(stored, len(missing) + len(tried), refusal.kind)
        came = set()
        async with database.transaction(organisation_id) as session:
            for body in bodies:
                message_id = await _store(session, keys, body)
                if message_id is not None:
                    came.add(message_id)
        stored += len(came)
        # An answer is bounded, so that some may come only when asked for again; one that brings none will bring none.
        if not came:
            tried.update(wanted)


async def _opened_by(session: AsyncSession, keys: LinkKeys) -> UUID | None:
    statement = select(Link.returns_opened_by).where(
        Link.organisation_id == keys.organisation_id,
        Link.id == keys.link_id,
        Link.returns_open_until > func.now(),
    )
    opened_by: UUID | None = (await session.execute(statement)).scalar_one_or_none()
    return opened_by


def _held(keys: LinkKeys, ids: Iterable[UUID]) -> Select[UUID, bytes]:
    return (
        select(InboundMessage.id, InboundMessage.body)
        .where(
            InboundMessage.organisation_id == keys.organisation_id,
            InboundMessage.link_id == keys.link_id,
            InboundMessage.id.in_(list(ids)),
            InboundMessage.body.is_not(None),
        )
        .order_by(InboundMessage.id)
        .limit(RETURNS_MAX)
    )


def _length(bodies: Sequence[bytes]) -> int:
    return FRAME_BYTES + sum(map(len, bodies)) + SEPARATOR_BYTES * (len(bodies) - 1)


def _write(bodies: Sequence[bytes]) -> bytes:
    # Not `write_batch`: a single message of the largest size is larger with the frame than a batch may be.
    return b"[\n" + b",\n".join(bodies) + b"\n]" if bodies else NOTHING


async def _bodiless(session: AsyncSession, keys: LinkKeys) -> list[UUID]:
    statement = (
        select(OutboundMessage.id)
        .where(
            OutboundMessage.organisation_id == keys.organisation_id,
            OutboundMessage.link_id == keys.link_id,
            OutboundMessage.recovered_at.is_not(None),
            OutboundMessage.body.is_(None),
            OutboundMessage.state == OutboundState.DELIVERED,
        )
        .order_by(OutboundMessage.id)
    )
    return list((await session.execute(statement)).scalars())


async def _ask(asker: Asker, ids: Sequence[UUID]) -> list[bytes]:
    question = ReturnsQuestion(ids=list(ids)).model_dump_json().encode()
    answer = await asker.post("/returns", question, answer_max=RETURNS_READ_MAX_BYTES)
    if answer.status != 200:
        problem = read_problem(answer)
        raise QuestionRefused(problem_name(problem) if problem else "no_answer", answer.status)
    if answer.body == NOTHING:
        return []
    try:
        return read_batch(answer.body)
    except MalformedMessage:
        raise QuestionRefused("unreadable_answer", answer.status) from None


async def _store(session: AsyncSession, keys: LinkKeys, body: bytes) -> UUID | None:
    """Store one body where a recovered message lacks it and has its hash; give that message's id.

    The hash stands in the counterpart's signed statement, so that what comes back is what we had signed.
    """
    try:
        envelope = parse_envelope(body)
    except (MalformedMessage, InvalidEnvelope):
        return None
    stored = await session.execute(
        update(OutboundMessage)
        .where(
            OutboundMessage.organisation_id == keys.organisation_id,
            OutboundMessage.link_id == keys.link_id,
            OutboundMessage.id == envelope.id,
            OutboundMessage.hash == message_hash(body),
            OutboundMessage.body.is_(None),
            OutboundMessage.recovered_at.is_not(None),
        )
        .values(body=body, created_at=envelope.time)
        .returning(OutboundMessage.id)
        .execution_options(synchronize_session=False)
    )
    message_id: UUID | None = stored.scalar_one_or_none()
    if message_id is None:
        log.warning("exchange_return_refused", message_id=str(envelope.id), link_id=str(keys.link_id))
        return None
    await set_tenant(session, keys.organisation_id)
    await record_audit(session, keys.caller(), "exchange.got_back", "exchange_message", message_id)
    return message_id
