"""No sequence of steps brings a national review into a state that the law does not know."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from panel_service.national_reviews.rules import (
    available_until_min,
    guidance_not_before,
    is_check_overdue,
    why_guidance_not_kept,
    why_not,
    why_not_for_reviewer,
    why_not_published_on,
    why_not_taken_down,
    why_outcome_does_not_fit,
)
from panel_service.national_reviews.states import (
    MOVES,
    Appointment,
    Copy,
    Move,
    PublishedForm,
    Report,
    ReviewFacts,
    ReviewForm,
    ReviewState,
    state_of,
)
from service_kit.clock.bank_holidays import published_calendar

DAY_0 = date(2025, 1, 6)
FINAL = Report(1, quality_assured_on=DAY_0, finalised_on=DAY_0)
CONFIRMED = Appointment(DAY_0, DAY_0, DAY_0)
STEPS_OF_REVIEWER = (
    Move.RECOMMEND_REVIEWER,
    Move.CONFIRM_REVIEWER,
    Move.DETERMINE_REMOVAL,
    Move.RECORD_REMOVAL,
    Move.CONSIDER_ANOTHER,
)
FORMS = {
    Move.PUBLISH_REPORT: PublishedForm.REPORT,
    Move.PUBLISH_IMPROVEMENTS: PublishedForm.IMPROVEMENTS_ONLY,
}


def copied(*copies: Copy) -> ReviewFacts:
    """Give a review whose final report was copied."""
    return ReviewFacts(
        ReviewForm.SINGLE_CASE,
        decided_on=DAY_0,
        scoped=True,
        appointments=(CONFIRMED,),
        started_on=DAY_0,
        report=FINAL,
        copies=copies,
    )


class NationalReviewMachine(RuleBasedStateMachine):
    """Takes any step on any day, wherever the rules do not stand against it, and keeps its own account of what happened."""

    def __init__(self) -> None:
        super().__init__()
        self.facts = ReviewFacts(ReviewForm.THEMATIC)
        self.today = DAY_0
        self.copied_on: dict[tuple[int, bool], date] = {}
        self.serving = 0
        self.unanswered = 0
        self.removals = 0
        self.removals_before_publication = 0

    @rule(days=st.sampled_from([1, 6, 7, 1200]))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(which=st.integers(0, 10_000), choice=st.booleans(), end=st.integers(0, 9))
    def any_step_that_is_allowed(self, which: int, choice: bool, end: int) -> None:
        steps = self._allowed()
        # Else most courses would end before they began.
        steps = [step for step in steps if step[0] != Move.CLOSE or end == 9]
        if not steps:
            return
        move, position = steps[which % len(steps)]
        if position is None:
            self.facts = self._after(move, choice=choice)
        else:
            self._step_of_reviewer(move, position)

    @rule(whole=st.booleans(), form=st.sampled_from(sorted(FORMS)), days=st.sampled_from([0, 6, 7]))
    def step_forward(self, whole: bool, form: Move, days: int) -> None:
        """Take the step that leads on: any steps at random would seldom come as far as a publication."""
        self.today += timedelta(days=days)
        allowed = dict(self._allowed())
        move = next((move for move in self._wanted(form) if move in allowed), None)
        if move is None:
            return
        position = allowed[move]
        if position is None:
            self.facts = self._after(move, choice=move != Move.WRITE_REPORT and whole)
        else:
            self._step_of_reviewer(move, position)

    def _wanted(self, form: Move) -> list[Move]:
        facts, report = self.facts, self.facts.report
        live = any(one.is_live for one in facts.appointments)
        confirmed = any(one.is_confirmed for one in facts.appointments)
        return [
            form,
            Move.DECIDE,
            *(() if facts.scoped else (Move.SET_SCOPE,)),
            Move.RECORD_REMOVAL,
            Move.CONSIDER_ANOTHER,
            Move.START,
            *(() if live else (Move.SELECT_REVIEWER,)),
            *(() if confirmed else (Move.CONFIRM_REVIEWER, Move.RECOMMEND_REVIEWER)),
            *((Move.WRITE_REPORT,) if report is None or report.missing else ()),
            Move.FINALISE,
            *(() if report is not None and report.quality_assured_on else (Move.ASSURE_QUALITY,)),
            *(() if facts.information_copied_on else (Move.COPY,)),
            Move.TAKE_DOWN,
        ]

    def _allowed(self) -> list[tuple[Move, int | None]]:
        report = self.facts.report
        own: list[tuple[Move, int | None]] = [
            (move, None)
            for move in Move
            if move not in {*STEPS_OF_REVIEWER, Move.ADD_CASE}
            and why_not(self.facts, move, self.today) is None
            # Refused as incomplete.
            and not (move == Move.ASSURE_QUALITY and report is not None and report.missing)
        ]
        return own + [
            (move, position)
            for position, one in enumerate(self.facts.appointments)
            for move in STEPS_OF_REVIEWER
            if why_not_for_reviewer(self.facts, one, move, self.today) is None
        ]

    def _step_of_reviewer(self, move: Move, position: int) -> None:
        one = self.facts.appointments[position]
        if move == Move.RECOMMEND_REVIEWER:
            one = replace(one, recommended_on=self.today)
        elif move == Move.CONFIRM_REVIEWER:
            one = replace(one, confirmed_on=self.today)
            self.serving += 1
        elif move == Move.DETERMINE_REMOVAL:
            one = replace(one, removal_determined_on=self.today)
        elif move == Move.RECORD_REMOVAL:
            one = replace(one, removed_on=self.today, before_completion=not self.facts.is_complete)
            self.serving -= 1
            self.unanswered += not self.facts.is_complete
            self.removals += 1
            self.removals_before_publication += self.facts.published_on is None
        else:
            one = replace(one, considered_another_on=self.today)
            self.unanswered -= 1
        others = list(self.facts.appointments)
        others[position] = one
        self.facts = replace(self.facts, appointments=tuple(others))

    def _after(self, move: Move, *, choice: bool) -> ReviewFacts:  # noqa: PLR0911, C901 -- one line a step
        facts, today = self.facts, self.today
        if move == Move.DECIDE:
            return replace(facts, decided_on=today)
        if move == Move.SET_SCOPE:
            return replace(facts, scoped=True)
        if move == Move.SELECT_REVIEWER:
            return replace(facts, appointments=(*facts.appointments, Appointment(today)))
        if move == Move.START:
            return replace(facts, started_on=today)
        if move == Move.WRITE_REPORT:
            missing = ("systemic_analysis",) if choice else ()
            return replace(facts, report=Report(facts.report.version + 1 if facts.report else 1, missing))
        if facts.report is not None and move == Move.ASSURE_QUALITY:
            return replace(facts, report=replace(facts.report, quality_assured_on=today))
        if facts.report is not None and move == Move.FINALISE:
            assert self.serving > 0
            assert self.unanswered == 0
            return replace(facts, report=replace(facts.report, finalised_on=today))
        if facts.report is not None and move == Move.COPY:
            version = facts.report.version
            self.copied_on.setdefault((version, False), today)
            if choice:
                self.copied_on[version, True] = today
            return replace(facts, copies=(*facts.copies, Copy(version, today, choice)))
        if move in FORMS:
            return replace(facts, published_on=today, published_form=FORMS[move])
        if move == Move.TAKE_DOWN:
            return replace(facts, taken_down_on=today)
        return replace(facts, closed_on=today) if move == Move.CLOSE else facts

    @invariant()
    def published_seven_days_after_its_copy(self) -> None:
        if self.facts.published_on is not None:
            assert self.facts.report is not None
            only = self.facts.published_form == PublishedForm.IMPROVEMENTS_ONLY
            since = self.copied_on[self.facts.report.version, only]
            assert (self.facts.published_on - since).days >= 7

    @invariant()
    def final_with_both_parts_of_satisfactory_quality(self) -> None:
        if self.facts.report is not None and self.facts.report.finalised_on is not None:
            assert not self.facts.report.missing
            assert self.facts.report.quality_assured_on is not None

    @invariant()
    def removed_only_before_publication(self) -> None:
        assert self.removals == self.removals_before_publication

    @invariant()
    def no_duty_to_consider_another_is_left_when_published(self) -> None:
        if self.facts.published_on is not None:
            assert not any(one.awaits_another for one in self.facts.appointments)

    @invariant()
    def taken_down_after_three_years(self) -> None:
        if self.facts.taken_down_on is not None:
            assert self.facts.published_on is not None
            assert self.facts.taken_down_on.year - self.facts.published_on.year >= 3

    @invariant()
    def nothing_begins_before_the_secretary_of_state_is_told(self) -> None:
        if self.facts.appointments or self.facts.started_on is not None:
            assert self.facts.decided_on is not None

    @invariant()
    def every_state_has_its_moves(self) -> None:
        assert state_of(self.facts) in MOVES


NationalReviewMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
TestNationalReview = NationalReviewMachine.TestCase


def test_every_state_and_every_step_is_in_the_table() -> None:
    assert set(MOVES) == set(ReviewState)
    assert set().union(*MOVES.values()) == set(Move)


@pytest.mark.parametrize(
    ("form", "outcome", "fits"),
    [
        (ReviewForm.SINGLE_CASE, "national_review", True),
        (ReviewForm.SINGLE_CASE, "thematic_candidate", False),
        (ReviewForm.THEMATIC, "national_review", True),
        (ReviewForm.THEMATIC, "thematic_candidate", True),
        (ReviewForm.THEMATIC, "local_review_more_appropriate", False),
        (ReviewForm.THEMATIC, None, False),
    ],
)
def test_the_outcome_must_fit_the_form(form: ReviewForm, outcome: str | None, *, fits: bool) -> None:
    assert (why_outcome_does_not_fit(form, outcome) is None) is fits


def test_seven_calendar_days_from_the_first_copy_of_the_final_report() -> None:
    facts = copied(Copy(1, DAY_0, with_information=False), Copy(1, date(2025, 1, 20), with_information=False))
    assert why_not_published_on(facts, PublishedForm.REPORT, date(2025, 1, 13)) is None
    refused = why_not_published_on(facts, PublishedForm.REPORT, date(2025, 1, 12))
    assert refused is not None
    assert refused.rule == "SI 2018/789 reg 9(1)"
    none = why_not_published_on(facts, PublishedForm.IMPROVEMENTS_ONLY, date(2025, 3, 3))
    assert none is not None
    assert none.rule == "SI 2018/789 reg 9(2)"


def test_information_that_changed_has_its_own_seven_days() -> None:
    facts = copied(Copy(1, DAY_0, with_information=True), Copy(1, date(2025, 1, 20), with_information=True))
    refused = why_not_published_on(facts, PublishedForm.IMPROVEMENTS_ONLY, date(2025, 1, 26))
    assert refused is not None
    assert why_not_published_on(facts, PublishedForm.IMPROVEMENTS_ONLY, date(2025, 1, 27)) is None


def test_a_copy_of_an_earlier_version_counts_for_nothing() -> None:
    facts = replace(copied(Copy(1, DAY_0, with_information=True)), report=replace(FINAL, version=2))
    assert state_of(facts) == ReviewState.FINAL
    assert facts.report_copied_on is None


def test_guidance_counts_working_days_and_gives_way_to_reasons() -> None:
    facts = copied(Copy(1, date(2025, 4, 16), with_information=False))
    first = guidance_not_before(facts, PublishedForm.REPORT, published_calendar())
    assert first == date(2025, 4, 29)  # Good Friday and Easter Monday are not counted
    assert why_guidance_not_kept(first, date(2025, 4, 28), None) is not None
    assert why_guidance_not_kept(first, date(2025, 4, 28), "For this reason.") is None
    assert why_guidance_not_kept(first, date(2025, 4, 29), None) is None


def test_beyond_the_calendar_guidance_is_silent() -> None:
    facts = copied(Copy(1, date(2090, 1, 2), with_information=False))
    assert guidance_not_before(facts, PublishedForm.REPORT, published_calendar()) is None


def test_three_years_on_and_a_court_may_shorten_them() -> None:
    facts = replace(copied(), published_on=date(2024, 2, 29), published_form=PublishedForm.REPORT)
    assert available_until_min(date(2024, 2, 29)) == date(2027, 2, 28)
    refused = why_not_taken_down(facts, date(2027, 2, 27), by_court_order=False)
    assert refused is not None
    assert refused.rule == "SI 2018/789 reg 10"
    assert why_not_taken_down(facts, date(2027, 2, 27), by_court_order=True) is None
    assert why_not_taken_down(facts, date(2027, 2, 28), by_court_order=False) is None


@pytest.mark.parametrize(
    ("state", "overdue"),
    [(ReviewState.IN_PROGRESS, True), (ReviewState.DRAFT, True), (ReviewState.FINAL, False)],
)
def test_a_look_is_overdue_from_the_day_after_until_the_report_is_final(
    state: ReviewState, *, overdue: bool
) -> None:
    assert is_check_overdue(state, DAY_0, DAY_0 + timedelta(days=1)) is overdue
    assert not is_check_overdue(state, DAY_0, DAY_0)
