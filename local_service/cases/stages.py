"""Where a case stands, in one word for people to read: derived from what was recorded, never stored."""

from dataclasses import dataclass
from enum import StrEnum

from local_service.cases.models import CaseStatus


class Stage(StrEnum):
    RECORDED = "recorded"
    NOTIFICATION_DRAFTED = "notification_drafted"
    NOTIFIED = "notified"
    RAPID_REVIEW_IN_PROGRESS = "rapid_review_in_progress"
    RAPID_REVIEW_COMPLETE = "rapid_review_complete"
    RAPID_REVIEW_SENT = "rapid_review_sent"
    PANEL_DECIDED = "panel_decided"
    LOCAL_REVIEW_COMMISSIONED = "local_review_commissioned"
    LOCAL_REVIEW_COMPLETE = "local_review_complete"
    CLOSED = "closed"
    NOT_NOTIFIABLE = "not_notifiable"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Progress:
    """What has happened on a case."""

    status: CaseStatus = CaseStatus.OPEN
    notification_drafted: bool = False
    notification_sent: bool = False
    rapid_review_started: bool = False
    rapid_review_completed: bool = False
    rapid_review_sent: bool = False
    panel_decided: bool = False
    local_review_commissioned: bool = False
    local_review_completed: bool = False


def derive_stage(progress: Progress) -> Stage:
    """The furthest thing that has happened; its parts run in parallel, so an earlier one may still be to do."""
    if progress.status is not CaseStatus.OPEN:
        return Stage(progress.status.value)
    furthest_first = (
        (progress.local_review_completed, Stage.LOCAL_REVIEW_COMPLETE),
        (progress.local_review_commissioned, Stage.LOCAL_REVIEW_COMMISSIONED),
        (progress.panel_decided, Stage.PANEL_DECIDED),
        (progress.rapid_review_sent, Stage.RAPID_REVIEW_SENT),
        (progress.rapid_review_completed, Stage.RAPID_REVIEW_COMPLETE),
        (progress.rapid_review_started, Stage.RAPID_REVIEW_IN_PROGRESS),
        (progress.notification_sent, Stage.NOTIFIED),
        (progress.notification_drafted, Stage.NOTIFICATION_DRAFTED),
    )
    return next((stage for reached, stage in furthest_first if reached), Stage.RECORDED)
