"""When the office is told that a notification does not arrive, and when it may record that the Panel was told by hand."""

from datetime import datetime, timedelta

from local_service.cases.file import CaseFile
from local_service.delivery_alerts.models import WhyUndelivered
from service_kit.identity import Caller
from service_kit.moves import Refusal

NOTIFIES = "Children Act 2004 s16C(1)"
# The same day: an hour leaves the rest of it for telling the Panel by hand.
AFTER = timedelta(hours=1)


def why_undelivered(
    state: str, *, behind_dead: bool, sent_at: datetime, now: datetime
) -> WhyUndelivered | None:
    """Why a notification that has not arrived is to be told of now, if it is."""
    if state == "dead":
        return WhyUndelivered.REFUSED
    if behind_dead:
        return WhyUndelivered.PARKED
    return WhyUndelivered.NOT_ARRIVED if now - sent_at >= AFTER else None


def why_no_record_by_hand(file: CaseFile, *, arrived: bool) -> Refusal | None:
    """Why there is nothing to record, if so: a notification must have been sent and not have arrived."""
    if not file.sent_notifications:
        return Refusal("No notification was sent.", NOTIFIES, ("draft_notification",))
    if arrived:
        return Refusal("The Panel has the notification: its signed receipt is stored here.", NOTIFIES)
    return None


def why_no_person(caller: Caller) -> Refusal | None:
    """Why this caller cannot record it, if so: a named person does."""
    if caller.is_person:
        return None
    return Refusal(
        "A person records that the Panel was told; this credential is a system's.",
        NOTIFIES,
        problem="second-person-required",
    )
