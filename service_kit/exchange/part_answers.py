"""What an answer to a part of a document means. As with messages, only the counterpart's own words kill."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from service_kit.exchange.answers import (
    Answer,
    Outcome,
    Verdict,
    classify_status,
    problem_name,
    read_problem,
)
from shared_schemas.exchange.documents import PartAnswer

# What the counterpart itself said of this document, by its hash.
DEAD_PROBLEMS = frozenset({"document-refused", "body-too-large"})


@dataclass(frozen=True)
class Held:
    """How much the counterpart holds; ``moved`` tells that the part was not taken because it belongs elsewhere."""

    held: int
    complete: bool
    moved: bool = False


def judge_part(answer: Answer, sha256: str, now: datetime) -> Held | Verdict:
    """Judge an answer: how far the upload is, or why it does not go on."""
    if 200 <= answer.status < 300:
        return _read_held(answer, sha256)
    waits = classify_status(answer, now)
    if waits is not None:
        return waits
    problem = read_problem(answer)
    if problem is None or problem.get("document") != sha256:
        return Verdict(Outcome.DESTINATION_FAULT)
    held = problem.get("held")
    match problem_name(problem):
        case "wrong-offset" if isinstance(held, int) and held >= 0:
            return Held(held, complete=False, moved=True)
        case "document-mismatch" as name:
            verdict = Verdict(Outcome.MESSAGE_WAITS, problem=name, authentic=True)
        case name if name in DEAD_PROBLEMS:
            verdict = Verdict(Outcome.DEAD, problem=name, authentic=True)
        case name:
            verdict = Verdict(Outcome.DESTINATION_FAULT, problem=name)
    return verdict


def _read_held(answer: Answer, sha256: str) -> Held | Verdict:
    try:
        told = PartAnswer.model_validate_json(answer.body)
    except ValidationError:
        return Verdict(Outcome.DESTINATION_FAULT)
    if told.hash != sha256:
        return Verdict(Outcome.DESTINATION_FAULT)
    return Held(told.held, told.complete)
