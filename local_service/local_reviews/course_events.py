"""When the events of a local review's course happened: pure facts, which duties are counted from and met by."""

from datetime import datetime

from local_service.local_reviews.course_reads import Course
from local_service.local_reviews.publication_rules import copies_given_on
from service_kit.clock.bank_holidays import BankHolidayCalendar
from service_kit.clock.working_days import start_of_day


def publication_events(course: Course | None, calendar: BankHolidayCalendar) -> dict[str, datetime | None]:
    """Name each event with its time, or None where it has not happened; a day counts from its start in London.

    ``copies_given`` is the later of the Secretary of State's copy and the Panel's receipt, of the very version planned
    (SI 2018/789 reg 16); ``availability_ends`` the day until which it must stay available (reg 17). Without a
    commissioned review, ``course`` is None.
    """
    plan = course.plan if course else None
    planned = plan if plan is not None and plan.form != "withheld" else None
    copied_on = copies_given_on(course, planned, calendar) if course and planned else None
    published = course.publications[-1] if course and course.publications else None
    return {
        "local_review_completed": course.completed_at if course else None,
        "copies_given": start_of_day(copied_on) if copied_on else None,
        "publication_planned": planned.recorded_at if planned else None,
        "published": start_of_day(published.on) if published else None,
        "availability_ends": start_of_day(published.available_until_min) if published else None,
    }
