"""Times that are counted backwards from their anchor, and periods that must last at least so long."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.clock.bank_holidays import published_calendar
from service_kit.clock.duties import ComputedDuty, DutyStatus, compute_duties, due_date
from service_kit.clock.rule_sets import Direction, End, Kind, Limit, Unit, published_rule_sets
from service_kit.clock.working_days import add_working_days, subtract_working_days

CODES = published_rule_sets().codes()
DAYS = st.dates(date(2019, 1, 1), date(2027, 12, 31))


def at(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def compute(code: str, duty: str, now: date, **events: date) -> ComputedDuty:
    times = {name: at(day) for name, day in events.items()}
    found = compute_duties(published_rule_sets().get(code), times, published_calendar(), at(now))
    return next(entry for entry in found if entry.code == duty)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    ("duty", "provision", "limit"),
    [
        ("reviewer_appointment", "SI 2018/789 reg 12", None),
        ("review_monitoring", "SI 2018/789 reg 14(1)", None),
        ("publication_copy", "SI 2018/789 reg 16", Limit(7, Unit.CALENDAR_DAYS, Direction.BEFORE)),
        (
            "publication_availability",
            "SI 2018/789 reg 17",
            Limit(12, Unit.CALENDAR_MONTHS, Direction.AFTER, End.UNTIL),
        ),
        ("national_reviewer_selection", "SI 2018/789 reg 4(3)", None),
        ("national_reviewer_replacement", "SI 2018/789 reg 5(3)", None),
        ("national_review_monitoring", "SI 2018/789 reg 7(1)", None),
        ("national_publication_copy", "SI 2018/789 reg 9", Limit(7, Unit.CALENDAR_DAYS, Direction.BEFORE)),
        (
            "national_publication_availability",
            "SI 2018/789 reg 10",
            Limit(36, Unit.CALENDAR_MONTHS, Direction.AFTER, End.UNTIL),
        ),
    ],
)
def test_the_regulations_apply_under_every_rule_set(
    code: str, duty: str, provision: str, limit: Limit | None
) -> None:
    found = published_rule_sets().get(code).duty(duty)
    assert (found.provision, found.limit, found.kind) == (provision, limit, Kind.LAW)


@pytest.mark.parametrize(
    ("code", "limit"),
    [
        ("working-together-2018", Limit(7, Unit.WORKING_DAYS, Direction.BEFORE)),
        ("covid-2020", None),
        ("working-together-2023", Limit(7, Unit.WORKING_DAYS, Direction.BEFORE)),
        ("panel-2025", Limit(7, Unit.WORKING_DAYS, Direction.BEFORE)),
    ],
)
def test_the_guidance_asks_for_working_days_where_the_law_asks_for_days(
    code: str, limit: Limit | None
) -> None:
    found = published_rule_sets().get(code).duty("publication_copy_guidance")
    assert (found.limit, found.kind) == (limit, Kind.GUIDANCE)


@pytest.mark.parametrize("code", CODES)
def test_what_the_guidance_does_not_state_is_not_made_up(code: str) -> None:
    rule_set = published_rule_sets().get(code)
    unstated = {duty.code for duty in rule_set.duties if duty.limit is None}
    assert {"panel_response", "findings_to_panel"} <= unstated
    if code != "consultation-2017":
        asked = {
            "looked_after_child_death",
            "local_review_decision_told",
            "reasons_for_delay",
            "justification_for_not_publishing",
        }
        assert asked <= unstated
    care_leavers = {"working-together-2023", "panel-2025"}
    assert ("care_leaver_death" in unstated) == (code in care_leavers)


def test_seven_days_and_seven_working_days_before_publication() -> None:
    published = date(2027, 1, 6)
    law = compute("panel-2025", "publication_copy", date(2026, 12, 1), publication_planned=published)
    assert (law.due_on, law.status) == (date(2026, 12, 30), DutyStatus.OPEN)
    assert law.explanation.sentence == (
        "No later than seven calendar days before publication on Wednesday 6 January 2027, which is "
        "Wednesday 30 December 2026. Weekends and bank holidays do not move it."
    )
    guidance = compute(
        "panel-2025", "publication_copy_guidance", date(2026, 12, 1), publication_planned=published
    )
    assert guidance.due_on == date(2026, 12, 23)
    assert [entry.day.day for entry in guidance.explanation.not_counted] == [3, 2, 1, 28, 27, 26, 25]
    assert "seven working days before publication" in guidance.explanation.sentence


def test_a_copy_given_after_the_last_day_before_publication_is_late() -> None:
    events = {"publication_planned": date(2026, 3, 16), "copies_given": date(2026, 3, 10)}
    assert compute("panel-2025", "publication_copy", date(2026, 3, 12), **events).status == "met_late"
    events["copies_given"] = date(2026, 3, 9)
    assert compute("panel-2025", "publication_copy", date(2026, 3, 12), **events).status == "met"


@pytest.mark.parametrize(
    ("now", "ended", "status"),
    [
        (date(2026, 6, 1), None, DutyStatus.OPEN),
        (date(2027, 3, 9), None, DutyStatus.OPEN),
        (date(2027, 3, 10), None, DutyStatus.MET),
        (date(2027, 3, 1), date(2027, 3, 8), DutyStatus.NOT_KEPT),
        (date(2027, 3, 9), date(2028, 3, 9), DutyStatus.OPEN),
        (date(2027, 4, 1), date(2027, 3, 9), DutyStatus.MET),
    ],
)
def test_a_publication_is_available_for_at_least_a_year(
    now: date, ended: date | None, status: DutyStatus
) -> None:
    events = {"published": date(2026, 3, 9)} | ({"availability_ends": ended} if ended else {})
    duty = compute("working-together-2023", "publication_availability", now, **events)
    assert (duty.due_on, duty.status) == (date(2027, 3, 9), status)
    assert duty.explanation.sentence.startswith(
        "At least 12 calendar months from publication of the local review on Monday 9 March 2026: not to end before Tuesday 9 March 2027."
    )


@given(DAYS, st.integers(1, 40))
def test_before_and_after_are_inverse_for_working_days(day: date, number: int) -> None:
    calendar = published_calendar()
    while not calendar.is_working_day(day):
        day += timedelta(days=1)
    there = subtract_working_days(day, number, calendar)
    assert add_working_days(there.due_on, number, calendar).due_on == day
    assert add_working_days(there.due_on, number, calendar).not_counted == tuple(reversed(there.not_counted))


@given(DAYS, st.integers(1, 40), st.sampled_from(Direction))
def test_no_duty_in_working_days_falls_on_a_day_not_worked(
    day: date, number: int, direction: Direction
) -> None:
    due = due_date(Limit(number, Unit.WORKING_DAYS, direction), day, published_calendar())
    assert published_calendar().is_working_day(due.due_on)
    assert (due.due_on < day) == (direction is Direction.BEFORE)


@given(DAYS, st.integers(1, 40), st.sampled_from(Unit))
def test_what_is_due_before_never_lies_after_the_anchor(day: date, number: int, unit: Unit) -> None:
    before = due_date(Limit(number, unit, Direction.BEFORE), day, published_calendar())
    after = due_date(Limit(number, unit), day, published_calendar())
    assert before.due_on < day < after.due_on
