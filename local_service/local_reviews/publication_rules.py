"""When a completed local review may be published, and for how long (CA2004 s16F(4), (5), SI 2018/789 regs 16 and 17)."""

from collections.abc import Mapping
from datetime import date, datetime

from local_service.local_reviews.course_reads import Course, Earliest, PlanRead
from local_service.local_reviews.models import LocalReviewState
from local_service.local_reviews.publication_schemas import (
    PlanCreate,
    PublicationCreate,
    UnpublicationCreate,
)
from service_kit.clock.bank_holidays import BankHolidayCalendar, CalendarDoesNotCover
from service_kit.clock.working_days import (
    add_calendar_days,
    add_calendar_months,
    add_working_days,
    london_date,
)
from service_kit.identity import Caller
from service_kit.moves import Refusal
from service_kit.problems import field_problem

PUBLISHES = "Children Act 2004 s16F(4)"
IMPROVEMENTS = "Children Act 2004 s16F(5)"
COPIES = "SI 2018/789 reg 16(1)"
COPIES_OF_BOTH = "SI 2018/789 reg 16(2)"
AVAILABLE = "SI 2018/789 reg 17"
SEVEN_WORKING_DAYS = "Working Together to Safeguard Children, chapter 4: seven working days (guidance)"
PARALLEL = "Working Together to Safeguard Children, chapter 4: parallel processes (guidance)"
REGARD = "Working Together to Safeguard Children, chapter 4: the Panel's comments (guidance)"
NOTICE_DAYS = 7
MONTHS_AVAILABLE = 12

IN_PROGRESS, COMPLETE = LocalReviewState.IN_PROGRESS, LocalReviewState.COMPLETE
PRE_PUBLICATION, WITHHELD = LocalReviewState.PRE_PUBLICATION, LocalReviewState.WITHHELD
PUBLISHED, IMPROVEMENTS_ONLY = LocalReviewState.PUBLISHED, LocalReviewState.IMPROVEMENTS_ONLY
GONE = LocalReviewState.NO_LONGER_AVAILABLE

# What may be done in each state, and to which it leads.
MOVES: Mapping[LocalReviewState, Mapping[str, LocalReviewState]] = {
    IN_PROGRESS: {"complete_local_review": COMPLETE},
    COMPLETE: {"revise_report": COMPLETE, "plan_publication": PRE_PUBLICATION, "withhold_report": WITHHELD},
    PRE_PUBLICATION: {
        "revise_report": COMPLETE,
        "plan_publication": PRE_PUBLICATION,
        "withhold_report": WITHHELD,
        "publish_report": PUBLISHED,
        "publish_improvements": IMPROVEMENTS_ONLY,
    },
    WITHHELD: {"revise_report": COMPLETE, "plan_publication": PRE_PUBLICATION},
    PUBLISHED: {"end_availability": GONE},
    IMPROVEMENTS_ONLY: {"end_availability": GONE},
    GONE: {},
}
EVERY_MOVE = tuple(dict.fromkeys(move for moves in MOVES.values() for move in moves))


def why_no_move(state: LocalReviewState, move: str) -> Refusal | None:
    """Why the state does not allow a move, if so; one table says which it allows (s16F(3) to (5))."""
    if move in MOVES[state]:
        return None
    detail = f"The local review is in the state {state}, which does not allow {move}."
    return Refusal(detail, PUBLISHES, tuple(MOVES[state]))


def why_not_a_person(caller: Caller, what: str, rule: str = PUBLISHES) -> Refusal | None:
    """Why this credential cannot do it, if it is a system's: these decisions are the partners' (s16F(1)(b))."""
    if caller.is_person:
        return None
    return Refusal(f"A person {what}; this credential is a system's.", rule, problem="forbidden")


def check_plan(given: PlanCreate) -> None:
    """Refuse a plan without what its form needs: why the report is inappropriate to publish, and what is published
    instead (Children Act 2004 s16F(4), (5)).
    """
    needs = {
        "published": ("planned_on",),
        "improvements_only": ("planned_on", "improvements_information", "reasons"),
        "withheld": ("reasons",),
    }[given.form]
    for name in needs:
        if getattr(given, name) is None:
            rule = PUBLISHES if given.form == "published" else IMPROVEMENTS
            raise field_problem(f"/{name}", "missing", f"Needed for the form {given.form}.", rule=rule)
    if given.form == "withheld" and given.planned_on is not None:
        raise field_problem("/planned_on", "nothing_planned", "Nothing is published.", rule=IMPROVEMENTS)
    if given.form != "improvements_only" and given.improvements_information is not None:
        detail = "Is for improvements_only: the report holds it, or nothing is published."
        raise field_problem("/improvements_information", "not_of_this_form", detail, rule=IMPROVEMENTS)


def why_no_plan(course: Course, given: PlanCreate) -> Refusal | None:
    """Why it cannot be planned, if so: the state, or a version that is not the last (s16F(4), reg 16(1))."""
    move = "withhold_report" if given.form == "withheld" else "plan_publication"
    refusal = why_no_move(course.state, move)
    if refusal is None and given.version != course.versions[-1].version:
        detail = (
            f"Version {course.versions[-1].version} is the last of the report; only that one can be planned."
        )
        refusal = Refusal(detail, COPIES, (move,))
    return refusal


def check_known_version(course: Course, item: str, version: int) -> None:
    """Refuse a copy of what there is not: a version of the report, or a plan's information (reg 16)."""
    if item == "report":
        known = any(one.version == version for one in course.versions)
    else:
        known = any(one.number == version and one.improvements_information for one in course.plans)
    if not known:
        raise field_problem("/version", "unknown_version", "There is none of that number.", rule=COPIES)


def check_past_day(name: str, day: date, now: datetime, *, since: datetime | None = None) -> None:
    """Refuse a day in the future, or before what it comes after (dates of Europe/London)."""
    if day > london_date(now):
        raise field_problem(f"/{name}", "date_in_the_future", "Must not lie in the future.")
    if since is not None and day < london_date(since):
        raise field_problem(f"/{name}", "too_early", "Must not lie before what it comes after.")


def earliest_publication(course: Course, plan: PlanRead, calendar: BankHolidayCalendar) -> Earliest:
    """Reckon from when the very version planned may be published.

    SI 2018/789 reg 16(1): a copy to the Secretary of State and the Panel no later than seven days prior, in calendar
    days from the later of both; reg 16(2): where only improvements information is published, both the report and that
    information. The Panel's copy is the receipt of the message that carries it. Guidance asks for seven working days.
    """
    improvements = plan.form == "improvements_only"
    carried = [one.received_by_panel_at for one in course.versions if one.version == plan.version]
    copied = [_copied_on(course, "report", plan.version)]
    if improvements:
        carried.append(plan.received_by_panel_at)
        copied.append(_copied_on(course, "improvements_information", plan.number))
    received = [None if at is None else london_date(at) for at in carried]
    missing = [
        *(
            f"copy_to_secretary_of_state:{item}"
            for item, on in zip(ITEMS, copied, strict=False)
            if on is None
        ),
        *(f"receipt_by_panel:{item}" for item, on in zip(ITEMS, received, strict=False) if on is None),
    ]
    last_copied = max((on for on in copied if on), default=None)
    last_received = max((on for on in received if on), default=None)
    later = None if missing else max(on for on in (last_copied, last_received) if on)
    return Earliest(
        secretary_of_state_copied_on=last_copied,
        panel_received_on=last_received,
        lawful_from=None if later is None else add_calendar_days(later, NOTICE_DAYS).due_on,
        guidance_from=None if later is None else _working_days_after(later, calendar),
        missing=missing,
    )


ITEMS = ("report", "improvements_information")


def copies_given_on(course: Course, plan: PlanRead, calendar: BankHolidayCalendar) -> date | None:
    """Give the day by which both have their copy, or None while one lacks it (SI 2018/789 reg 16)."""
    earliest = earliest_publication(course, plan, calendar)
    if (
        earliest.missing
        or earliest.secretary_of_state_copied_on is None
        or earliest.panel_received_on is None
    ):
        return None
    return max(earliest.secretary_of_state_copied_on, earliest.panel_received_on)


def why_not_publish(
    course: Course, given: PublicationCreate, calendar: BankHolidayCalendar
) -> Refusal | None:
    """Why it cannot be published so, if so: holds, the very version, copies, seven days, comments (reg 16)."""
    plan = course.plan
    move = "publish_improvements" if plan and plan.form == "improvements_only" else "publish_report"
    refusal = why_no_move(course.state, move)
    if refusal is not None or plan is None:
        return refusal
    if course.standing_holds:
        return Refusal("A hold for a parallel process stands.", PARALLEL, ("lift_hold", "record_delay"))
    if given.version != plan.version:
        return Refusal(
            f"Version {plan.version} is the one planned and copied.", COPIES, ("plan_publication",)
        )
    return _why_too_early(plan, given, earliest_publication(course, plan, calendar)) or _why_no_regard(
        course, given
    )


def _why_too_early(plan: PlanRead, given: PublicationCreate, earliest: Earliest) -> Refusal | None:
    rule = COPIES_OF_BOTH if plan.form == "improvements_only" else COPIES
    if earliest.lawful_from is None:
        return Refusal(f"Not given yet: {', '.join(earliest.missing)}.", rule, ("record_copy",))
    if given.on < earliest.lawful_from:
        detail = f"Copies go to the Secretary of State and the Panel no later than 7 days prior: not before {earliest.lawful_from}."
        return Refusal(detail, rule, ("plan_publication", "record_delay"))
    waits = earliest.guidance_from is not None and given.on < earliest.guidance_from
    if waits and given.guidance_override_reason is None:
        detail = f"Guidance asks for seven working days: not before {earliest.guidance_from}, or say why not."
        return Refusal(detail, SEVEN_WORKING_DAYS, ("give guidance_override_reason",))
    return None


def _why_no_regard(course: Course, given: PublicationCreate) -> Refusal | None:
    if course.comments and given.regard_had is None:
        return Refusal("The Panel has commented: say in regard_had how.", REGARD, ("give regard_had",))
    return None


def available_until_min(published_on: date) -> date:
    """Give the day until which it must stay publicly available: at least one year (SI 2018/789 reg 17)."""
    return add_calendar_months(published_on, MONTHS_AVAILABLE).due_on


def why_still_available(course: Course, given: UnpublicationCreate) -> Refusal | None:
    """Why its availability cannot end, if so: one year has not passed and no court ordered it (reg 17)."""
    refusal = why_no_move(course.state, "end_availability")
    if refusal is not None:
        return refusal
    until = course.publications[-1].available_until_min
    ordered = given.reason == "court_order" and given.order is not None
    if given.on < until and not ordered:
        detail = f"It stays publicly available until {until}; only a court's order, recorded here, ends that sooner."
        return Refusal(detail, AVAILABLE, ("give reason court_order with the order",))
    return None


def _copied_on(course: Course, item: str, version: int) -> date | None:
    days = [
        one.sent_on
        for one in course.copies
        if (one.recipient, one.item, one.version) == ("secretary_of_state", item, version)
    ]
    return min(days, default=None)


def _working_days_after(day: date, calendar: BankHolidayCalendar) -> date | None:
    try:
        return add_working_days(day, NOTICE_DAYS, calendar).due_on
    except CalendarDoesNotCover:
        # Beyond the published calendar nobody can say; the law's own calendar days still hold.
        return None
