from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from local_service.local_reviews import publication_rules as rules
from local_service.local_reviews.conduct_rules import (
    follow_recommendations,
    why_no_conduct,
    why_no_progress,
    why_not_lifted,
)
from local_service.local_reviews.course_events import publication_events
from local_service.local_reviews.course_reads import (
    CommentRead,
    CopyRead,
    Course,
    HoldRead,
    LiftingRead,
    PlanRead,
    ProgressRead,
    PublicationRead,
    VersionRead,
)
from local_service.local_reviews.models import LocalReviewState
from local_service.local_reviews.publication_schemas import (
    PlanCreate,
    PublicationCreate,
    UnpublicationCreate,
)
from service_kit.clock.bank_holidays import published_calendar
from service_kit.moves import Refusal
from service_kit.problems import ApiProblem
from shared_schemas.local_reviews import LocalReviewReport, hash_of_report
from shared_schemas.messages.examples import REPORT
from shared_schemas.messages.review_course import COMMENT_EXAMPLE
from tests.unit.local.filing import caller

CALENDAR = published_calendar()
MADE = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
RECORDED: dict[str, Any] = {
    "id": UUID(int=7), "number": 1, "recorded_by": None, "recorded_at": MADE, "message_id": UUID(int=8),
}  # fmt: skip
# Friday 24 April 2026: seven days on is Friday 1 May; seven working days, over the early May bank holiday
# on Monday 4 May, end on Wednesday 6 May.
COPIED = date(2026, 4, 24)
RECEIVED = datetime(2026, 4, 23, 12, 0, tzinfo=UTC)


def version(number: int = 1, received: datetime | None = RECEIVED) -> VersionRead:
    report = LocalReviewReport.model_validate(REPORT)
    return VersionRead(
        version=number,
        report_hash=hash_of_report(report),
        report=report,
        reasons=None,
        recorded_by=None,
        recorded_at=MADE,
        message_id=UUID(int=number),
        received_by_panel_at=received,
    )


def plan(**changes: Any) -> PlanRead:
    facts = {"form": "published", "version": 1, "planned_on": "2026-05-11", **RECORDED, **changes}
    return PlanRead.model_validate(facts)


def copy(**changes: Any) -> CopyRead:
    facts = {"recipient": "secretary_of_state", "version": 1, "sent_on": COPIED, **RECORDED, **changes}
    return CopyRead.model_validate(facts)


def course(**changes: Any) -> Course:
    facts = {
        "state": LocalReviewState.PRE_PUBLICATION,
        "completed_at": MADE,
        "versions": [version()],
        "plans": [plan()],
        "copies": [copy()],
        **changes,
    }
    return Course(**facts)


def hold(*, lifted: bool = False) -> HoldRead:
    lifting = LiftingRead.model_validate({"reason": "It ended.", "hold": 1, **RECORDED}) if lifted else None
    facts = {"process": "inquest", "reason": "It is open.", "asked_by": "The coroner", **RECORDED}
    return HoldRead.model_validate({**facts, "lifting": lifting})


def published(on: str = "2026-05-11") -> PublicationRead:
    until = rules.available_until_min(date.fromisoformat(on))
    facts = {"version": 1, "on": on, "where": "On the web", "form": "published", "available_until_min": until}
    return PublicationRead.model_validate({**facts, **RECORDED})


def publication(on: str = "2026-05-11", **changes: Any) -> PublicationCreate:
    return PublicationCreate.model_validate({"version": 1, "on": on, "where": "On the web", **changes})


def rule_of(refusal: Refusal | None) -> str | None:
    assert refusal is not None
    assert refusal.detail
    return refusal.rule


def why(made: Course, given: PublicationCreate) -> Refusal | None:
    return rules.why_not_publish(made, given, CALENDAR)


def test_from_seven_days_it_is_lawful_and_from_seven_working_days_guidance_is_kept_too() -> None:
    earliest = rules.earliest_publication(course(), plan(), CALENDAR)
    assert (earliest.lawful_from, earliest.guidance_from) == (date(2026, 5, 1), date(2026, 5, 6))
    assert rule_of(why(course(), publication("2026-04-30"))) == "SI 2018/789 reg 16(1)"
    assert rule_of(why(course(), publication("2026-05-01"))) == rules.SEVEN_WORKING_DAYS
    assert why(course(), publication("2026-05-01", guidance_override_reason="The inquest begins.")) is None
    assert rule_of(why(course(), publication("2026-05-05"))) == rules.SEVEN_WORKING_DAYS
    assert why(course(), publication("2026-05-06")) is None


def test_no_override_shortens_the_seven_days_of_the_law() -> None:
    given = publication("2026-04-30", guidance_override_reason="It is urgent.")
    assert rule_of(why(course(), given)) == "SI 2018/789 reg 16(1)"


def test_the_later_of_both_copies_counts() -> None:
    late = course(versions=[version(received=datetime(2026, 4, 28, 23, 30, tzinfo=UTC))])
    # 23:30 UTC is the next day in London in summer.
    assert rules.earliest_publication(late, plan(), CALENDAR).lawful_from == date(2026, 5, 6)


def test_the_copy_must_be_of_the_very_version() -> None:
    second = course(versions=[version(), version(2)], plans=[plan(version=2)])
    refusal = why(second, publication(version=2))
    assert rule_of(refusal) == "SI 2018/789 reg 16(1)"
    assert refusal is not None
    assert refusal.allowed == ("record_copy",)
    assert rule_of(why(second, publication(version=1))) == "SI 2018/789 reg 16(1)"
    copied = second.model_copy(update={"copies": [copy(version=2)]})
    assert why(copied, publication(version=2)) is None


@pytest.mark.parametrize("recipient", ["panel", "ofsted"])
def test_a_copy_to_others_is_not_one_to_the_secretary_of_state(recipient: str) -> None:
    assert rule_of(why(course(copies=[copy(recipient=recipient)]), publication())) == "SI 2018/789 reg 16(1)"


def test_the_panels_copy_is_its_receipt() -> None:
    recorded = [copy(), copy(recipient="panel")]
    waiting = course(versions=[version(received=None)], copies=recorded)
    assert rules.earliest_publication(waiting, plan(), CALENDAR).missing == ["receipt_by_panel:report"]
    assert rule_of(why(waiting, publication())) == "SI 2018/789 reg 16(1)"


def test_of_improvements_only_both_report_and_information_are_copied() -> None:
    facts = {"form": "improvements_only", "improvements_information": "One route.", "reasons": "Harm."}
    planned = plan(**facts, received_by_panel_at=RECEIVED)
    one = course(plans=[planned])
    assert rule_of(why(one, publication())) == "SI 2018/789 reg 16(2)"
    both = course(plans=[planned], copies=[copy(), copy(item="improvements_information")])
    assert why(both, publication()) is None
    unreceived = course(plans=[plan(**facts)], copies=both.copies)
    assert rule_of(why(unreceived, publication())) == "SI 2018/789 reg 16(2)"


def test_a_standing_hold_refuses_and_a_lifted_one_does_not() -> None:
    assert rule_of(why(course(holds=[hold()]), publication())) == rules.PARALLEL
    assert why(course(holds=[hold(lifted=True)]), publication()) is None
    assert why_not_lifted(hold()) is None
    assert rule_of(why_not_lifted(hold(lifted=True))) == rules.PARALLEL


def test_after_a_comment_of_the_panel_regard_is_shown() -> None:
    comment = CommentRead.model_validate({**COMMENT_EXAMPLE, **RECORDED})
    commented = course(comments=[comment])
    assert rule_of(why(commented, publication())) == rules.REGARD
    assert why(commented, publication(regard_had="The day was changed.")) is None


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"form": "published"}, "/planned_on"),
        (
            {"form": "improvements_only", "planned_on": "2026-05-11", "reasons": "Harm."},
            "/improvements_information",
        ),
        (
            {"form": "improvements_only", "planned_on": "2026-05-11", "improvements_information": "One."},
            "/reasons",
        ),
        ({"form": "withheld"}, "/reasons"),
        ({"form": "withheld", "reasons": "Harm.", "planned_on": "2026-05-11"}, "/planned_on"),
        (
            {"form": "published", "planned_on": "2026-05-11", "improvements_information": "One."},
            "/improvements_information",
        ),
    ],
)
def test_a_plan_needs_what_its_form_needs(facts: dict[str, Any], pointer: str) -> None:
    with pytest.raises(ApiProblem) as refused:
        rules.check_plan(PlanCreate.model_validate({"version": 1, **facts}))
    assert refused.value.errors is not None
    assert refused.value.errors[0].pointer == pointer
    assert (refused.value.rule or "").startswith("Children Act 2004 s16F(")


def test_only_the_last_version_is_planned() -> None:
    made = course(state=LocalReviewState.COMPLETE, versions=[version(), version(2)])
    given = PlanCreate.model_validate({"form": "published", "version": 1, "planned_on": "2026-05-11"})
    assert rule_of(rules.why_no_plan(made, given)) == "SI 2018/789 reg 16(1)"
    assert rules.why_no_plan(made, given.model_copy(update={"version": 2})) is None


def test_nothing_is_published_but_from_a_plan() -> None:
    publishing = {"publish_report", "publish_improvements"}
    for state, moves in rules.MOVES.items():
        assert (state is LocalReviewState.PRE_PUBLICATION) == bool(publishing & set(moves))
    assert set(rules.MOVES) == set(LocalReviewState)
    assert rule_of(rules.why_no_move(LocalReviewState.COMPLETE, "publish_report")) == rules.PUBLISHES


def test_a_revision_asks_for_a_new_plan() -> None:
    assert rules.MOVES[LocalReviewState.PRE_PUBLICATION]["revise_report"] is LocalReviewState.COMPLETE


@pytest.mark.parametrize(
    ("on", "reason", "order", "allowed"),
    [
        ("2027-05-10", "time_has_passed", None, False),
        ("2027-05-11", "time_has_passed", None, True),
        ("2026-06-01", "court_order", None, False),
        ("2026-06-01", "court_order", "Order ref. 4", True),
    ],
)
def test_it_stays_available_for_a_year(on: str, reason: str, order: str | None, *, allowed: bool) -> None:
    made = course(state=LocalReviewState.PUBLISHED, publications=[published()])
    given = UnpublicationCreate.model_validate({"on": on, "reason": reason, "order": order})
    refusal = rules.why_still_available(made, given)
    assert (refusal is None) == allowed
    if not allowed:
        assert rule_of(refusal) == "SI 2018/789 reg 17"


def test_a_year_from_a_leap_day_ends_with_february() -> None:
    assert rules.available_until_min(date(2028, 2, 29)) == date(2029, 2, 28)


def test_beyond_the_calendar_the_law_still_holds() -> None:
    day = CALENDAR.last_day - timedelta(days=3)
    made = course(copies=[copy(sent_on=day)])
    earliest = rules.earliest_publication(made, plan(), CALENDAR)
    assert (earliest.lawful_from, earliest.guidance_from) == (day + timedelta(days=7), None)


def test_a_system_takes_no_decision() -> None:
    assert rules.why_not_a_person(caller(), "publishes") is None
    refusal = rules.why_not_a_person(caller(is_person=False), "publishes")
    assert refusal is not None
    assert refusal.problem == "forbidden"


def test_what_is_published_is_no_longer_conducted() -> None:
    assert why_no_conduct(LocalReviewState.WITHHELD) is None
    assert rule_of(why_no_conduct(LocalReviewState.PUBLISHED)) == "SI 2018/789 reg 14"


def test_recommendations_are_followed_up_after_completion() -> None:
    assert why_no_progress(course(), 1) is None
    assert rule_of(why_no_progress(course(versions=[]), 1)) == "Children Act 2004 s16F(2)"
    with pytest.raises(ApiProblem):
        why_no_progress(course(), 2)


def test_a_revised_report_numbers_its_recommendations_anew() -> None:
    facts = {"status": "accepted", "on": "2026-06-01", "recommendation": 1, "report_version": 1}
    progress = ProgressRead.model_validate({**facts, **RECORDED})
    one = course(recommendations_progress=[progress])
    assert [entry.status for entry in follow_recommendations(one)] == ["accepted"]
    revised = one.model_copy(update={"versions": [version(), version(2)]})
    assert [(entry.status, entry.history) for entry in follow_recommendations(revised)] == [("open", [])]
    assert follow_recommendations(course(versions=[])) == []


def test_events_are_told_as_they_happen() -> None:
    nothing = publication_events(None, CALENDAR)
    assert set(nothing.values()) == {None}
    planned = publication_events(course(), CALENDAR)
    assert planned["local_review_completed"] == MADE
    assert planned["publication_planned"] == datetime(2026, 5, 10, 23, 0, tzinfo=UTC)
    assert planned["copies_given"] == datetime(2026, 4, 23, 23, 0, tzinfo=UTC)
    assert planned["published"] is None
    done = course(state=LocalReviewState.PUBLISHED, publications=[published()])
    events = publication_events(done, CALENDAR)
    assert events["published"] == datetime(2026, 5, 10, 23, 0, tzinfo=UTC)
    assert events["availability_ends"] is None
    assert list(events) == list(nothing)
    assert publication_events(course(copies=[]), CALENDAR)["copies_given"] is None
