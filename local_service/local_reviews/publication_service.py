"""What becomes of a completed report: each step is a rule, an entry, and where the Panel is told, a message."""

from typing import Any
from uuid import UUID

from local_service.local_reviews.course import add_entry
from local_service.local_reviews.course_models import EntryKind
from local_service.local_reviews.models import LocalReviewState
from local_service.local_reviews.opening import OpenReview
from local_service.local_reviews.publication_rules import (
    MOVES,
    available_until_min,
    check_known_version,
    check_past_day,
    check_plan,
    why_no_move,
    why_no_plan,
    why_not_a_person,
    why_not_publish,
    why_still_available,
)
from local_service.local_reviews.publication_schemas import (
    CopyCreate,
    PlanCreate,
    PublicationCreate,
    UnpublicationCreate,
    VersionCreate,
)
from local_service.local_reviews.reviewer_rules import with_reviewers
from local_service.local_reviews.rules import check_report
from local_service.panel_link import send_to_panel
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.clock.bank_holidays import published_calendar
from service_kit.etags import check_version
from service_kit.moves import refuse
from service_kit.problems import field_problem
from shared_schemas.local_reviews import hash_of_report
from shared_schemas.messages.review_course import PUBLICATION_NOTICE, PublicationNoticeBody


async def revise_report(
    acting: Acting, settings: LocalSettings, opened: OpenReview, expected: int, given: VersionCreate
) -> None:
    """Make a later version of the final report and send it to the Panel; a plan must be made anew (reg 15, 16).

    Raises 409 ``incomplete`` where a part of reg 15 is missing.
    """
    check_version(opened.review.version, expected)
    refuse(why_no_move(opened.course.state, "revise_report"))
    report = with_reviewers(opened.course, given.report)
    check_report(report)
    version = opened.course.versions[-1].version + 1
    report_hash = hash_of_report(report)
    message_id = await _tell_panel(
        acting, settings, opened, stage="revised", report_version=version, report_hash=report_hash,
        report=report, reasons=given.reasons,
    )  # fmt: skip
    revised = given.model_copy(update={"report": report})
    _move(opened, "revise_report")
    await add_entry(
        acting, opened.file, EntryKind.REPORT_VERSION, revised, message_id=message_id, report_hash=report_hash
    )
    await _event(acting, opened, "local_review.revised", version=version)


async def record_copy(acting: Acting, opened: OpenReview, given: CopyCreate) -> None:
    """Record that a copy was given, and of which version (SI 2018/789 reg 16)."""
    check_known_version(opened.course, given.item, given.version)
    made = opened.course.versions if given.item == "report" else opened.course.plans
    check_past_day("sent_on", given.sent_on, acting.now, since=made[given.version - 1].recorded_at)
    row = await add_entry(acting, opened.file, EntryKind.COPY, given)
    await _event(
        acting,
        opened,
        "local_review.copied",
        number=row.number,
        recipient=given.recipient,
        version=given.version,
    )


async def plan_publication(
    acting: Acting, settings: LocalSettings, opened: OpenReview, expected: int, given: PlanCreate
) -> None:
    """Plan what is published and when, or that nothing is, and tell the Panel (CA2004 s16F(4), (5))."""
    check_version(opened.review.version, expected)
    refuse(why_not_a_person(acting.caller, "decides on publication"))
    refuse(why_no_plan(opened.course, given))
    check_plan(given)
    withheld = given.form == "withheld"
    message_id = await _tell_panel(
        acting, settings, opened,
        stage="withheld" if withheld else "planned",
        form=given.form,
        report_version=given.version,
        report_hash=opened.course.versions[-1].report_hash,
        improvements_information=given.improvements_information,
        reasons=given.reasons,
        planned_on=given.planned_on,
    )  # fmt: skip
    _move(opened, "withhold_report" if withheld else "plan_publication")
    row = await add_entry(acting, opened.file, EntryKind.PLAN, given, message_id=message_id)
    await _event(
        acting,
        opened,
        "local_review.publication_planned",
        number=row.number,
        form=given.form,
        version=given.version,
    )


async def publish(
    acting: Acting, settings: LocalSettings, opened: OpenReview, expected: int, given: PublicationCreate
) -> None:
    """Record a publication, no earlier than the law allows, and tell the Panel (SI 2018/789 regs 16 and 17)."""
    check_version(opened.review.version, expected)
    refuse(why_not_a_person(acting.caller, "publishes"))
    refuse(why_not_publish(opened.course, given, published_calendar()))
    check_past_day("on", given.on, acting.now)
    plan = opened.course.plan
    if plan is None:
        raise TypeError("a state that allows publication without a plan")
    message_id = await _tell_panel(
        acting, settings, opened,
        stage="published",
        form=plan.form,
        report_version=given.version,
        report_hash=opened.course.versions[-1].report_hash,
        on=given.on,
        where=given.where,
    )  # fmt: skip
    _move(opened, "publish_improvements" if plan.form == "improvements_only" else "publish_report")
    await add_entry(
        acting, opened.file, EntryKind.PUBLICATION, given, message_id=message_id,
        form=plan.form, available_until_min=available_until_min(given.on).isoformat(),
    )  # fmt: skip
    await _event(acting, opened, "local_review.published", form=plan.form, version=given.version)


async def end_availability(
    acting: Acting, settings: LocalSettings, opened: OpenReview, expected: int, given: UnpublicationCreate
) -> None:
    """Record that a publication is no longer available, at least a year after it (SI 2018/789 reg 17)."""
    check_version(opened.review.version, expected)
    refuse(why_not_a_person(acting.caller, "ends the availability"))
    refuse(why_still_available(opened.course, given))
    check_past_day("on", given.on, acting.now)
    published = opened.course.publications[-1]
    if given.on < published.on:
        raise field_problem("/on", "too_early", "Must not lie before the publication.")
    message_id = await _tell_panel(
        acting, settings, opened,
        stage="no_longer_available",
        form=published.form,
        report_version=published.version,
        report_hash=opened.course.versions[-1].report_hash,
        on=given.on,
    )  # fmt: skip
    _move(opened, "end_availability")
    await add_entry(acting, opened.file, EntryKind.UNPUBLICATION, given, message_id=message_id)
    await _event(acting, opened, "local_review.availability_ended", reason=given.reason)


def _move(opened: OpenReview, move: str) -> None:
    opened.review.state = MOVES[LocalReviewState(opened.review.state)][move]


async def _tell_panel(acting: Acting, settings: LocalSettings, opened: OpenReview, **facts: Any) -> UUID:
    body = PublicationNoticeBody(case_id=opened.file.case.id, **facts)
    return await send_to_panel(acting, settings, opened.file.case, PUBLICATION_NOTICE, body)


async def _event(acting: Acting, opened: OpenReview, name: str, **detail: Any) -> None:
    await acting.event(name, "case", opened.file.case.id, detail)
