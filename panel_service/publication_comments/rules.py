"""When the Panel may comment on a publication."""

from collections.abc import Sequence

from panel_service.intake.review_course_rules import Held
from service_kit.problems import ApiProblem, field_problem

COMMENTS = "Working Together to Safeguard Children, chapter 4: the Panel's comments (guidance)"
CLOSED_STAGES = frozenset({"published", "no_longer_available"})


def check_comment(stages: Sequence[str], held: Sequence[Held], version: int) -> None:
    """Refuse a comment without a planned publication, after it, or on a version that is not held (guidance).

    The partners decide on publication (Children Act 2004 s16F(4)); the Panel comments on what they plan.
    """
    last = stages[-1] if stages else None
    if last is None:
        raise ApiProblem(
            "move-not-allowed",
            "No publication is planned that could be commented on.",
            rule=COMMENTS,
            allowed=["wait for the notice of publication"],
        )
    if last in CLOSED_STAGES:
        raise ApiProblem("move-not-allowed", "It is published already.", rule=COMMENTS, allowed=[])
    if all(one.version != version for one in held):
        raise field_problem("/report_version", "unknown_version", "Is not held.", rule=COMMENTS)
