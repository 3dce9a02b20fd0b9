"""What an answer to a message means. Only the counterpart's own words kill one: never age, an outage or a proxy."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared_schemas.exchange.headers import PROBLEM_MEDIA_TYPE
from shared_schemas.exchange.ijson import MalformedMessage, load_ijson
from shared_schemas.exchange.receipts import ReceiptLine, ReceiptRejected, open_receipt
from shared_schemas.problems import CATALOGUE

DEAD_PROBLEMS = frozenset(
    {
        "malformed-message",
        "changed-message",
        "body-too-large",
        "unsupported-media-type",
        "invalid-message",
        "unsupported-type",
    }
)
DESTINATION_WAITS = frozenset({429, 502, 503, 504, 507})
MESSAGE_WAITS = frozenset({408, 425, 500})
RETRY_AFTER_SHORTEST = timedelta(seconds=1)
RETRY_AFTER_LONGEST = timedelta(hours=1)
KEPT_ERRORS = 50
_PLAIN_POINTER = re.compile(r"(?:/[A-Za-z0-9_.~-]{0,60}){0,20}")
_PLAIN_CODE = re.compile(r"[a-z0-9_]{1,60}")


@dataclass(frozen=True)
class Answer:
    """What came back: header names in lower case, at most the first 256 KiB of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Outcome(StrEnum):
    DELIVERED = "delivered"
    DEAD = "dead"
    DOCUMENT_MISSING = "document_missing"  # it goes again after the documents it names
    CONFLICT = "conflict"  # its place is taken: what holds it decides what follows
    MESSAGE_WAITS = "message_waits"
    DESTINATION_WAITS = "destination_waits"
    DESTINATION_PAUSED = "destination_paused"
    DESTINATION_FAULT = "destination_fault"


@dataclass(frozen=True)
class Verdict:
    """``receipt`` with its signed ``note`` on delivery and conflict; ``wait`` only where the destination named one.

    ``authentic``: these are the counterpart's own words about this message, and so a sign that it is there.
    """

    outcome: Outcome
    receipt: ReceiptLine | None = None
    note: str | None = None
    problem: str | None = None
    problem_errors: tuple[tuple[str, str], ...] = ()
    wait: timedelta | None = None
    authentic: bool = False


@dataclass(frozen=True)
class Sent:
    """The message an answer is about, and whose receipt would count for it."""

    message_id: UUID
    hash: str
    link_id: UUID
    receiver: UUID
    receiver_keys: Collection[Ed25519PublicKey]


def classify_answer(answer: Answer, sent: Sent, now: datetime) -> Verdict:
    """Judge an answer by its status, its receipt, or a catalogued problem that repeats the message's id."""
    if 200 <= answer.status < 300:
        return _judge_success(answer, sent)
    problem = read_problem(answer)
    waits = classify_status(answer, now)
    if waits is None:
        return _judge_problem(problem, sent)
    if problem is None or problem.get("message_id") not in {None, str(sent.message_id)}:
        return waits
    return replace(waits, problem=problem_name(problem), authentic=True)


def classify_status(answer: Answer, now: datetime) -> Verdict | None:
    """Judge what a status alone says, whatever was asked; ``None`` where the answer's words must be read."""
    if answer.status in DESTINATION_WAITS:
        return Verdict(Outcome.DESTINATION_WAITS, wait=_retry_after(answer, now))
    if answer.status == 410:
        return Verdict(Outcome.DESTINATION_PAUSED)
    if answer.status in MESSAGE_WAITS:
        return Verdict(Outcome.MESSAGE_WAITS)
    return None


def _judge_success(answer: Answer, sent: Sent) -> Verdict:
    note = text_member(read_object(answer.body), "receipt")
    line = _receipt_line(note, sent, sent.message_id) if note else None
    if line is None or line.hash != sent.hash:
        return Verdict(Outcome.DESTINATION_FAULT)
    return Verdict(Outcome.DELIVERED, receipt=line, note=note, authentic=True)


def _judge_problem(problem: Mapping[str, Any] | None, sent: Sent) -> Verdict:
    if problem is None or problem.get("message_id") != str(sent.message_id):
        return Verdict(Outcome.DESTINATION_FAULT)
    name = problem_name(problem)
    if name in DEAD_PROBLEMS:
        errors = _plain_errors(problem.get("errors"))
        return Verdict(Outcome.DEAD, problem=name, problem_errors=errors, authentic=True)
    if name == "document-missing":
        return Verdict(Outcome.DOCUMENT_MISSING, problem=name, authentic=True)
    note = text_member(problem, "receipt")
    line = _receipt_line(note, sent) if name == "conflict" and note else None
    if line is None:
        return Verdict(Outcome.DESTINATION_FAULT, problem=name)
    return Verdict(Outcome.CONFLICT, receipt=line, note=note, problem=name, authentic=True)


def read_problem(answer: Answer) -> Mapping[str, Any] | None:
    """Read a problem of the catalogue under its own status; ``None`` for anything else, a proxy's page included."""
    problem = read_object(answer.body) if _is_problem(answer) else {}
    name = problem_name(problem)
    if name not in CATALOGUE or problem.get("type") != CATALOGUE[name].uri:
        return None
    return problem if answer.status == CATALOGUE[name].status else None


def problem_name(problem: Mapping[str, Any]) -> str:
    """Give the name that stands in a problem's type."""
    return (text_member(problem, "type") or "").removeprefix("/problems/")


def _is_problem(answer: Answer) -> bool:
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower() == PROBLEM_MEDIA_TYPE


def read_object(body: bytes) -> Mapping[str, Any]:
    """Give the answer's JSON object; an empty one for a page of a proxy, or whatever else it may be."""
    try:
        content = load_ijson(body)
    except MalformedMessage:
        return {}
    return content if isinstance(content, dict) else {}


def text_member(content: Mapping[str, Any], name: str) -> str | None:
    """Give a member that is text, or ``None``."""
    value = content.get(name)
    return value if isinstance(value, str) else None


def _receipt_line(note: str, sent: Sent, message_id: UUID | None = None) -> ReceiptLine | None:
    """The line about one message, or the only line there is."""
    try:
        receipt = open_receipt(
            note, link=sent.link_id, receiver=sent.receiver, public_keys=sent.receiver_keys
        )
    except ReceiptRejected:
        return None
    if message_id is not None:
        return receipt.line_for(message_id)
    return receipt.lines[0] if len(receipt.lines) == 1 else None


def _plain_errors(errors: Any) -> tuple[tuple[str, str], ...]:
    """Pointers and codes only, and only such as hold no words: the rest of a stranger's text is not kept."""
    if not isinstance(errors, list):
        return ()
    pairs = [
        (text_member(e, "pointer"), text_member(e, "code"))
        for e in errors[:KEPT_ERRORS]
        if isinstance(e, dict)
    ]
    return tuple(
        (pointer, code)
        for pointer, code in pairs
        if pointer is not None
        and code is not None
        and _PLAIN_POINTER.fullmatch(pointer)
        and _PLAIN_CODE.fullmatch(code)
    )


def _retry_after(answer: Answer, now: datetime) -> timedelta | None:
    """RFC 9110 section 10.2.3: seconds or a date, brought within what a destination may ask for."""
    value = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        wait = timedelta(seconds=int(value))
    elif (moment := read_http_date(value)) is not None:
        wait = moment - now
    else:
        return None
    return min(max(wait, RETRY_AFTER_SHORTEST), RETRY_AFTER_LONGEST)


def read_http_date(value: str) -> datetime | None:
    """Read a header's date (RFC 9110 section 5.6.7), if it is one and says its zone."""
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo is not None else None
