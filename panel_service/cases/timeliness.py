"""When what a partnership does was due, judged by the rule set it works by: facts from its own messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service_kit.clock.bank_holidays import ENGLAND_AND_WALES, BankHolidayCalendar
from service_kit.clock.duties import ComputedDuty, compute_duties
from service_kit.clock.rule_sets import Kind, Mark, RuleSet, RuleSets, Unit, UnknownRuleSet
from service_kit.clock.working_days import london_date, start_of_day
from shared_schemas.incidents import when_all_received, when_first_received
from shared_schemas.messages.local import LocalReviewDecisionBody, NotificationBody, RapidReviewBody

ANSWER = "panel_response"
WITHDRAWN_BECAUSE = "the local authority withdrew its notification (Children Act 2004 s16C(1))"


@dataclass(frozen=True)
class Received:
    """What has come about a case. Completed, sent and received are separate facts; these are the first two."""

    first_notification: NotificationBody
    notification_sent_at: datetime
    rapid_review: RapidReviewBody | None = None
    rapid_review_sent_at: datetime | None = None
    local_review_decisions: Sequence[LocalReviewDecisionBody] = ()
    withdrawn_at: datetime | None = None
    decided_at: datetime | None = None  # the Panel's first decision


def events_of(received: Received) -> dict[str, datetime | None]:
    """Give the events that duties are counted from and met by, under the rule sets' own names.

    The partners became aware when the first of them received the information, and were told when the last had.
    """
    incident, rapid_review = received.first_notification.incident, received.rapid_review
    first_received = rapid_review.information_received_at if rapid_review else when_first_received(incident)
    return {
        "authority_became_aware": incident.authority_became_aware_at,
        "information_received": first_received,
        "partners_became_aware_of_incident": first_received,
        "partners_told": when_all_received(incident),
        "notification_sent": received.notification_sent_at,
        "rapid_review_completed": rapid_review.completed_at if rapid_review else None,
        "rapid_review_sent": received.rapid_review_sent_at,
        "panel_decided": received.decided_at,
        "local_review_decided": _when_commissioned(received.local_review_decisions),
    }


def judge_timeliness(
    rule_set: str,
    received: Received,
    rule_sets: RuleSets,
    calendar: BankHolidayCalendar,
    now: datetime,
    *,
    response_target: int | None = None,
) -> list[ComputedDuty] | None:
    """Compute the duties of the rule set that messages tell of; ``None`` for one that this release does not know."""
    try:
        known = rule_sets.get(rule_set)
    except UnknownRuleSet:
        return None
    if response_target is not None:
        known = _with_target(known, response_target)
    events, withdrawn_at = events_of(received), received.withdrawn_at
    found = compute_duties(
        known,
        events,
        calendar,
        now,
        lifted_on=london_date(withdrawn_at) if withdrawn_at else None,
        lifted_because=WITHDRAWN_BECAUSE,
    )
    return [duty for duty in found if duty.explanation.anchor_event in events]


def _with_target(rule_set: RuleSet, working_days: int) -> RuleSet:
    # No source states a time for the Panel's answer: what stands here is the Panel's own aim, and says so.
    target = {
        "amount": working_days,
        "unit": Unit.WORKING_DAYS,
        "calendar": ENGLAND_AND_WALES,
        "kind": Kind.TARGET,
        "source": "The Panel's own target, set in PANEL_RESPONSE_TARGET_WORKING_DAYS; no rule",
        "mark": Mark.DERIVED,
    }
    duties = (duty.model_copy(update=target) if duty.code == ANSWER else duty for duty in rule_set.duties)
    return rule_set.model_copy(update={"duties": tuple(duties)})


def _when_commissioned(decisions: Sequence[LocalReviewDecisionBody]) -> datetime | None:
    days = [decision.decided_on for decision in decisions if decision.commissioned]
    return start_of_day(days[0]) if days else None
