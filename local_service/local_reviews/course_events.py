"""When the events of a local review's course happened: pure facts, which duties are counted from and met by."""

from datetime import date, datetime

from local_service.local_reviews.course_reads import Course
from local_service.local_reviews.publication_rules import copies_given_on
from service_kit.clock.bank_holidays import BankHolidayCalendar
from service_kit.clock.working_days import start_of_day


def publication_events(course: Course | None, calendar: BankHolidayCalendar) -> dict[str, datetime | None]:
    """Name each event with its time, or None where it has not happened; a day counts from its start in London.

    ``copies_given`` is the later of the Secretary of State's copy and the Panel's receipt, of the very version planned
    (SI 2018/789 reg 16), which is counted back from the day of ``publication_planned``; ``availability_ends`` is when
    it was taken down (reg 17), and so not before that. Without a commissioned review, ``course`` is None.
    """
    plan = course.plan if course else None
    planned = plan if plan is not None and plan.form != "withheld" else None
    copied_on = copies_given_on(course, planned, calendar) if course and planned else None
    published = course.publications[-1] if course and course.publications else None
    taken_down = course.unpublications[-1] if course and course.unpublications else None
    appointed = [reviewer.appointed_on for reviewer in course.reviewers] if course else []
    return {
        "reviewer_appointed": _start(min(appointed, default=None)),
        "local_review_completed": course.completed_at if course else None,
        "copies_given": _start(copied_on),
        "publication_planned": _start(planned.planned_on if planned else None),
        "published": _start(published.on if published else None),
        "availability_ends": _start(taken_down.on if taken_down else None),
    }


def _start(day: date | None) -> datetime | None:
    return start_of_day(day) if day else None
