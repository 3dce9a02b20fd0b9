"""What may be done next on a case, and if not, why not: the same refusals that the steps themselves give."""

from collections.abc import Iterator

from pydantic import BaseModel, Field

from local_service.agency_summaries import rules as agency_summaries
from local_service.case_course import rules as case_course
from local_service.cases.file import CaseFile
from local_service.information_requests import rules as information_requests
from local_service.learning import rules as learning
from local_service.local_reviews import next_steps as course
from local_service.local_reviews import rules as local_reviews
from local_service.national_reviews import rules as national_reviews
from local_service.notifications import rules as notifications
from local_service.rapid_reviews import rules as rapid_reviews
from local_service.rapid_reviews import view_rules as partners_views
from local_service.withdrawals import rules as withdrawals
from service_kit.acting import Acting
from service_kit.moves import Refusal


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
    yield "draft_withdrawal", "notifications:draft", withdrawals.why_no_withdrawal(file)
    yield "record_not_notifiable", "assessments:write", case_course.why_not_not_notifiable(file)
    yield "close_case", "cases:close", case_course.why_no_closure(file)
    yield "reopen_case", "cases:close", case_course.why_no_reopening(file)
    yield "start_rapid_review", "rapid-reviews:write", rapid_reviews.why_no_start(file)
    yield "write_rapid_review", "rapid-reviews:write", rapid_reviews.why_no_writing(file)
    yield "complete_rapid_review", "rapid-reviews:complete", rapid_reviews.why_no_writing(file)
    yield "give_partners_view", "rapid-reviews:sign", partners_views.why_no_view(file)
    yield "add_to_rapid_review", "rapid-reviews:complete", rapid_reviews.why_no_addendum(file)
    yield "request_information", "information-requests:write", information_requests.why_no_request(file)
    yield "begin_agency_summary", "agency-summaries:write", agency_summaries.why_no_summary(file)
    yield "record_learning", "learning:write", learning.why_no_learning(file)
    yield "decide_on_local_review", "local-reviews:decide", local_reviews.why_no_decision(file)
    yield "write_local_review", "local-reviews:write", local_reviews.why_no_writing(file)
    yield "complete_local_review", "local-reviews:write", local_reviews.why_no_writing(file)
    proposal = national_reviews.why_not_this_proposer(acting.caller) or national_reviews.why_no_proposal(file)
    yield "propose_national_review", "national-reviews:propose", proposal
    yield "appoint_reviewer", "local-reviews:write", course.why_no_appointment_on(file)
    yield "plan_publication", "local-reviews:decide", course.why_no_planning_on(file)
    yield "reply_to_panel_decision", "local-reviews:decide", course.why_no_reply_on(file)


def _action(acting: Acting, action: str, scope: str, refusal: Refusal | None) -> AllowedAction:
    if scope not in acting.scopes:
        return AllowedAction(action=action, allowed=False, why_not=f"Your roles do not include {scope}.")
    if refusal is not None:
        return AllowedAction(action=action, allowed=False, why_not=refusal.detail, rule=refusal.rule)
    return AllowedAction(action=action, allowed=True)
