"""What may be done next on a case, and if not, why not: the same refusals that the steps themselves give."""

from collections.abc import Iterator

from pydantic import BaseModel, Field

from local_service.cases.file import CaseFile
from local_service.local_reviews import next_steps as course
from local_service.local_reviews import rules as local_reviews
from local_service.moves import Refusal
from local_service.notifications import rules as notifications
from local_service.rapid_reviews import rules as rapid_reviews
from service_kit.acting import Acting


class AllowedAction(BaseModel):
    """One step and whether this credential may take it now."""

    action: str
    allowed: bool
    why_not: str | None = None
    rule: str | None = Field(default=None, description="The provision that stands against it.")


def actions_of(acting: Acting, file: CaseFile, *, four_eyes: bool) -> list[AllowedAction]:
    """List every step there is on a case."""
    return [_action(acting, *step) for step in _steps(acting, file, four_eyes=four_eyes)]


def _steps(acting: Acting, file: CaseFile, *, four_eyes: bool) -> Iterator[tuple[str, str, Refusal | None]]:
    closed = None if file.is_open else Refusal("The case is not open.")
    yield "change_facts", "cases:write", closed
    yield "give_judgement", "assessments:write", closed
    yield "draft_notification", "notifications:draft", notifications.why_no_draft(file)
    authorisation = (
        notifications.why_no_authorisation(file)
        or notifications.why_not_this_person(file, acting.caller, four_eyes=four_eyes)
        or notifications.why_not_serious(file)
    )
    yield "authorise_notification", "notifications:authorise", authorisation
    yield "start_rapid_review", "rapid-reviews:write", rapid_reviews.why_no_start(file)
    yield "write_rapid_review", "rapid-reviews:write", rapid_reviews.why_no_writing(file)
    yield "complete_rapid_review", "rapid-reviews:complete", rapid_reviews.why_no_writing(file)
    yield "decide_on_local_review", "local-reviews:decide", local_reviews.why_no_decision(file)
    yield "write_local_review", "local-reviews:write", local_reviews.why_no_writing(file)
    yield "complete_local_review", "local-reviews:write", local_reviews.why_no_writing(file)
    yield "appoint_reviewer", "local-reviews:write", course.why_no_appointment_on(file)
    yield "plan_publication", "local-reviews:decide", course.why_no_planning_on(file)
    yield "reply_to_panel_decision", "local-reviews:decide", course.why_no_reply_on(file)


def _action(acting: Acting, action: str, scope: str, refusal: Refusal | None) -> AllowedAction:
    if scope not in acting.scopes:
        return AllowedAction(action=action, allowed=False, why_not=f"Your roles do not include {scope}.")
    if refusal is not None:
        return AllowedAction(action=action, allowed=False, why_not=refusal.detail, rule=refusal.rule)
    return AllowedAction(action=action, allowed=True)
