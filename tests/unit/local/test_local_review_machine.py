"""No sequence of steps takes a local review's report anywhere the law does not let it go."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from local_service.local_reviews import publication_rules as rules
from local_service.local_reviews.conduct_rules import find_hold, why_no_conduct, why_not_lifted
from local_service.local_reviews.course_reads import (
    CommentRead,
    CopyRead,
    Course,
    HoldRead,
    LiftingRead,
    PlanRead,
    PublicationRead,
    RemovalRead,
    ReviewerRead,
    UnpublicationRead,
    VersionRead,
)
from local_service.local_reviews.models import LocalReviewState
from local_service.local_reviews.publication_schemas import (
    PlanCreate,
    PublicationCreate,
    UnpublicationCreate,
)
from local_service.local_reviews.reviewer_rules import (
    check_removed_on,
    why_no_appointment,
    why_no_removal,
    with_reviewers,
)
from local_service.local_reviews.rules import check_report
from service_kit.clock.bank_holidays import published_calendar
from service_kit.moves import Refusal, refuse
from service_kit.problems import ApiProblem
from shared_schemas.local_reviews import LocalReviewReport, hash_of_report
from shared_schemas.messages.review_course import COMMENT_EXAMPLE
from tests.support.offices import REPORT, REVIEWER

CALENDAR = published_calendar()
DAY_0 = date(2026, 4, 20)
AFTER = {
    LocalReviewState.PUBLISHED,
    LocalReviewState.IMPROVEMENTS_ONLY,
    LocalReviewState.NO_LONGER_AVAILABLE,
}
days_ago = st.sampled_from([0, 0, 1, 3, 8])
few = st.integers(min_value=0, max_value=2)


def noon(day: date) -> datetime:
    """Give midday of a day, which is the same day in London."""
    return datetime.combine(day, time(12), UTC)


def may(step: Callable[[], Any]) -> bool:
    """Whether the rules let a step be taken; asked twice they say the same."""
    answers = [_asked(step), _asked(step)]
    assert answers[0] == answers[1]
    return answers[0]


def _asked(step: Callable[[], Any]) -> bool:
    try:
        refusal = step()
    except ApiProblem:
        return False
    if isinstance(refusal, Refusal):
        assert refusal.detail
        assert refusal.rule
        return False
    return True


class LocalReviewMachine(RuleBasedStateMachine):
    """Takes any step on any day where the rules do not stand against it, and keeps its own account of what happened."""

    def __init__(self) -> None:
        super().__init__()
        self.course = Course(state=LocalReviewState.IN_PROGRESS, completed_at=None)
        self.today = DAY_0
        # Its own account, by which the rules are judged.
        self.secretary_has: dict[tuple[str, int], date] = {}
        self.panel_has: dict[tuple[str, int], date] = {}
        self.holds_standing: set[int] = set()
        self.standing: set[int] = set()
        self.commented = False
        self.published: tuple[date, LocalReviewState] | None = None

    def _recorded(self, number: int) -> dict[str, Any]:
        return {
            "id": UUID(int=number),
            "number": number,
            "recorded_by": None,
            "recorded_at": noon(self.today),
            "message_id": UUID(int=number),
        }

    def _change(self, **changes: Any) -> None:
        self.course = self.course.model_copy(update=changes)

    def _move(self, move: str) -> None:
        self._change(state=rules.MOVES[self.course.state][move])

    @rule(days=st.sampled_from([1, 6, 7, 11, 364, 400]))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule()
    def appoint(self) -> None:
        if may(lambda: why_no_appointment(self.course.state)):
            assert self.published is None
            number = len(self.course.reviewers) + 1
            facts = {**REVIEWER, "appointed_on": self.today, **self._recorded(number)}
            self._change(reviewers=[*self.course.reviewers, ReviewerRead.model_validate(facts)])
            self.standing.add(number)

    @rule(which=few, ago=days_ago)
    def remove(self, which: int, ago: int) -> None:
        if which >= len(self.course.reviewers):
            return
        on, reviewer = self.today - timedelta(days=ago), self.course.reviewers[which]

        def step() -> None:
            refuse(why_no_removal(self.course, reviewer))
            check_removed_on(on, reviewer)

        if may(step):
            assert self.published is None, "SI 2018/789 reg 13: prior to publication"
            assert reviewer.number in self.standing
            facts = {"reasons": "Ill.", "on": on, "reviewer_id": reviewer.id, **self._recorded(1)}
            removed = reviewer.model_copy(update={"removal": RemovalRead.model_validate(facts)})
            self._change(reviewers=[removed if one is reviewer else one for one in self.course.reviewers])
            self.standing.discard(reviewer.number)
            assert not may(lambda: why_no_removal(self.course, removed))

    @rule(lacks=st.sampled_from([None, None, None, "improvements_summary", "systemic_analysis"]))
    def complete(self, lacks: str | None) -> None:
        self._add_version("complete_local_review", lacks)

    @rule(lacks=st.sampled_from([None, None, "improvements_summary", "systemic_analysis"]))
    def revise(self, lacks: str | None) -> None:
        self._add_version("revise_report", lacks)

    def _add_version(self, move: str, lacks: str | None) -> None:
        given = LocalReviewReport.model_validate(
            {**REPORT, "reviewers": None, **({lacks: None} if lacks else {})}
        )
        first = move == "complete_local_review"

        def step() -> None:
            refuse(rules.why_no_move(self.course.state, move))
            check_report(with_reviewers(self.course, given))

        if may(step):
            assert self.standing, "SI 2018/789 reg 12"
            assert lacks is None, "SI 2018/789 reg 15"
            assert first == (not self.course.versions)
            assert self.published is None
            self._change(versions=[*self.course.versions, self._version(given)])
            self._move(move)
            assert not (first and may(step))

    def _version(self, report: LocalReviewReport) -> VersionRead:
        number = len(self.course.versions) + 1
        return VersionRead(
            version=number,
            report_hash=hash_of_report(report),
            report=report,
            reasons=None,
            recorded_by=None,
            recorded_at=noon(self.today),
            message_id=UUID(int=number),
            received_by_panel_at=None,
        )

    @rule(kind=st.sampled_from(["report", "report", "improvements_information"]), back=few)
    def panel_receives(self, kind: str, back: int) -> None:
        """The messages of a case come in order, but when they come nobody here decides."""
        name = "versions" if kind == "report" else "plans"
        items: list[Any] = list(getattr(self.course, name))
        index = len(items) - 1 - back
        if index < 0 or items[index].received_by_panel_at is not None:
            return
        items[index] = items[index].model_copy(update={"received_by_panel_at": noon(self.today)})
        self._change(**{name: items})
        self.panel_has[kind, index + 1] = self.today

    @rule(
        item=st.sampled_from(["report", "report", "improvements_information"]),
        recipient=st.sampled_from(["secretary_of_state", "secretary_of_state", "panel", "ofsted"]),
        back=few,
        ago=days_ago,
    )
    def give_copy(self, item: str, recipient: str, back: int, ago: int) -> None:
        made: list[Any] = list(self.course.versions if item == "report" else self.course.plans)
        number, on = len(made) - back, self.today - timedelta(days=ago)

        def step() -> None:
            rules.check_known_version(self.course, item, number)
            since = made[number - 1].recorded_at
            rules.check_past_day("sent_on", on, noon(self.today), since=since)

        if may(step):
            facts = {
                "recipient": recipient,
                "item": item,
                "version": number,
                "sent_on": on,
                **self._recorded(1),
            }
            self._change(copies=[*self.course.copies, CopyRead.model_validate(facts)])
            if recipient == "secretary_of_state":
                before = self.secretary_has.get((item, number), on)
                self.secretary_has[item, number] = min(before, on)

    @rule(form=st.sampled_from(["published", "published", "improvements_only", "withheld"]), back=few)
    def plan(self, form: str, back: int) -> None:
        facts: dict[str, Any] = {"form": form, "version": max(1, len(self.course.versions) - back)}
        if form != "withheld":
            facts["planned_on"] = self.today + timedelta(days=14)
        if form != "published":
            facts["reasons"] = "It would harm a child."
        if form == "improvements_only":
            facts["improvements_information"] = "One route."
        given = PlanCreate.model_validate(facts)
        rules.check_plan(given)
        if may(lambda: rules.why_no_plan(self.course, given)):
            assert given.version == len(self.course.versions)
            read = PlanRead.model_validate({**facts, **self._recorded(len(self.course.plans) + 1)})
            self._change(plans=[*self.course.plans, read])
            self._move("withhold_report" if form == "withheld" else "plan_publication")

    @rule()
    def hold(self) -> None:
        if may(lambda: why_no_conduct(self.course.state)):
            assert self.published is None
            number = len(self.course.holds) + 1
            facts = {"process": "inquest", "reason": "It is open.", "asked_by": "The coroner"}
            read = HoldRead.model_validate({**facts, **self._recorded(number)})
            self._change(holds=[*self.course.holds, read])
            self.holds_standing.add(number)

    @rule(number=st.integers(min_value=1, max_value=3))
    def lift(self, number: int) -> None:
        if may(lambda: why_not_lifted(find_hold(self.course, number))):
            assert number in self.holds_standing
            lifting = LiftingRead.model_validate({"reason": "It ended.", "hold": number, **self._recorded(1)})
            self._change(
                holds=[
                    one.model_copy(update={"lifting": lifting}) if one.number == number else one
                    for one in self.course.holds
                ]
            )
            self.holds_standing.discard(number)
            assert not may(lambda: why_not_lifted(find_hold(self.course, number)))

    @rule()
    def panel_comments(self) -> None:
        comment = CommentRead.model_validate({**COMMENT_EXAMPLE, **self._recorded(1)})
        self._change(comments=[*self.course.comments, comment])
        self.commented = self.commented or self.published is None

    @rule(back=few, ago=days_ago, override=st.booleans(), regard=st.booleans())
    def publish(self, back: int, ago: int, *, override: bool, regard: bool) -> None:
        on = self.today - timedelta(days=ago)
        facts = {"version": max(1, len(self.course.versions) - back), "on": on, "where": "On the web"}
        facts |= {"guidance_override_reason": "It is urgent."} if override else {}
        facts |= {"regard_had": "The day was changed."} if regard else {}
        given = PublicationCreate.model_validate(facts)

        def step() -> None:
            refuse(rules.why_not_publish(self.course, given, CALENDAR))
            rules.check_past_day("on", given.on, noon(self.today))

        if may(step):
            self._judge_publication(given)
            self._record_publication(given)
            assert not may(step), "it is published once"

    def _judge_publication(self, given: PublicationCreate) -> None:
        plan = self.course.plans[-1]
        assert self.published is None
        assert plan.form != "withheld"
        assert given.version == plan.version == len(self.course.versions)
        assert not self.holds_standing
        assert not self.commented or given.regard_had
        assert given.on <= self.today
        copied = [("report", given.version)]
        if plan.form == "improvements_only":
            copied.append(("improvements_information", plan.number))
        for copy in copied:
            for has in (self.secretary_has, self.panel_has):
                assert copy in has, "SI 2018/789 reg 16: a copy of the very version"
                assert given.on - has[copy] >= timedelta(days=7), "SI 2018/789 reg 16: seven days"

    def _record_publication(self, given: PublicationCreate) -> None:
        form = self.course.plans[-1].form
        until = rules.available_until_min(given.on)
        facts = {**given.model_dump(), "form": form, "available_until_min": until, **self._recorded(1)}
        self._change(publications=[*self.course.publications, PublicationRead.model_validate(facts)])
        self._move("publish_improvements" if form == "improvements_only" else "publish_report")
        self.published = (given.on, self.course.state)

    @rule(
        ago=days_ago,
        reason=st.sampled_from(["time_has_passed", "court_order"]),
        order=st.sampled_from([None, "Order of the High Court, ref. 4"]),
    )
    def take_down(self, ago: int, reason: str, order: str | None) -> None:
        on = self.today - timedelta(days=ago)
        given = UnpublicationCreate.model_validate({"on": on, "reason": reason, "order": order})

        def step() -> None:
            refuse(rules.why_still_available(self.course, given))
            rules.check_past_day("on", given.on, noon(self.today))

        if may(step):
            assert self.published is not None
            published_on = self.published[0]
            a_year_on = published_on.replace(year=published_on.year + 1)
            assert on >= a_year_on or (reason == "court_order" and order), "SI 2018/789 reg 17: a year"
            read = UnpublicationRead.model_validate({**given.model_dump(), **self._recorded(1)})
            self._change(unpublications=[*self.course.unpublications, read])
            self._move("end_availability")
            assert not may(step)

    @invariant()
    def the_state_is_what_happened(self) -> None:
        state = self.course.state
        assert (state in AFTER) == (self.published is not None)
        assert (state is LocalReviewState.IN_PROGRESS) == (not self.course.versions)
        assert (state is LocalReviewState.NO_LONGER_AVAILABLE) == bool(self.course.unpublications)
        assert len(self.course.publications) <= 1
        if self.published is not None and not self.course.unpublications:
            assert state is self.published[1]

    @invariant()
    def what_is_allowed_leads_on(self) -> None:
        for move in rules.EVERY_MOVE:
            refusal = rules.why_no_move(self.course.state, move)
            assert (refusal is None) == (move in rules.MOVES[self.course.state])


LocalReviewMachine.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
TestLocalReview = LocalReviewMachine.TestCase


def ready_to_publish(form: str = "published") -> LocalReviewMachine:
    """Give a machine whose report was completed, planned and copied today."""
    machine = LocalReviewMachine()
    machine.appoint()
    machine.complete(None)
    machine.plan(form, 0)
    for item in ("report", "improvements_information"):
        machine.give_copy(item, "secretary_of_state", 0, 0)
        machine.panel_receives(item, 0)
    return machine


def published_after(machine: LocalReviewMachine, days: int) -> bool:
    machine.time_passes(days)
    machine.publish(0, 0, override=True, regard=False)
    return machine.published is not None


def test_the_machine_does_come_to_publication_and_beyond() -> None:
    for form in ("published", "improvements_only"):
        machine = ready_to_publish(form)
        assert not published_after(machine, 6)
        assert published_after(machine, 1)
        machine.remove(0, 0)
        assert machine.standing
        machine.time_passes(364)
        machine.take_down(0, "time_has_passed", None)
        assert not machine.course.unpublications
        machine.time_passes(1)
        machine.take_down(0, "time_has_passed", None)
        assert machine.course.unpublications
        machine.the_state_is_what_happened()


def test_a_revision_after_the_copies_asks_for_all_of_them_again() -> None:
    machine = ready_to_publish()
    machine.revise(None)
    machine.plan("published", 0)
    assert not published_after(machine, 30)
