"""When a rapid review may be started, written and completed."""

import json
from collections.abc import Mapping
from typing import Any

from local_service.cases.file import CaseFile
from local_service.rapid_reviews.models import RapidReviewState
from service_kit.clock.rule_sets import RuleSet, published_rule_sets
from service_kit.moves import Refusal
from service_kit.problems import ApiProblem
from shared_schemas.exchange.limits import BODY_MAX_BYTES
from shared_schemas.problems import ProblemError
from shared_schemas.rapid_reviews import RapidReviewSections, missing_sections

DOCUMENT = "rapid_review"
EXERCISE = "rapid_review_completion"
ROOM_FOR_THE_REST = 65_536  # bytes of a message for its envelope and the other members of its body


def why_no_start(file: CaseFile) -> Refusal | None:
    """Why none can be started, if so. It may start as soon as the case is recorded: the clock runs from receipt."""
    if not file.is_open:
        return Refusal("The case is not open.", provision(file))
    if file.rapid_review is not None:
        return Refusal("The rapid review was started already.", provision(file), ("write_rapid_review",))
    return None


def why_no_writing(file: CaseFile) -> Refusal | None:
    """Why it cannot be written or completed, if so."""
    if not file.is_open:
        return Refusal("The case is not open.", provision(file))
    if file.rapid_review is None:
        return Refusal("The rapid review has not been started.", provision(file), ("start_rapid_review",))
    if file.rapid_review.state == RapidReviewState.COMPLETE:
        return Refusal("The rapid review is complete; what was completed does not change.", provision(file))
    return None


def why_no_addendum(file: CaseFile) -> Refusal | None:
    """Why nothing can be added, if so: the findings the Panel was given never change, and what is new stands beside them."""
    if not file.is_open:
        return Refusal("The case is not open.", provision(file))
    if file.rapid_review is None or file.rapid_review.sent_at is None:
        return Refusal(
            "The rapid review has not been sent to the Panel: until it is complete, its sections can be written.",
            provision(file),
            ("write_rapid_review", "complete_rapid_review"),
        )
    return None


def provision(file: CaseFile) -> str:
    """Give where the case's own rule set says that the exercise is to be done."""
    return published_rule_sets().get(file.case.rule_set).duty(EXERCISE).provision


def required_sections(rule_set: RuleSet) -> list[str]:
    """Give the sections a rule set asks for; the default asks only what the consultation of 2017 did."""
    return rule_set.required_parts.get(DOCUMENT, [])


def check_size(sections: Mapping[str, Any]) -> None:
    """Refuse (413) what would not fit one message: once complete it can be shortened no more."""
    if len(json.dumps(sections, ensure_ascii=False).encode()) > BODY_MAX_BYTES - ROOM_FOR_THE_REST:
        raise ApiProblem(
            "body-too-large",
            "The rapid review as a whole is larger than one message may be; shorten its longest texts.",
        )


def check_complete(sections: RapidReviewSections, rule_set: RuleSet) -> None:
    """Refuse completion (409 ``incomplete``) while a required section is missing, naming each."""
    missing = missing_sections(sections, required_sections(rule_set))
    if missing:
        raise ApiProblem(
            "incomplete",
            f"{len(missing)} section(s) that {rule_set.title} asks for are missing.",
            rule=rule_set.title,
            errors=[
                ProblemError(
                    pointer=f"/sections/{name}", code="missing", detail=f"Required by {rule_set.title}."
                )
                for name in missing
            ],
        )
