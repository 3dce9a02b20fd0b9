from datetime import UTC, date, datetime
from typing import Any

from panel_service.cases.timeliness import Received, events_of, judge_timeliness
from service_kit.clock.bank_holidays import published_calendar
from service_kit.clock.duties import ComputedDuty
from service_kit.clock.rule_sets import published_rule_sets
from shared_schemas.messages.examples import LOCAL_REVIEW_DECISION, NOTIFICATION, RAPID_REVIEW
from shared_schemas.messages.local import LocalReviewDecisionBody, NotificationBody, RapidReviewBody

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SENT = datetime(2026, 11, 3, 9, 12, tzinfo=UTC)


def notification() -> NotificationBody:
    return NotificationBody.model_validate(NOTIFICATION)


def with_rapid_review(**changes: Any) -> Received:
    """Received on Monday 2 November 2026, so that five working days end on Monday 9 November."""
    facts = {**RAPID_REVIEW, "information_received_at": "2026-11-02T14:30:00Z", **changes}
    body = RapidReviewBody.model_validate(facts)
    return Received(notification(), SENT, body, body.completed_at)


def duty(received: Received, code: str, rule_set: str = "consultation-2017") -> ComputedDuty:
    duties = judge_timeliness(rule_set, received, published_rule_sets(), published_calendar(), NOW)
    assert duties is not None
    return next(entry for entry in duties if entry.code == code)


def test_completed_on_the_fifth_working_day_is_in_time_whenever_it_was_sent() -> None:
    found = duty(with_rapid_review(completed_at="2026-11-09T23:30:00Z"), "rapid_review_completion")
    assert (found.status.value, found.due_on, found.met_on) == ("met", date(2026, 11, 9), date(2026, 11, 9))


def test_completed_a_day_later_is_late() -> None:
    found = duty(with_rapid_review(completed_at="2026-11-10T08:00:00Z"), "rapid_review_completion")
    assert found.status.value == "met_late"


def test_without_a_rapid_review_it_is_overdue() -> None:
    assert duty(Received(notification(), SENT), "rapid_review_completion").status.value == "overdue"


def test_another_rule_set_counts_from_another_event() -> None:
    found = duty(with_rapid_review(), "rapid_review_completion", "panel-2025")
    assert (found.explanation.anchor_event, found.due_on) == ("notification_sent", date(2026, 11, 24))


def test_a_rule_set_nobody_here_knows_judges_nothing() -> None:
    found = judge_timeliness(
        "working-together-2031", with_rapid_review(), published_rule_sets(), published_calendar(), NOW
    )
    assert found is None


def test_the_first_decision_to_commission_anchors_the_review() -> None:
    decisions = [
        LocalReviewDecisionBody.model_validate(
            {**LOCAL_REVIEW_DECISION, "commissioned": commissioned, "decided_on": day}
        )
        for commissioned, day in ((False, "2026-06-30"), (True, "2026-07-01"), (True, "2026-07-09"))
    ]
    received = Received(notification(), SENT, local_review_decisions=decisions)
    assert duty(received, "local_review_publication", "panel-2025").explanation.anchor_date == date(
        2026, 7, 1
    )


def test_every_event_has_a_name_that_some_rule_set_knows() -> None:
    rule_sets = [published_rule_sets().get(code) for code in published_rule_sets().codes()]
    named = {event for rule_set in rule_sets for event in rule_set.events}
    assert events_of(with_rapid_review()).keys() <= named


def test_a_late_exercise_is_late_by_either_anchor() -> None:
    late = with_rapid_review(completed_at="2027-03-01T10:00:00Z")
    found = duty(late, "rapid_review_completion", "working-together-2023")
    assert (found.status.value, found.due_on) == ("met_late", date(2026, 11, 23))


def test_the_panels_answer_has_a_target_only_where_one_is_set() -> None:
    received = with_rapid_review(completed_at="2026-11-05T10:00:00Z")
    assert duty(received, "panel_response").status.value == "no_time_stated"
    for rule_set in published_rule_sets().codes():
        judged = judge_timeliness(
            rule_set, received, published_rule_sets(), published_calendar(), NOW, response_target=15
        )
        assert judged is not None
        found = next(entry for entry in judged if entry.code == "panel_response")
        assert (found.due_on, found.status.value, found.responsible) == (date(2026, 11, 26), "open", "panel")
        assert found.explanation.kind.value == "target"
        assert "no rule" in found.explanation.source
    # The rule sets as published stay as they are.
    assert duty(received, "panel_response").due_on is None


def test_what_messages_tell_nothing_of_is_not_judged() -> None:
    judged = judge_timeliness(
        "panel-2025", with_rapid_review(), published_rule_sets(), published_calendar(), NOW
    )
    assert judged is not None
    assert not [entry.code for entry in judged if entry.code.startswith("national_")]
