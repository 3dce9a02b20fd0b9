"""A national review as it is read: what is recorded, what may be done next and why not, and what stands open."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import select

from panel_service.meetings.agenda import recused_from
from panel_service.national_reviews.file import ReviewFile, appointment_facts, open_reviews
from panel_service.national_reviews.models import (
    Checkpoint,
    NationalReview,
    ReviewCase,
    ReviewerAppointment,
    ReviewerRequest,
    ReviewReport,
)
from panel_service.national_reviews.rules import (
    available_until_min,
    guidance_not_before,
    is_check_overdue,
    published_not_before,
    why_not,
    why_not_for_reviewer,
)
from panel_service.national_reviews.schemas import NationalReport, missing_of_report
from panel_service.national_reviews.states import Move, PublishedForm, ReviewForm, ReviewState
from service_kit.acting import Acting
from service_kit.clock.bank_holidays import published_calendar
from service_kit.clock.working_days import london_date
from service_kit.moves import Refusal
from service_kit.pagination import Page, PageRequest, make_page, newest_first
from service_kit.problems import ApiProblem

OF_REVIEWER = (
    Move.RECOMMEND_REVIEWER,
    Move.CONFIRM_REVIEWER,
    Move.DETERMINE_REMOVAL,
    Move.RECORD_REMOVAL,
    Move.CONSIDER_ANOTHER,
)
SCOPES = dict.fromkeys(Move, "national-reviews:write") | dict.fromkeys(
    (Move.DECIDE, Move.DETERMINE_REMOVAL, Move.PUBLISH_REPORT, Move.PUBLISH_IMPROVEMENTS),
    "national-reviews:decide",
)


class NextMove(BaseModel):
    """One step, and whether this credential may take it now."""

    action: str
    allowed: bool
    why_not: str | None = None
    rule: str | None = Field(default=None, description="The provision that stands against it.")


class OpenTask(BaseModel):
    """What the law asks the Panel to do and is not done yet."""

    task: str
    rule: str
    reviewer_id: UUID


class CaseOfReview(BaseModel):
    case_id: UUID
    partnership_id: UUID
    outcome: str = Field(description="The outcome of the Panel's decision by which it came in.")
    added_at: datetime


class ReviewerRead(BaseModel):
    id: UUID
    pool_member_id: UUID | None
    name: str
    off_pool_reason: str | None
    off_pool_reasons: str | None
    selected_on: date
    recommended_on: date | None
    confirmed_on: date | None
    confirmation_reference: str | None
    removal_determined_on: date | None
    removal_reasons: str | None
    removed_on: date | None
    removal_reference: str | None
    considered_another_on: date | None
    considered_another: dict[str, Any] | None
    allowed_actions: list[NextMove]


class CheckpointRead(BaseModel):
    on: date
    timeliness: str
    quality: str
    note: str
    next_on: date


class RequestRead(BaseModel):
    id: UUID
    kind: str
    what: str
    letter_reference: str
    requested_on: date
    due_on: date
    answered_on: date | None
    answer_note: str | None
    overdue: bool


class Supervision(BaseModel):
    """The Panel's monitoring of time and quality (SI 2018/789 reg 7)."""

    next_check_on: date | None
    check_overdue: bool
    checkpoints: list[CheckpointRead]
    requests: list[RequestRead]


class ReportVersion(BaseModel):
    """One version of the report, without its text."""

    version: int
    sha256: str
    missing: list[str] = Field(description="What SI 2018/789 reg 8 requires and is not there.")
    written_at: datetime
    quality_assured_on: date | None
    quality_note: str | None
    finalised_on: date | None


class ReportRead(ReportVersion):
    """One version of the report with its text."""

    report: NationalReport


class CopyRead(BaseModel):
    report_version: int
    report_sha256: str
    information_sha256: str | None
    copied_on: date
    reference: str


class Notice(BaseModel):
    """When publication may be at the earliest, by law and by guidance; null without a copy."""

    report_not_before: date | None
    report_guidance_not_before: date | None
    improvements_not_before: date | None
    improvements_guidance_not_before: date | None


class NationalReviewListed(BaseModel):
    """A national review in a list."""

    id: UUID
    version: int
    form: ReviewForm
    title: str
    state: ReviewState
    cases: int
    check_overdue: bool
    updated_at: datetime


class NationalReviewRead(BaseModel):
    """A national review, whole."""

    id: UUID
    version: int
    form: ReviewForm
    title: str
    theme: str | None
    state: ReviewState
    cases: list[CaseOfReview]
    proposed_on: date
    proposal_reasons: str
    decided_on: date | None
    decision_reasons: str | None
    secretary_of_state_told_on: date | None
    secretary_of_state_reference: str | None
    scope: dict[str, Any] | None
    started_on: date | None
    reviewers: list[ReviewerRead]
    supervision: Supervision
    reports: list[ReportVersion]
    copies: list[CopyRead]
    notice: Notice
    published_on: date | None
    published_form: PublishedForm | None
    publication: dict[str, Any] | None
    available_until_min: date | None
    taken_down_on: date | None
    takedown: dict[str, Any] | None
    closed_on: date | None
    closing_reasons: str | None
    tasks: list[OpenTask]
    allowed_actions: list[NextMove]


async def list_reviews(
    acting: Acting, page: PageRequest, *, case_id: UUID | None
) -> Page[NationalReviewListed]:
    """Give a page of national reviews, the newest first; those of one case where asked for.

    One with a case the caller is recused from is left out.
    """
    recused = select(ReviewCase.review_id).where(
        ReviewCase.organisation_id == acting.organisation_id, recused_from(acting, ReviewCase.case_id)
    )
    statement = select(NationalReview).where(
        NationalReview.organisation_id == acting.organisation_id, NationalReview.id.not_in(recused)
    )
    if case_id is not None:
        of_case = select(ReviewCase.review_id).where(
            ReviewCase.organisation_id == acting.organisation_id, ReviewCase.case_id == case_id
        )
        statement = statement.where(NationalReview.id.in_(of_case))
    rows = (await acting.session.execute(newest_first(statement, NationalReview.id, page))).scalars().all()
    files = await open_reviews(acting, rows)
    await acting.audit("national_review.listed", "national_review", None, {"count": len(rows[: page.limit])})
    return make_page(rows, page, lambda row: _listed(acting, files[row.id]), lambda row: row.id)


def show_review(acting: Acting, file: ReviewFile) -> NationalReviewRead:
    """Show a review with what may be done next, and why not."""
    review, facts, today = file.review, file.facts, london_date(acting.now)
    same = {
        name: getattr(review, name)
        for name in NationalReviewRead.model_fields.keys() & NationalReview.__table__.columns.keys()
    }
    return NationalReviewRead(
        **same,
        state=file.state,
        cases=[
            CaseOfReview(
                case_id=case.id,
                partnership_id=case.partnership_id,
                outcome=entry.outcome,
                added_at=entry.added_at,
            )
            for entry, case in file.cases
        ],
        reviewers=[_reviewer(acting, file, row, today) for row in file.appointments],
        supervision=_supervision(file, today),
        reports=[_report(row) for row in file.reports],
        copies=[CopyRead.model_validate(row, from_attributes=True) for row in file.copies],
        notice=_notice(file),
        available_until_min=available_until_min(review.published_on) if review.published_on else None,
        tasks=[
            OpenTask(task=Move.CONSIDER_ANOTHER, rule="SI 2018/789 reg 5(3)", reviewer_id=row.id)
            for row in file.appointments
            if appointment_facts(row).awaits_another
        ],
        allowed_actions=[
            _next(acting, move, why_not(facts, move, today)) for move in Move if move not in OF_REVIEWER
        ],
    )


def show_report(file: ReviewFile, version: int) -> ReportRead:
    """Show one version of the report. Raises 404."""
    for row in file.reports:
        if row.report_version == version:
            report = NationalReport.model_validate(row.report)
            return ReportRead(**_report(row).model_dump(), report=report)
    raise ApiProblem("not-found")


def _listed(acting: Acting, file: ReviewFile) -> NationalReviewListed:
    review = file.review
    return NationalReviewListed(
        id=review.id,
        version=review.version,
        form=ReviewForm(review.form),
        title=review.title,
        state=file.state,
        cases=len(file.cases),
        check_overdue=_supervision(file, london_date(acting.now)).check_overdue,
        updated_at=review.updated_at,
    )


def _reviewer(acting: Acting, file: ReviewFile, row: ReviewerAppointment, today: date) -> ReviewerRead:
    facts, one = file.facts, appointment_facts(row)
    same = {name: getattr(row, name) for name in ReviewerRead.model_fields if name != "allowed_actions"}
    moves = [_next(acting, move, why_not_for_reviewer(facts, one, move, today)) for move in OF_REVIEWER]
    return ReviewerRead(**same, allowed_actions=moves)


def _next(acting: Acting, move: Move, refusal: Refusal | None) -> NextMove:
    if SCOPES[move] not in acting.scopes:
        return NextMove(action=move, allowed=False, why_not=f"Your roles do not include {SCOPES[move]}.")
    if refusal is not None:
        return NextMove(action=move, allowed=False, why_not=refusal.detail, rule=refusal.rule)
    return NextMove(action=move, allowed=True)


def _supervision(file: ReviewFile, today: date) -> Supervision:
    next_on = file.checkpoints[-1].next_on if file.checkpoints else file.review.first_check_on
    return Supervision(
        next_check_on=next_on,
        check_overdue=is_check_overdue(file.state, next_on, today),
        checkpoints=_checkpoints(file.checkpoints),
        requests=[_request(row, today) for row in file.requests],
    )


def _checkpoints(rows: Sequence[Checkpoint]) -> list[CheckpointRead]:
    return [
        CheckpointRead(
            on=row.on_day, timeliness=row.timeliness, quality=row.quality, note=row.note, next_on=row.next_on
        )
        for row in rows
    ]


def _request(row: ReviewerRequest, today: date) -> RequestRead:
    same = {name: getattr(row, name) for name in RequestRead.model_fields if name != "overdue"}
    return RequestRead(**same, overdue=row.answered_on is None and row.due_on < today)


def _report(row: ReviewReport) -> ReportVersion:
    return ReportVersion(
        version=row.report_version,
        sha256=row.sha256,
        missing=list(missing_of_report(NationalReport.model_validate(row.report))),
        written_at=row.written_at,
        quality_assured_on=row.quality_assured_on,
        quality_note=row.quality_note,
        finalised_on=row.finalised_on,
    )


def _notice(file: ReviewFile) -> Notice:
    facts, calendar = file.facts, published_calendar()
    report, only = PublishedForm.REPORT, PublishedForm.IMPROVEMENTS_ONLY
    return Notice(
        report_not_before=published_not_before(facts, report),
        report_guidance_not_before=guidance_not_before(facts, report, calendar),
        improvements_not_before=published_not_before(facts, only),
        improvements_guidance_not_before=guidance_not_before(facts, only, calendar),
    )
