from datetime import UTC, date, datetime

from service_kit.clock.bank_holidays import published_calendar
from service_kit.clock.duties import DutyStatus, compute_duties
from service_kit.clock.rule_sets import published_rule_sets

RECEIVED = datetime(2026, 12, 21, 9, 30, tzinfo=UTC)
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
LIFTED = date(2027, 2, 1)


def test_what_was_not_met_is_lifted_and_what_was_met_stays_met_or_late() -> None:
    events = {"information_received": RECEIVED, "rapid_review_completed": NOW}
    for event in (events, {"information_received": RECEIVED}):
        (before, *_), (after, *_) = (
            [
                duty
                for duty in compute_duties(
                    published_rule_sets().get("consultation-2017"),
                    event,
                    published_calendar(),
                    NOW,
                    lifted_on=lifted_on,
                    lifted_because="for a test",
                )
                if duty.code == "rapid_review_completion"
            ]
            for lifted_on in (None, LIFTED)
        )
        if before.met_on is not None:
            assert before.status is DutyStatus.MET_LATE
            assert after == before
        else:
            assert before.status is DutyStatus.OVERDUE
            assert (after.status, after.lifted_on, after.due_on) == (DutyStatus.LIFTED, LIFTED, before.due_on)
            assert after.lifted_because == "for a test"
            assert after.explanation.sentence.endswith("Lifted on Monday 1 February 2027: for a test.")
