"""The report of a national review: written, assured, final, copied, published (s16B(3) to (5), SI 2018/789 regs 8 to 10)."""

import hashlib
import json
from datetime import date
from typing import Any
from uuid import UUID

from panel_service.national_reviews.changing import changed, check_day, open_for
from panel_service.national_reviews.file import ReviewFile, read_review
from panel_service.national_reviews.models import CopyGiven, NationalReview, ReviewReport
from panel_service.national_reviews.recommending import keep_recommendations
from panel_service.national_reviews.rules import (
    available_until_min,
    guidance_not_before,
    why_guidance_not_kept,
    why_not_in_state,
    why_not_published_on,
    why_not_taken_down,
)
from panel_service.national_reviews.schemas import (
    REQUIRED_OF_REPORT,
    CopyMade,
    NationalReport,
    OnDay,
    Published,
    QualityAssured,
    ReportWritten,
    TakenDown,
    missing_of_report,
)
from panel_service.national_reviews.states import Move, PublishedForm, ReviewState
from panel_service.national_reviews.telling import tell, tell_step
from panel_service.public_register.entering import enter_national_review
from panel_service.public_register.service import withdraw_published
from panel_service.settings import PanelSettings
from service_kit.acting import Acting
from service_kit.clock.bank_holidays import published_calendar
from service_kit.clock.working_days import london_date
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.problems import ApiProblem
from shared_schemas.messages.national_reviews import PUBLISHED, NationalReviewPublishedBody
from shared_schemas.problems import ProblemError

PUBLISHES = {
    PublishedForm.REPORT: Move.PUBLISH_REPORT,
    PublishedForm.IMPROVEMENTS_ONLY: Move.PUBLISH_IMPROVEMENTS,
}


def sha256_of_report(report: dict[str, Any]) -> str:
    """Hash a report's canonical form: JSON with sorted members, no spaces, in UTF-8."""
    canonical = json.dumps(report, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


async def write_report(
    acting: Acting, settings: PanelSettings, review_id: UUID, expected: int, given: ReportWritten
) -> ReviewFile:
    """Keep a version of the report; it is a draft until assured and final, whatever the version before was (reg 8)."""
    file = await open_for(acting, review_id, expected, Move.WRITE_REPORT)
    report = given.report.model_dump(mode="json")
    first = not file.reports
    row = ReviewReport(
        organisation_id=acting.organisation_id,
        id=new_id(),
        review_id=review_id,
        report_version=len(file.reports) + 1,
        report=report,
        sha256=sha256_of_report(report),
        written_by=acting.caller.principal_id,
        written_at=acting.now,
    )
    was_draft = file.state == ReviewState.DRAFT
    acting.session.add(row)
    await changed(acting, file.review, "national_review.report_written", version=row.report_version)
    if first or not was_draft:
        await tell_step(acting, settings, file, ReviewState.DRAFT, london_date(acting.now))
    return await read_review(acting, review_id)


async def assure_quality(
    acting: Acting, settings: PanelSettings, review_id: UUID, expected: int, given: QualityAssured
) -> ReviewFile:
    """Record that the Panel finds the report of satisfactory quality (s16B(3)). Refused while a part of reg 8 is missing."""
    file = await open_for(acting, review_id, expected, Move.ASSURE_QUALITY)
    report = _latest(file)
    _check_parts(report)
    check_day(acting, given.on, file.review.started_on)
    report.quality_assured_on, report.quality_note = given.on, given.note
    await changed(acting, file.review, "national_review.quality_assured", version=report.report_version)
    await tell_step(acting, settings, file, ReviewState.QUALITY_ASSURED, given.on)
    return file


async def finalise(
    acting: Acting, settings: PanelSettings, review_id: UUID, expected: int, given: OnDay
) -> ReviewFile:
    """Make the report final: both parts there (reg 8), a confirmed reviewer left, no duty of reg 5 open."""
    file = await open_for(acting, review_id, expected, Move.FINALISE)
    report = _latest(file)
    check_day(acting, given.on, report.quality_assured_on)
    report.finalised_on = given.on
    await changed(acting, file.review, "national_review.finalised", version=report.report_version)
    await tell_step(acting, settings, file, ReviewState.FINAL, given.on)
    return file


async def copy_to_secretary_of_state(
    acting: Acting, settings: PanelSettings, review_id: UUID, expected: int, given: CopyMade
) -> ReviewFile:
    """Record the copy given to the Secretary of State, of the final report, with the information where there is one (reg 9)."""
    file = await open_for(acting, review_id, expected, Move.COPY)
    report = _latest(file)
    check_day(acting, given.on, report.finalised_on)
    information = given.improvements_information
    acting.session.add(
        CopyGiven(
            organisation_id=acting.organisation_id,
            id=new_id(),
            review_id=review_id,
            report_version=report.report_version,
            report_sha256=report.sha256,
            improvements_information=information,
            information_sha256=hashlib.sha256(information.encode()).hexdigest() if information else None,
            copied_on=given.on,
            reference=given.reference,
            recorded_by=acting.caller.principal_id,
            recorded_at=acting.now,
        )
    )
    detail = {"version": report.report_version, "with_information": information is not None}
    await changed(acting, file.review, "national_review.copied", **detail)
    await tell_step(acting, settings, file, ReviewState.COPIED, given.on)
    return await read_review(acting, review_id)


async def publish(
    acting: Acting, settings: PanelSettings, review_id: UUID, expected: int, given: Published
) -> ReviewFile:
    """Record the publication of the report (s16B(4)), or of information on improvements only (s16B(5)).

    Refused within seven days of the copy (reg 9(1), (2)); within guidance's seven working days only with reasons.
    """
    file = await open_for(acting, review_id, expected)
    facts, review = file.facts, file.review
    refuse(why_not_in_state(file.state, PUBLISHES[given.form]))
    check_day(acting, given.published_on, facts.report_copied_on, pointer="/published_on")
    refuse(why_not_published_on(facts, given.form, given.published_on))
    first = guidance_not_before(facts, given.form, published_calendar())
    refuse(why_guidance_not_kept(first, given.published_on, given.notice_override_reasons))
    review.published_on, review.published_form = given.published_on, given.form
    review.publication = _publication(file, given)
    await changed(acting, review, "national_review.published", form=given.form)
    step = ReviewState.PUBLISHED if given.form == PublishedForm.REPORT else ReviewState.IMPROVEMENTS_ONLY
    await _tell_published(acting, settings, file, step, given.published_on)
    await enter_national_review(acting, review)
    await keep_recommendations(acting, review, _latest(file))
    return file


async def take_down(
    acting: Acting, settings: PanelSettings, review_id: UUID, expected: int, given: TakenDown
) -> ReviewFile:
    """Record a take-down: refused before three years have passed, unless a court ordered it (reg 10)."""
    file = await open_for(acting, review_id, expected)
    review, order = file.review, given.court_order_reference
    check_day(acting, given.on, review.published_on)
    refuse(why_not_taken_down(file.facts, given.on, by_court_order=order is not None))
    review.taken_down_on = given.on
    review.takedown = given.model_dump(mode="json", exclude={"on"})
    await changed(acting, review, "national_review.taken_down", by_court_order=order is not None)
    await _tell_published(acting, settings, file, "taken_down", given.on)
    await withdraw_published(acting, review.id, given.on, given.reasons)
    return file


def _publication(file: ReviewFile, given: Published) -> dict[str, Any]:
    report = _latest(file)
    kept = given.model_dump(mode="json", exclude={"form", "published_on"})
    kept |= {"report_version": report.report_version, "report_sha256": report.sha256, "sha256": report.sha256}
    if given.form == PublishedForm.IMPROVEMENTS_ONLY:
        copy = [
            one
            for one in file.copies
            if one.report_version == report.report_version and one.improvements_information is not None
        ][-1]
        kept |= {
            "sha256": copy.information_sha256,
            "improvements_information": copy.improvements_information,
        }
    return kept


async def _tell_published(
    acting: Acting, settings: PanelSettings, file: ReviewFile, step: str, on: date
) -> None:
    review = file.review
    publication, published_on = _published(review)
    body = NationalReviewPublishedBody(
        national_review_id=review.id,
        step=step,
        on=on,
        form=review.published_form or "",
        title=review.title,
        summary=publication["summary"],
        address=publication["address"],
        sha256=publication["sha256"],
        available_until_min=available_until_min(published_on),
    )
    await tell(acting, settings, [case for _, case in file.cases], PUBLISHED, body)


def _published(review: NationalReview) -> tuple[dict[str, Any], date]:
    if review.publication is None or review.published_on is None:
        raise ApiProblem("not-found")
    return review.publication, review.published_on


def _latest(file: ReviewFile) -> ReviewReport:
    if file.report is None:
        raise ApiProblem("not-found")
    return file.report


def _check_parts(report: ReviewReport) -> None:
    missing = missing_of_report(NationalReport.model_validate(report.report))
    if missing:
        raise ApiProblem(
            "incomplete",
            f"{len(missing)} required part(s) of the report are missing.",
            rule="SI 2018/789 reg 8",
            errors=[
                ProblemError(
                    pointer=f"/report/{name}",
                    code="missing",
                    detail=f"Required by {REQUIRED_OF_REPORT[name]}.",
                )
                for name in missing
            ],
        )
