"""When the events happened that duties are counted from and met by, as a case's own records tell."""

from datetime import datetime

from local_service.cases.file import CaseFile
from local_service.cases.models import CaseStatus
from service_kit.clock.bank_holidays import published_calendar
from service_kit.clock.duties import ComputedDuty, compute_duties
from service_kit.clock.rule_sets import published_rule_sets
from service_kit.clock.working_days import london_date, start_of_day
from shared_schemas.incidents import when_all_received, when_first_received

# Only the authority itself lifts its duty; the Panel's view does not.
LIFTED_BECAUSE = {
    CaseStatus.NOT_NOTIFIABLE: "the case was found not to be notifiable (Children Act 2004 s16C(1))",
    CaseStatus.WITHDRAWN: "the local authority withdrew its notification (Children Act 2004 s16C(1))",
}


def events_of(file: CaseFile) -> dict[str, datetime | None]:
    """Name each event with its time, or None where it has not happened. Receipt is the earliest of any partner's."""
    received = when_first_received(file.incident)
    sent, review = file.sent_notifications, file.rapid_review
    commissioned = [one.decided_on for one in file.local_review_decisions if one.commissioned]
    return {
        "information_received": received,
        "partners_became_aware_of_incident": received,
        "partners_told": when_all_received(file.incident),
        "authority_became_aware": file.incident.authority_became_aware_at,
        "notification_sent": sent[0].sent_at if sent else None,
        "rapid_review_completed": review.completed_at if review else None,
        "rapid_review_sent": review.sent_at if review else None,
        "local_review_decided": start_of_day(commissioned[0]) if commissioned else None,
    }


def duties_of(file: CaseFile, now: datetime) -> list[ComputedDuty]:
    """Reckon every duty of the case's rule set, now."""
    rule_set = published_rule_sets().get(file.case.rule_set)
    lifted_at = file.case.lifted_at
    return compute_duties(
        rule_set,
        events_of(file),
        published_calendar(),
        now,
        lifted_on=london_date(lifted_at) if lifted_at else None,
        lifted_because=LIFTED_BECAUSE.get(CaseStatus(file.case.status), ""),
    )
