"""Whether a step of a national review may be taken (Children Act 2004 s16B, SI 2018/789 regs 4 to 10)."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial

from panel_service.national_reviews.states import (
    MOVES,
    Appointment,
    Move,
    PublishedForm,
    ReviewFacts,
    ReviewForm,
    ReviewState,
    state_of,
)
from service_kit.clock.bank_holidays import BankHolidayCalendar, CalendarDoesNotCover
from service_kit.clock.working_days import add_calendar_months, add_working_days
from service_kit.moves import Refusal

LEGAL_DAYS = 7
GUIDANCE_WORKING_DAYS = 7
MONTHS_AVAILABLE = 36
GUIDANCE = "Working Together to Safeguard Children, guidance: seven working days"
OUTCOMES = {
    ReviewForm.SINGLE_CASE: frozenset({"national_review"}),
    ReviewForm.THEMATIC: frozenset({"national_review", "thematic_candidate"}),
}
PROVISIONS = {
    Move.ADD_CASE: "Children Act 2004 s16B(1)(b)",
    Move.DECIDE: "Children Act 2004 s16B(1)",
    Move.SET_SCOPE: "Children Act 2004 s16B(1)(b)",
    Move.SELECT_REVIEWER: "SI 2018/789 reg 4(3)",
    Move.RECOMMEND_REVIEWER: "SI 2018/789 reg 4(5)",
    Move.CONFIRM_REVIEWER: "SI 2018/789 reg 4(5)",
    Move.DETERMINE_REMOVAL: "SI 2018/789 reg 5(2)",
    Move.RECORD_REMOVAL: "SI 2018/789 reg 5(2)",
    Move.CONSIDER_ANOTHER: "SI 2018/789 reg 5(3)",
    Move.START: "SI 2018/789 reg 4(5)",
    Move.CHECK: "SI 2018/789 reg 7(1)",
    Move.REQUEST: "SI 2018/789 reg 7(2)",
    Move.WRITE_REPORT: "SI 2018/789 reg 8",
    Move.ASSURE_QUALITY: "Children Act 2004 s16B(3)",
    Move.FINALISE: "SI 2018/789 reg 8",
    Move.COPY: "SI 2018/789 reg 9",
    Move.PUBLISH_REPORT: "Children Act 2004 s16B(4)",
    Move.PUBLISH_IMPROVEMENTS: "Children Act 2004 s16B(5)",
    Move.TAKE_DOWN: "SI 2018/789 reg 10",
    Move.CLOSE: "Children Act 2004 s16B(4)",
}


def why_outcome_does_not_fit(form: ReviewForm, outcome: str | None) -> Refusal | None:
    """Why a case cannot be reviewed in this form, if so: the Panel's decision that stands must say it (s16B(1))."""
    if outcome in OUTCOMES[form]:
        return None
    wanted = " or ".join(sorted(OUTCOMES[form]))
    return Refusal(
        f"The Panel's decision that stands on a case is not {wanted}.",
        "Children Act 2004 s16B(1)",
        ("record_decision",),
    )


def why_not(facts: ReviewFacts, move: Move, today: date) -> Refusal | None:
    """Why a step may not be taken today, if so: first by the table of moves, then by what the step itself asks."""
    refusal = why_not_in_state(state_of(facts), move)
    if refusal is not None:
        return refusal
    asks = _ASKED.get(move)
    return None if asks is None else asks(facts, today)


def why_not_in_state(state: ReviewState, move: Move) -> Refusal | None:
    """Why a step is not one of this state, if so: the table of moves says."""
    if move in MOVES[state]:
        return None
    return Refusal(
        f"The national review is {state.value.replace('_', ' ')}: this step is not one of that state.",
        PROVISIONS[move],
        tuple(sorted(MOVES[state])),
    )


def _why_not_published(form: PublishedForm, facts: ReviewFacts, today: date) -> Refusal | None:
    return why_not_published_on(facts, form, today)


def _why_removal_first(facts: ReviewFacts) -> Refusal | None:
    """Why the Secretary of State's removal comes first, if so: after publication there is none (reg 5(2))."""
    if any(one.awaits_removal for one in facts.appointments):
        return Refusal(
            "The Panel determined that a reviewer should be removed; the Secretary of State's removal is not recorded.",
            "SI 2018/789 reg 5(2)",
            (Move.RECORD_REMOVAL,),
        )
    return None


def _why_not_final(facts: ReviewFacts, _today: date) -> Refusal | None:
    removal = _why_removal_first(facts)
    if removal is not None:
        return removal
    if any(one.awaits_another for one in facts.appointments):
        return Refusal(
            "A reviewer was removed: the Panel must consider appointing another, and say what came of it.",
            "SI 2018/789 reg 5(3)",
            (Move.CONSIDER_ANOTHER,),
        )
    if not any(one.is_confirmed for one in facts.appointments):
        return Refusal(
            "No reviewer whose appointment the Secretary of State confirmed is left.",
            "SI 2018/789 reg 4(5)",
            (Move.SELECT_REVIEWER,),
        )
    if facts.report is None or facts.report.missing:
        return Refusal("The report lacks a part it must include.", "SI 2018/789 reg 8", (Move.WRITE_REPORT,))
    return None


def why_not_for_reviewer(
    facts: ReviewFacts, appointment: Appointment, move: Move, today: date
) -> Refusal | None:
    """Why a step of one reviewer's appointment may not be taken, if so (SI 2018/789 regs 4(5), 5(2), 5(3))."""
    if facts.published_on is not None and move in {Move.DETERMINE_REMOVAL, Move.RECORD_REMOVAL}:
        return Refusal(
            "The report or the information on improvements is published: a reviewer is removed only before.",
            "SI 2018/789 reg 5(2)",
        )
    refusal = why_not(facts, move, today)
    if refusal is not None:
        return refusal
    met, otherwise, instead = _asked_of_appointment(appointment)[move]
    return None if met else Refusal(otherwise, PROVISIONS[move], instead)


def _asked_of_appointment(one: Appointment) -> dict[Move, tuple[bool, str, tuple[str, ...]]]:
    undetermined = one.is_live and one.removal_determined_on is None
    return {
        Move.RECOMMEND_REVIEWER: (
            undetermined and one.recommended_on is None,
            "Only a reviewer who is selected and not yet recommended can be recommended.",
            (),
        ),
        Move.CONFIRM_REVIEWER: (
            undetermined and one.recommended_on is not None and one.confirmed_on is None,
            "Only a reviewer who was recommended, and not yet confirmed, can be confirmed.",
            (Move.RECOMMEND_REVIEWER,),
        ),
        Move.DETERMINE_REMOVAL: (undetermined, "The removal is determined already.", (Move.RECORD_REMOVAL,)),
        Move.RECORD_REMOVAL: (
            one.awaits_removal,
            "The Secretary of State removes a confirmed reviewer after the Panel has determined it.",
            (Move.DETERMINE_REMOVAL,),
        ),
        Move.CONSIDER_ANOTHER: (
            one.awaits_another,
            "No duty to consider appointing another stands open for this reviewer.",
            (),
        ),
    }


def published_not_before(facts: ReviewFacts, form: PublishedForm) -> date | None:
    """The first day on which it may be published: seven days after the copy, by the calendar (reg 9(1), 9(2)); None without a copy."""
    only = form == PublishedForm.IMPROVEMENTS_ONLY
    copied_on = facts.information_copied_on if only else facts.report_copied_on
    return None if copied_on is None else copied_on + timedelta(days=LEGAL_DAYS)


def why_not_published_on(facts: ReviewFacts, form: PublishedForm, on: date) -> Refusal | None:
    """Why it may not be published on a day, if so.

    A reviewer who should be removed is removed before (reg 5(2)).
    The Secretary of State has the report no later than 7 days before (SI 2018/789 reg 9(1)); where only information on
    improvements is published, the report and the information both (reg 9(2)).
    """
    only = form == PublishedForm.IMPROVEMENTS_ONLY
    rule = "SI 2018/789 reg 9(2)" if only else "SI 2018/789 reg 9(1)"
    removal = _why_removal_first(facts)
    if removal is not None:
        return removal
    first = published_not_before(facts, form)
    if first is None:
        what = "the report and the information on improvements" if only else "the report"
        return Refusal(f"The Secretary of State has no copy of {what}.", rule, (Move.COPY,))
    if on < first:
        return Refusal(
            f"The Secretary of State has had the copy for less than 7 days: not before {first}.",
            rule,
            (f"publish on or after {first}",),
        )
    return None


def guidance_not_before(
    facts: ReviewFacts, form: PublishedForm, calendar: BankHolidayCalendar
) -> date | None:
    """The first day that keeps to the guidance's seven working days; None without a copy or where no calendar reaches."""
    first = published_not_before(facts, form)
    if first is None:
        return None
    try:
        copied_on = first - timedelta(days=LEGAL_DAYS)
        return add_working_days(copied_on, GUIDANCE_WORKING_DAYS, calendar).due_on
    except CalendarDoesNotCover:
        return None


def why_guidance_not_kept(first: date | None, on: date, override: str | None) -> Refusal | None:
    """Why publication on a day needs reasons, if so: guidance asks seven working days, which is a warning and no law."""
    if first is None or on >= first or override is not None:
        return None
    return Refusal(
        f"Guidance asks for seven working days' notice, which end on {first}: say why it is shorter.",
        GUIDANCE,
        ("give notice_override_reasons", f"publish on or after {first}"),
    )


def available_until_min(published_on: date) -> date:
    """The day until which it must stay publicly available: at least three years after publication (reg 10)."""
    return add_calendar_months(published_on, MONTHS_AVAILABLE).due_on


def why_not_taken_down(facts: ReviewFacts, on: date, *, by_court_order: bool) -> Refusal | None:
    """Why it may not be taken down on a day, if so: three years must pass, unless a court orders it (reg 10)."""
    if facts.published_on is None:
        return Refusal("Nothing is published.", PROVISIONS[Move.TAKE_DOWN])
    if facts.taken_down_on is not None:
        return Refusal("It was taken down already.", PROVISIONS[Move.TAKE_DOWN])
    until = available_until_min(facts.published_on)
    if on < until and not by_court_order:
        return Refusal(
            f"It must stay publicly available until {until}.",
            PROVISIONS[Move.TAKE_DOWN],
            ("give court_order_reference",),
        )
    return None


def is_check_overdue(state: ReviewState, next_on: date | None, today: date) -> bool:
    """Whether the Panel is late in monitoring time and quality (SI 2018/789 reg 7(1)); over once the report is final."""
    running = {ReviewState.IN_PROGRESS, ReviewState.DRAFT, ReviewState.QUALITY_ASSURED}
    return state in running and next_on is not None and next_on < today


def _why_not_another_case(facts: ReviewFacts, _today: date) -> Refusal | None:
    if facts.form == ReviewForm.THEMATIC:
        return None
    return Refusal(
        "A review of a single case takes no other.", PROVISIONS[Move.ADD_CASE], ("propose a thematic review",)
    )


# What a step asks beyond the state it is a step of.
_ASKED: Mapping[Move, Callable[[ReviewFacts, date], Refusal | None]] = {
    Move.ADD_CASE: _why_not_another_case,
    Move.FINALISE: _why_not_final,
    Move.PUBLISH_REPORT: partial(_why_not_published, PublishedForm.REPORT),
    Move.PUBLISH_IMPROVEMENTS: partial(_why_not_published, PublishedForm.IMPROVEMENTS_ONLY),
    Move.TAKE_DOWN: partial(why_not_taken_down, by_court_order=False),
}
