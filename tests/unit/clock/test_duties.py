from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.clock.bank_holidays import published_calendar
from service_kit.clock.duties import ComputedDuty, DutyStatus, compute_duties
from service_kit.clock.rule_sets import published_rule_sets
from service_kit.clock.working_days import london_date

RECEIVED = datetime(2026, 12, 24, 9, 30, tzinfo=UTC)
instants = st.datetimes(datetime(2018, 7, 1), datetime(2028, 10, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def compute(
    code: str, events: Mapping[str, datetime | None], now: datetime, rule_set: str = "consultation-2017"
) -> ComputedDuty:
    duties = compute_duties(published_rule_sets().get(rule_set), events, published_calendar(), now)
    return next(duty for duty in duties if duty.code == code)


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (RECEIVED, DutyStatus.OPEN),
        (at_noon(date(2026, 12, 31)), DutyStatus.OPEN),  # Monday 4 January is the next working day
        (at_noon(date(2027, 1, 1)), DutyStatus.OPEN),
        (at_noon(date(2027, 1, 4)), DutyStatus.DUE_SOON),
        (datetime(2027, 1, 5, 23, 59, tzinfo=UTC), DutyStatus.DUE_SOON),
        (datetime(2027, 1, 6, 0, 0, tzinfo=UTC), DutyStatus.OVERDUE),
    ],
)
def test_the_five_working_days_over_christmas(now: datetime, status: DutyStatus) -> None:
    duty = compute("rapid_review_completion", {"information_received": RECEIVED}, now)
    assert (duty.status, duty.due_on, duty.met_on) == (status, date(2027, 1, 5), None)


@pytest.mark.parametrize(
    ("met_at", "status"),
    [
        (datetime(2027, 1, 5, 23, 59, tzinfo=UTC), DutyStatus.MET),
        (datetime(2027, 1, 6, 0, 0, tzinfo=UTC), DutyStatus.MET_LATE),
    ],
)
def test_met_is_judged_by_the_date_it_was_met_and_not_by_now(met_at: datetime, status: DutyStatus) -> None:
    events = {"information_received": RECEIVED, "rapid_review_completed": met_at}
    duty = compute("rapid_review_completion", events, at_noon(date(2027, 6, 1)))
    assert (duty.status, duty.met_on) == (status, met_at.date())


def test_late_in_london_though_not_yet_in_utc() -> None:
    events = {"information_received": datetime(2026, 6, 15, 9, tzinfo=UTC)}  # due on Monday 22 June
    assert (
        compute("rapid_review_completion", events, datetime(2026, 6, 22, 22, 59, tzinfo=UTC)).status
        == "due_soon"
    )
    assert (
        compute("rapid_review_completion", events, datetime(2026, 6, 22, 23, 0, tzinfo=UTC)).status
        == "overdue"
    )


def test_due_on_monday_is_due_soon_on_friday() -> None:
    events = {"information_received": at_noon(date(2026, 6, 15))}
    assert compute("rapid_review_completion", events, at_noon(date(2026, 6, 18))).status is DutyStatus.OPEN
    assert (
        compute("rapid_review_completion", events, at_noon(date(2026, 6, 19))).status is DutyStatus.DUE_SOON
    )


def test_nothing_starts_before_its_anchor() -> None:
    duty = compute("rapid_review_completion", {"information_received": None}, RECEIVED)
    assert (duty.status, duty.due_on) == (DutyStatus.NOT_STARTED, None)
    assert duty.explanation.sentence == "Counted from when this is recorded: receipt of the information."


def test_no_time_is_made_up() -> None:
    events = {"rapid_review_completed": RECEIVED}
    duty = compute("findings_to_panel", events, at_noon(date(2028, 1, 4)))
    assert (duty.status, duty.due_on) == (DutyStatus.NO_TIME_STATED, None)
    assert "No time is stated in: Consultation on Working Together 2017" in duty.explanation.sentence
    events["rapid_review_sent"] = RECEIVED
    assert compute("findings_to_panel", events, at_noon(date(2028, 1, 4))).status is DutyStatus.MET


def test_met_without_a_recorded_anchor_is_met() -> None:
    assert compute("notification", {"notification_sent": RECEIVED}, RECEIVED).status is DutyStatus.MET


def test_a_due_date_explains_itself() -> None:
    explanation = compute("rapid_review_completion", {"information_received": RECEIVED}, RECEIVED).explanation
    assert explanation.sentence == (
        "Five working days after receipt of the information on Thursday 24 December 2026 end on Tuesday 5 January 2027. "
        "Not counted: Friday 25 December (Christmas Day), Saturday 26 December, Sunday 27 December, "
        "Monday 28 December (Boxing Day), Friday 1 January (New Year\u2019s Day), Saturday 2 January, Sunday 3 January."
    )
    assert (explanation.anchor_event, explanation.anchor_at) == ("information_received", RECEIVED)
    assert (explanation.anchor_date, explanation.amount, explanation.unit) == (
        date(2026, 12, 24),
        5,
        "working_days",
    )
    assert (
        explanation.provision == "Consultation on Working Together 2017, local reviews: the initial exercise"
    )


def test_months_explain_a_short_month() -> None:
    events = {"local_review_decided": at_noon(date(2026, 8, 31))}
    duty = compute("local_review_publication", events, at_noon(date(2026, 9, 1)), "working-together-2018")
    assert duty.explanation.sentence == (
        "Six calendar months after the decision to initiate a local review on Monday 31 August 2026 end on "
        "Sunday 28 February 2027. That month is shorter, so its last day counts. Weekends and bank holidays do not move it."
    )


def test_a_count_that_leaves_the_calendar_says_so_and_leaves_the_others_alone() -> None:
    events = {"information_received": at_noon(date(2028, 12, 28)), "rapid_review_completed": None}
    duties = compute_duties(
        published_rule_sets().get("consultation-2017"),
        events,
        published_calendar(),
        at_noon(date(2028, 12, 28)),
    )
    assert [duty.status for duty in duties[:3]] == ["not_started", "not_covered", "not_started"]
    assert "from Friday 29 June 2018 to Sunday 31 December 2028" in duties[1].explanation.sentence


def test_another_divisions_calendar_is_refused() -> None:
    scotland = replace(published_calendar(), division="scotland")
    with pytest.raises(ValueError, match="not counted by the calendar of scotland"):
        compute_duties(published_rule_sets().get("consultation-2017"), {}, scotland, RECEIVED)


@given(received=instants, lead=st.integers(0, 60))
def test_what_is_explained_adds_up_and_overdue_begins_the_day_after(received: datetime, lead: int) -> None:
    now = received + timedelta(days=lead)
    duty = compute("rapid_review_completion", {"information_received": received}, now)
    explanation = duty.explanation
    assert duty.due_on is not None
    assert explanation.anchor_date is not None
    assert (duty.due_on - explanation.anchor_date).days == 5 + len(explanation.not_counted)
    assert (duty.status is DutyStatus.OVERDUE) == (london_date(now) > duty.due_on)


@given(instants, instants)
def test_done_is_either_in_time_or_late_and_never_anything_else(
    received: datetime, completed: datetime
) -> None:
    events = {"information_received": received, "rapid_review_completed": completed}
    duty = compute("rapid_review_completion", events, completed)
    assert duty.met_on is not None
    assert duty.due_on is not None
    assert duty.status == ("met" if duty.met_on <= duty.due_on else "met_late")
