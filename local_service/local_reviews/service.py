from local_service.cases.file import CaseFile, touch
from local_service.cases.models import Case
from local_service.local_reviews.course import read_course
from local_service.local_reviews.models import LocalReview, LocalReviewDecisionRow, LocalReviewState
from local_service.local_reviews.publication_rules import why_not_a_person
from local_service.local_reviews.report_document import attached_document, tell_document
from local_service.local_reviews.reviewer_rules import with_reviewers
from local_service.local_reviews.rules import (
    DECIDES,
    check_criteria,
    check_decided_on,
    check_report,
    panel_concluded_in,
    why_no_decision,
    why_no_writing,
)
from local_service.local_reviews.schemas import (
    DecisionCreate,
    DecisionRead,
    LocalReviewPatch,
    LocalReviewRead,
    PanelsCriterion,
)
from local_service.panel_link import send_to_panel
from local_service.parts import merge_parts
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.problems import ApiProblem
from shared_schemas.local_reviews import (
    LocalCriterionConsidered,
    LocalReviewReport,
    hash_of_report,
    missing_of_report,
)
from shared_schemas.messages.local import (
    LOCAL_REVIEW,
    LOCAL_REVIEW_DECISION,
    LocalReviewBody,
    LocalReviewDecisionBody,
)


async def decide(
    acting: Acting, settings: LocalSettings, file: CaseFile, given: DecisionCreate
) -> LocalReviewDecisionRow:
    """Record the partners' decision, tell the Panel, and open the review where one is commissioned (s16F(1)(b))."""
    refuse(why_not_a_person(acting.caller, "decides on a local review", DECIDES))
    refuse(why_no_decision(file))
    check_decided_on(given.decided_on, received_at=file.case.information_received_at, now=acting.now)
    check_criteria(given.criteria)
    case = file.case
    body = LocalReviewDecisionBody(**given.model_dump(), case_id=case.id, rule_set=case.rule_set)
    decision = LocalReviewDecisionRow(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=case.id,
        version=len(file.local_review_decisions) + 1,
        commissioned=given.commissioned,
        reasons=given.reasons,
        decided_on=given.decided_on,
        criteria=[one.model_dump(mode="json") for one in given.criteria],
        circumstances=list(given.circumstances),
        recorded_by=acting.caller.principal_id,
        recorded_at=acting.now,
        message_id=await send_to_panel(acting, settings, case, LOCAL_REVIEW_DECISION, body),
    )
    acting.session.add(decision)
    if given.commissioned:
        acting.session.add(_new_review(acting, case))
    touch(acting, case)
    await acting.session.flush()
    detail = {"version": decision.version, "commissioned": given.commissioned}
    await acting.event("local_review.decided", "case", case.id, detail)
    return decision


async def write_report(
    acting: Acting, file: CaseFile, expected_version: int, patch: LocalReviewPatch
) -> LocalReview:
    """Save parts of the report."""
    refuse(why_no_writing(file))
    review = _commissioned(file)
    check_version(review.version, expected_version)
    given = patch.report.model_dump(mode="json", exclude_unset=True)
    review.report = merge_parts(review.report, given)
    review.version += 1
    touch(acting, file.case)
    await acting.session.flush()
    await acting.event("local_review.written", "case", file.case.id, {"parts": sorted(given)})
    return review


async def complete(
    acting: Acting, settings: LocalSettings, file: CaseFile, expected_version: int
) -> LocalReview:
    """Complete the review and send its full report to the Panel (s16F(3), SI 2018/789 reg 15)."""
    refuse(why_no_writing(file))
    review = _commissioned(file)
    check_version(review.version, expected_version)
    given = LocalReviewReport.model_validate(review.report)
    report = with_reviewers(await read_course(acting, file, review), given)
    check_report(report)
    document = await attached_document(acting, file.case.id)
    body = LocalReviewBody(
        case_id=file.case.id,
        rule_set=file.case.rule_set,
        commissioned_on=review.commissioned_at,
        completed_at=acting.now,
        report=report,
        report_hash=hash_of_report(report),
        document=tell_document(document),
    )
    review.report = report.model_dump(mode="json", exclude_none=True)
    named = [document.id] if document else []
    review.message_id = await send_to_panel(acting, settings, file.case, LOCAL_REVIEW, body, documents=named)
    review.state = LocalReviewState.COMPLETE
    review.completed_by = acting.caller.principal_id
    review.completed_at = review.sent_at = acting.now
    review.version += 1
    touch(acting, file.case)
    await acting.session.flush()
    await acting.event("local_review.completed", "case", file.case.id, {"message": str(review.message_id)})
    return review


def show_local_review(file: CaseFile, review: LocalReview | None = None) -> LocalReviewRead:
    """Show the decisions and the review there is, if one is commissioned."""
    shown = review or file.local_review
    report = LocalReviewReport.model_validate(shown.report if shown else {})
    return LocalReviewRead(
        case_id=file.case.id,
        version=shown.version if shown else 0,
        state=LocalReviewState(shown.state) if shown else None,
        decisions=[show_decision(file, decision) for decision in file.local_review_decisions],
        report=report,
        missing=missing_of_report(report),
        commissioned_at=shown.commissioned_at if shown else None,
        completed_at=shown.completed_at if shown else None,
        sent_at=shown.sent_at if shown else None,
        message_id=shown.message_id if shown else None,
    )


def show_decision(file: CaseFile, decision: LocalReviewDecisionRow) -> DecisionRead:
    """Show one decision of the partners, with criterion (d) of reg 11 as the Panel's decisions had it then."""
    by_panel = panel_concluded_in(file, decision.recorded_at)
    return DecisionRead(
        version=decision.version,
        commissioned=decision.commissioned,
        reasons=decision.reasons,
        decided_on=decision.decided_on,
        criteria=[LocalCriterionConsidered.model_validate(one) for one in decision.criteria or ()],
        criterion_d=PanelsCriterion(met=by_panel is not None, panel_decision_version=by_panel),
        circumstances=list(decision.circumstances or ()),
        recorded_by=decision.recorded_by,
        recorded_at=decision.recorded_at,
        message_id=decision.message_id,
    )


def _new_review(acting: Acting, case: Case) -> LocalReview:
    return LocalReview(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=case.id,
        version=1,
        state=LocalReviewState.IN_PROGRESS,
        report={},
        commissioned_at=acting.now,
    )


def _commissioned(file: CaseFile) -> LocalReview:
    if file.local_review is None:
        raise ApiProblem("not-found")
    return file.local_review
