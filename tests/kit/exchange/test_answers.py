"""The two tables of answers, whole: what each answer does to a message."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from service_kit.exchange.answers import DEAD_PROBLEMS, Answer, Outcome, Sent, classify_answer
from service_kit.ids import new_id
from shared_schemas.exchange.receipts import Receipt, ReceiptLine, write_receipt
from shared_schemas.problems import CATALOGUE

NOW = datetime(2026, 11, 3, 9, 12, 33, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
MESSAGE, LINK, RECEIVER = new_id(), uuid4(), uuid4()
HASH = "ab" * 32
SENT = Sent(MESSAGE, HASH, LINK, RECEIVER, [KEY.public_key()])
PROBLEM = {"content-type": "application/problem+json"}


def receipt(
    *ids: UUID,
    key: Ed25519PrivateKey = KEY,
    link: UUID = LINK,
    receiver: UUID = RECEIVER,
    body_hash: str = HASH,
) -> str:
    lines = tuple(ReceiptLine(message_id, body_hash, "7b1f0c52-5a0e", NOW) for message_id in ids)
    return write_receipt(Receipt(link, receiver, NOW, lines), key)


def success(note: str, status: int = 201) -> Answer:
    return Answer(status, {}, json.dumps({"receipt": note, "problems": []}).encode())


def refusal(name: str, **changes: Any) -> Answer:
    problem = CATALOGUE[name]
    document = {"type": problem.uri, "status": problem.status, "message_id": str(MESSAGE), **changes}
    return Answer(problem.status, PROBLEM, json.dumps(document).encode())


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_valid_receipt_delivers(status: int) -> None:
    verdict = classify_answer(success(receipt(MESSAGE), status), SENT, NOW)
    assert verdict.outcome == Outcome.DELIVERED
    assert verdict.receipt is not None
    assert verdict.receipt.hash == HASH


@pytest.mark.parametrize(
    "note",
    [
        receipt(MESSAGE, key=Ed25519PrivateKey.from_private_bytes(b"\x03" * 32)),
        receipt(MESSAGE, link=uuid4()),
        receipt(MESSAGE, receiver=uuid4()),
        receipt(MESSAGE, body_hash="cd" * 32),
        receipt(new_id()),
        receipt(),
        "",
        "page",
    ],
    ids=["other key", "other link", "other party", "other hash", "other message", "no line", "empty", "page"],
)
def test_success_without_a_valid_receipt_is_the_destinations_fault(note: str) -> None:
    assert classify_answer(success(note), SENT, NOW).outcome == Outcome.DESTINATION_FAULT


@pytest.mark.parametrize("name", sorted(DEAD_PROBLEMS))
def test_a_catalogued_problem_that_repeats_the_id_kills(name: str) -> None:
    verdict = classify_answer(refusal(name), SENT, NOW)
    assert (verdict.outcome, verdict.problem) == (Outcome.DEAD, name)


@pytest.mark.parametrize("name", sorted(DEAD_PROBLEMS))
@pytest.mark.parametrize(
    "changes",
    [
        {"message_id": str(new_id())},
        {"message_id": None},
        {"message_id": [str(MESSAGE)]},
        {"type": "/problems/of-somebody-else"},
        {"type": "about:blank"},
        {"type": 7},
    ],
    ids=["other id", "no id", "list", "other type", "blank type", "no type"],
)
def test_any_other_problem_does_not(name: str, changes: dict[str, Any]) -> None:
    assert classify_answer(refusal(name, **changes), SENT, NOW).outcome == Outcome.DESTINATION_FAULT


def test_a_problem_under_another_status_or_media_type_does_not() -> None:
    answer = refusal("invalid-message")
    as_json = Answer(422, {"content-type": "application/json"}, answer.body)
    assert classify_answer(as_json, SENT, NOW).outcome == Outcome.DESTINATION_FAULT
    other = Answer(400, PROBLEM, answer.body)
    assert classify_answer(other, SENT, NOW).outcome == Outcome.DESTINATION_FAULT


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *((status, Outcome.DESTINATION_WAITS) for status in (429, 502, 503, 504, 507)),
        (410, Outcome.DESTINATION_PAUSED),
        *((status, Outcome.MESSAGE_WAITS) for status in (408, 425, 500)),
        *((status, Outcome.DESTINATION_FAULT) for status in (100, 301, 302, 307, 400, 401, 403, 404, 405)),
        *((status, Outcome.DESTINATION_FAULT) for status in (409, 413, 415, 418, 422, 451, 501, 505, 599)),
    ],
)
def test_a_bare_status_never_kills(status: int, outcome: Outcome) -> None:
    assert classify_answer(Answer(status, {}, b"<html>"), SENT, NOW).outcome == outcome


@given(
    status=st.integers(100, 599),
    headers=st.dictionaries(st.sampled_from(["content-type", "retry-after", "date"]), st.text(max_size=40)),
    body=st.binary(max_size=200),
)
def test_whatever_comes_is_judged_and_never_kills(status: int, headers: dict[str, str], body: bytes) -> None:
    verdict = classify_answer(Answer(status, headers, body), SENT, NOW)
    assert verdict.outcome not in {Outcome.DEAD, Outcome.DELIVERED, Outcome.CONFLICT}
    assert verdict.wait is None or timedelta(seconds=1) <= verdict.wait <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        ("0", 1),
        ("999999999", 3600),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300),
        (format_datetime(NOW - timedelta(minutes=5), usegmt=True), 1),
        ("soon", None),
        ("-5", None),
        ("1e3", None),
        ("\u0663", None),
    ],
)
def test_retry_after_counts_within_bounds(value: str, seconds: int | None) -> None:
    verdict = classify_answer(Answer(503, {"retry-after": value}, b""), SENT, NOW)
    assert verdict.wait == (None if seconds is None else timedelta(seconds=seconds))


def test_a_conflict_needs_the_receipt_of_the_one_held() -> None:
    held = new_id()
    verdict = classify_answer(refusal("conflict", receipt=receipt(held)), SENT, NOW)
    assert verdict.outcome == Outcome.CONFLICT
    assert verdict.receipt is not None
    assert verdict.receipt.id == held
    for note in (receipt(), receipt(held, new_id()), receipt(held, link=uuid4()), "", None, 7):
        answer = refusal("conflict", receipt=note)
        assert classify_answer(answer, SENT, NOW).outcome == Outcome.DESTINATION_FAULT


def test_of_a_refusals_errors_only_plain_pointers_and_codes_are_kept() -> None:
    errors = [
        {"pointer": "/data/words", "code": "missing", "detail": "secret"},
        {"pointer": "/data/some secret", "code": "missing"},
        {"pointer": "/data", "code": "Has Words"},
        {"pointer": 7, "code": "missing"},
        "secret",
    ]
    verdict = classify_answer(refusal("invalid-message", errors=errors), SENT, NOW)
    assert verdict.problem_errors == (("/data/words", "missing"),)
