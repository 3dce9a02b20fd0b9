"""When the events happened that duties are counted from and met by, as a case's own records tell."""

from collections.abc import Mapping
from datetime import datetime

from local_service.cases.file import CaseFile
from local_service.cases.models import CaseStatus
from service_kit.acting import Acting
from service_kit.clock.bank_holidays import published_calendar
from service_kit.clock.duties import ComputedDuty, DutyStatus, compute_duties
from service_kit.clock.rule_sets import published_rule_sets
from service_kit.clock.working_days import start_of_day
from shared_schemas.children import ChildOutcome
from shared_schemas.incidents import when_all_received, when_first_received

Events = Mapping[str, datetime | None]

# Events of a partnership that rows beside the case's file tell of; until one is recorded it has not happened.
_RECORDED_BESIDE: Events = dict.fromkeys(
    (
        "local_review_delayed",
        "publication_withheld",
        "publication_planned",
        "copies_given",
        "published",
        "availability_ends",
    )
)
_LIFTED_BY = {CaseStatus.NOT_NOTIFIABLE, CaseStatus.WITHDRAWN}
_STANDS = {DutyStatus.MET, DutyStatus.MET_LATE, DutyStatus.NOT_KEPT, DutyStatus.NOT_STARTED}


def events_of(file: CaseFile) -> dict[str, datetime | None]:
    """Name each event with its time, or None where it has not happened. Receipt is the earliest of any partner's."""
    received = when_first_received(file.incident)
    sent, review = file.sent_notifications, file.rapid_review
    commissioned = [one.decided_on for one in file.local_review_decisions if one.commissioned]
    decisions, local_review = file.panel_decisions, file.local_review
    return {
        "information_received": received,
        "partners_became_aware_of_incident": received,
        "partners_told": when_all_received(file.incident),
        "authority_became_aware": file.incident.authority_became_aware_at,
        "looked_after_child_died": _when_died(file, "looked_after"),
        "care_leaver_died": _when_died(file, "care_leaver"),
        "notification_sent": sent[0].sent_at if sent else None,
        "rapid_review_completed": review.completed_at if review else None,
        "rapid_review_sent": review.sent_at if review else None,
        "panel_decided": decisions[0].received_at if decisions else None,
        "local_review_decided": start_of_day(commissioned[0]) if commissioned else None,
        "local_review_completed": local_review.completed_at if local_review else None,
    }


async def read_events(acting: Acting, file: CaseFile) -> Events:  # noqa: ARG001 -- for what lies beside the file
    """Read every event of a case: those of its file and those that other rows tell of."""
    return {**_RECORDED_BESIDE, **events_of(file)}


async def reckon_duties(acting: Acting, file: CaseFile) -> list[ComputedDuty]:
    """Reckon every duty of the case's rule set, now."""
    return duties_of(file, await read_events(acting, file), acting.now)


def duties_of(file: CaseFile, events: Events, now: datetime) -> list[ComputedDuty]:
    """Reckon the duties whose anchor is an event of a partnership's; those of national reviews are the Panel's own.

    A case that was withdrawn or is not notifiable lifts what was still to do (Children Act 2004 s16C(1)).
    """
    rule_set = published_rule_sets().get(file.case.rule_set)
    found = compute_duties(rule_set, events, published_calendar(), now)
    own = [duty for duty in found if duty.explanation.anchor_event in events]
    lifted = CaseStatus(file.case.status) in _LIFTED_BY
    return [_lift(duty) for duty in own] if lifted else own


def _lift(duty: ComputedDuty) -> ComputedDuty:
    return duty if duty.status in _STANDS else duty.model_copy(update={"status": DutyStatus.LIFTED})


def _when_died(file: CaseFile, social_care_status: str) -> datetime | None:
    died = any(
        child.outcome == ChildOutcome.DIED and social_care_status in child.social_care_status
        for child in file.incident.children
    )
    return file.incident.authority_became_aware_at if died else None
