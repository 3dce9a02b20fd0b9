"""Everything recorded of one national review."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from panel_service.cases.models import Case
from panel_service.meetings.agenda import refuse_if_recused
from panel_service.national_reviews.models import (
    Checkpoint,
    CopyGiven,
    NationalReview,
    ReviewCase,
    ReviewerAppointment,
    ReviewerRequest,
    ReviewReport,
)
from panel_service.national_reviews.schemas import NationalReport, missing_of_report
from panel_service.national_reviews.states import (
    Appointment,
    Copy,
    PublishedForm,
    Report,
    ReviewFacts,
    ReviewForm,
    ReviewState,
    state_of,
)
from service_kit.acting import Acting
from service_kit.problems import ApiProblem


@dataclass(frozen=True)
class ReviewFile:
    """A national review with its parts as they were when read; lists run from the first to the latest."""

    review: NationalReview
    cases: Sequence[tuple[ReviewCase, Case]] = ()
    appointments: Sequence[ReviewerAppointment] = ()
    checkpoints: Sequence[Checkpoint] = ()
    requests: Sequence[ReviewerRequest] = ()
    reports: Sequence[ReviewReport] = ()
    copies: Sequence[CopyGiven] = ()

    @property
    def report(self) -> ReviewReport | None:
        """The latest version of the report."""
        return self.reports[-1] if self.reports else None

    @property
    def facts(self) -> ReviewFacts:
        """What is recorded now, as the rules are asked about it."""
        review, report = self.review, self.report
        return ReviewFacts(
            form=ReviewForm(review.form),
            decided_on=review.decided_on,
            scoped=review.scope is not None,
            appointments=tuple(appointment_facts(one) for one in self.appointments),
            started_on=review.started_on,
            report=None if report is None else _report_facts(report),
            copies=tuple(_copy_facts(one) for one in self.copies),
            published_on=review.published_on,
            published_form=PublishedForm(review.published_form) if review.published_form else None,
            taken_down_on=review.taken_down_on,
            closed_on=review.closed_on,
        )

    @property
    def state(self) -> ReviewState:
        """The state, derived."""
        return state_of(self.facts)

    def appointment(self, appointment_id: UUID) -> ReviewerAppointment:
        """Find one of its reviewers. Raises 404."""
        for one in self.appointments:
            if one.id == appointment_id:
                return one
        raise ApiProblem("not-found")


def appointment_facts(row: ReviewerAppointment) -> Appointment:
    """Give an appointment as plain values."""
    return Appointment(
        selected_on=row.selected_on,
        recommended_on=row.recommended_on,
        confirmed_on=row.confirmed_on,
        removal_determined_on=row.removal_determined_on,
        removed_on=row.removed_on,
        before_completion=row.removed_before_completion,
        considered_another_on=row.considered_another_on,
    )


def _report_facts(row: ReviewReport) -> Report:
    return Report(
        version=row.report_version,
        missing=missing_of_report(NationalReport.model_validate(row.report)),
        quality_assured_on=row.quality_assured_on,
        finalised_on=row.finalised_on,
    )


def _copy_facts(row: CopyGiven) -> Copy:
    return Copy(row.report_version, row.copied_on, row.improvements_information is not None)


async def lock_review(acting: Acting, review_id: UUID) -> ReviewFile:
    """Read a review to change it or its parts: its row stays locked until the transaction ends. Raises 404."""
    return await _open(acting, _by_id(acting, review_id).with_for_update())


async def read_review(acting: Acting, review_id: UUID) -> ReviewFile:
    """Read a review. Raises 404, also for another organisation's; 403 to who is recused from a case in it."""
    return await _open(acting, _by_id(acting, review_id))


async def open_reviews(acting: Acting, reviews: Sequence[NationalReview]) -> dict[UUID, ReviewFile]:
    """Read the parts of several reviews, in as many queries as of one."""
    ids = [review.id for review in reviews]
    cases = await _cases(acting, ids)
    appointments = await _parts(acting, ReviewerAppointment, ids, ReviewerAppointment.id)
    checkpoints = await _parts(acting, Checkpoint, ids, Checkpoint.id)
    requests = await _parts(acting, ReviewerRequest, ids, ReviewerRequest.id)
    reports = await _parts(acting, ReviewReport, ids, ReviewReport.report_version)
    copies = await _parts(acting, CopyGiven, ids, CopyGiven.id)
    return {
        review.id: ReviewFile(
            review=review,
            cases=cases[review.id],
            appointments=appointments[review.id],
            checkpoints=checkpoints[review.id],
            requests=requests[review.id],
            reports=reports[review.id],
            copies=copies[review.id],
        )
        for review in reviews
    }


async def _cases(acting: Acting, ids: Sequence[UUID]) -> dict[UUID, list[tuple[ReviewCase, Case]]]:
    statement = (
        select(ReviewCase, Case)
        .join(
            Case,
            (Case.organisation_id == ReviewCase.organisation_id) & (Case.id == ReviewCase.case_id),
        )
        .where(ReviewCase.organisation_id == acting.organisation_id, ReviewCase.review_id.in_(ids))
        .order_by(Case.link_id, Case.exchange_reference)
    )
    found: dict[UUID, list[tuple[ReviewCase, Case]]] = defaultdict(list)
    for entry, case in (await acting.session.execute(statement)).all():
        found[entry.review_id].append((entry, case))
    return found


async def _parts(acting: Acting, model: Any, ids: Sequence[UUID], order: Any) -> dict[UUID, list[Any]]:
    statement = (
        select(model)
        .where(model.organisation_id == acting.organisation_id, model.review_id.in_(ids))
        .order_by(order)
    )
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in (await acting.session.execute(statement)).scalars():
        found[row.review_id].append(row)
    return found


async def _open(acting: Acting, statement: Select[NationalReview]) -> ReviewFile:
    review = (await acting.session.execute(statement)).scalar_one_or_none()
    if review is None:
        raise ApiProblem("not-found")
    file = (await open_reviews(acting, [review]))[review.id]
    await refuse_if_recused(acting, *(case.id for _, case in file.cases))
    return file


def _by_id(acting: Acting, review_id: UUID) -> Select[NationalReview]:
    return select(NationalReview).where(
        NationalReview.organisation_id == acting.organisation_id, NationalReview.id == review_id
    )
