"""An answer to a part: only the counterpart's own words about this document count."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service_kit.exchange.answers import Answer, Outcome, Verdict
from service_kit.exchange.part_answers import Held, judge_part

SHA256 = "ab" * 32
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def judged(status: int, body: dict[str, Any] | bytes, **headers: str) -> Held | Verdict:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return judge_part(Answer(status, headers, content), SHA256, NOW)


def problem(name: str, status: int, **members: Any) -> Held | Verdict:
    body = {"type": f"/problems/{name}", "document": SHA256, **members}
    return judged(status, body, **{"content-type": "application/problem+json"})


def test_what_is_held_is_read() -> None:
    assert judged(200, {"hash": SHA256, "held": 5, "complete": False}) == Held(5, complete=False)
    assert judged(200, {"hash": SHA256, "held": 5, "complete": True, "new": 1}) == Held(5, complete=True)
    assert problem("wrong-offset", 409, held=7) == Held(7, complete=False, moved=True)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            problem("document-mismatch", 422),
            Verdict(Outcome.MESSAGE_WAITS, problem="document-mismatch", authentic=True),
        ),
        (problem("document-refused", 422), Verdict(Outcome.DEAD, problem="document-refused", authentic=True)),
        (problem("body-too-large", 413), Verdict(Outcome.DEAD, problem="body-too-large", authentic=True)),
        (
            judged(429, b"", **{"retry-after": "60"}),
            Verdict(Outcome.DESTINATION_WAITS, wait=timedelta(seconds=60)),
        ),
        (judged(410, b""), Verdict(Outcome.DESTINATION_PAUSED)),
        (judged(500, b""), Verdict(Outcome.MESSAGE_WAITS)),
    ],
)
def test_each_answer_has_its_consequence(answer: Held | Verdict, expected: Verdict) -> None:
    assert answer == expected


@pytest.mark.parametrize(
    "answer",
    [
        judged(200, b"<html>"),
        judged(200, {}),
        judged(200, {"hash": "cd" * 32, "held": 5, "complete": True}),
        judged(200, {"hash": SHA256, "held": -1, "complete": True}),
        judged(404, b""),
        judged(401, b""),
        problem("document-refused", 422, document="cd" * 32),
        problem("document-refused", 409),
        problem("wrong-offset", 409, held="7"),
        problem("wrong-offset", 409, held=-1),
        judged(422, {"type": "/problems/document-refused", "document": SHA256}),
    ],
)
def test_whatever_else_comes_back_is_the_destinations_fault(answer: Held | Verdict) -> None:
    assert isinstance(answer, Verdict)
    assert answer.outcome == Outcome.DESTINATION_FAULT
