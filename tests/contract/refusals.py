"""What every refusal must be, whatever was wrong."""

from typing import Any

from httpx import Response

from shared_schemas.problems import CATALOGUE

# Stands wherever a caller may write: it must come back in no answer.
CANARY = "Zebedeequillfeather"


def check_refused(
    answer: Response, status: int, name: str, pointer: str | None = None, code: str | None = None
) -> None:
    """Check that an answer is this problem, about this field, and repeats nothing it was given."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert CANARY.lower() not in (answer.text + repr(answer.headers)).lower()
    problem: dict[str, Any] = answer.json()
    assert (problem["code"], problem["status"]) == (name, CATALOGUE[name].status)
    assert problem["type"] == CATALOGUE[name].uri
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    if pointer is not None:
        found = {(error["pointer"], error["code"]) for error in problem["errors"]}
        assert (pointer, code) in found
