"""A case as it is read."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Text, cast, select
from sqlalchemy.orm import defer

from local_service.assessments.schemas import AssessmentRead
from local_service.assessments.service import show_assessment
from local_service.cases.actions import AllowedAction, actions_of
from local_service.cases.file import CaseFile
from local_service.cases.models import Case, CaseStatus
from local_service.cases.schemas import LocalIncident, Source
from local_service.cases.stages import Progress, Stage, derive_stage
from local_service.delivery_alerts.schemas import UndeliveredRead
from local_service.delivery_alerts.showing import actions_out, show_undelivered
from local_service.duties.events import reckon_duties
from local_service.local_reviews.models import LocalReviewState
from local_service.local_reviews.schemas import LocalReviewRead
from local_service.local_reviews.service import show_local_review
from local_service.notifications.schemas import NotificationRead
from local_service.notifications.service import show_notifications
from local_service.panel_decisions.schemas import PanelDecisionRead
from local_service.panel_decisions.service import show_decisions
from local_service.rapid_reviews.schemas import RapidReviewRead
from local_service.rapid_reviews.service import show_review
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.clock.duties import DutyStatus
from service_kit.exchange.standing import ExchangeStanding, is_parked, standing_of
from service_kit.exchange.status import MessageStatus, messages_of
from service_kit.pagination import Page, PageRequest, make_page, newest_first


class DutySummary(BaseModel):
    """A duty in one line; its own resource explains it."""

    code: str
    title: str
    status: DutyStatus
    due_on: date | None


class CaseListItem(BaseModel):
    """A case in a list: no child is named."""

    id: UUID
    version: int
    status: CaseStatus
    source: Source | None
    exchange_reference: UUID = Field(description="What the Panel's service knows the case by.")
    rule_set: str
    occurred_on: date
    nature: str
    information_received_at: datetime = Field(
        description="The earliest receipt by any partner: the clock's start."
    )
    created_at: datetime
    updated_at: datetime


class CaseRead(CaseListItem):
    """A case in full."""

    stage: Stage = Field(description="The furthest thing that has happened; derived from what is recorded.")
    incident: LocalIncident
    assessment: AssessmentRead
    notifications: list[NotificationRead]
    rapid_review: RapidReviewRead | None
    local_review: LocalReviewRead | None
    panel_decisions: list[PanelDecisionRead]
    duties: list[DutySummary]
    messages: list[MessageStatus] = Field(
        description="What crossed, both ways: waiting, delivered or parked."
    )
    exchange: ExchangeStanding | None = Field(
        description="Whether the messages about the case arrive, what is stuck, and what to do; null before the notification."
    )
    undelivered_notification: UndeliveredRead | None = Field(
        description="The notification has not reached the Panel: why, since when, and how to tell it by hand today."
    )
    allowed_actions: list[AllowedAction] = Field(description="What this credential may do next, and why not.")


async def show_case(acting: Acting, settings: LocalSettings, file: CaseFile) -> CaseRead:
    """Show everything on a case."""
    review = file.rapid_review
    # Nothing crosses before the notification.
    crosses = bool(file.sent_notifications)
    subject = str(file.case.exchange_reference)
    messages = await messages_of(acting.session, subject) if crosses else []
    standing = await standing_of(acting.session, subject, messages) if crosses else None
    stuck = standing is not None and (standing.undelivered or any(one.replaced_by for one in messages))
    undelivered = await show_undelivered(acting, settings, file.case.id) if stuck else None
    return CaseRead(
        **list_item(file.case).model_dump(),
        stage=stage_of(file),
        incident=file.incident,
        assessment=show_assessment(file, file.judgement),
        notifications=await show_notifications(acting, file),
        rapid_review=await show_review(acting, file, review) if review else None,
        local_review=show_local_review(file) if file.local_review_decisions else None,
        panel_decisions=show_decisions(file),
        duties=[
            DutySummary(code=duty.code, title=duty.title, status=duty.status, due_on=duty.due_on)
            for duty in await reckon_duties(acting, file)
        ],
        messages=messages,
        exchange=standing,
        undelivered_notification=undelivered,
        allowed_actions=[
            *actions_of(acting, file, four_eyes=settings.four_eyes),
            *actions_out(acting, standing, undelivered),
        ],
    )


async def list_cases(
    acting: Acting,
    page: PageRequest,
    *,
    status: CaseStatus | None,
    source_system: str | None,
    parked: bool | None = None,
) -> Page[CaseListItem]:
    """List an organisation's cases, newest first."""
    # The facts of an incident are the largest part of its row, and no list shows them.
    statement = select(Case).options(defer(Case.incident, raiseload=True))
    statement = statement.where(Case.organisation_id == acting.organisation_id)
    if status is not None:
        statement = statement.where(Case.status == status)
    if source_system is not None:
        statement = statement.where(Case.source_system == source_system)
    if parked is not None:
        stuck = is_parked(cast(Case.exchange_reference, Text))
        statement = statement.where(stuck if parked else ~stuck)
    rows: Sequence[Case] = (
        (await acting.session.execute(newest_first(statement, Case.id, page))).scalars().all()
    )
    return make_page(rows, page, list_item, lambda row: row.id)


def list_item(case: Case) -> CaseListItem:
    """Show a case in a list."""
    source = (
        Source(source_system=case.source_system, reference=case.source_reference)
        if case.source_system and case.source_reference
        else None
    )
    return CaseListItem(
        id=case.id,
        version=case.version,
        status=CaseStatus(case.status),
        source=source,
        exchange_reference=case.exchange_reference,
        rule_set=case.rule_set,
        occurred_on=case.occurred_on,
        nature=case.nature,
        information_received_at=case.information_received_at,
        created_at=case.created_at,
        updated_at=case.updated_at,
    )


def stage_of(file: CaseFile) -> Stage:
    """Tell where a case stands."""
    return derive_stage(_progress(file))


def _progress(file: CaseFile) -> Progress:
    rapid_review, local_review = file.rapid_review, file.local_review
    return Progress(
        status=CaseStatus(file.case.status),
        notification_drafted=file.draft is not None,
        notification_sent=bool(file.sent_notifications),
        rapid_review_started=rapid_review is not None,
        rapid_review_completed=rapid_review is not None and rapid_review.completed_at is not None,
        rapid_review_sent=rapid_review is not None and rapid_review.sent_at is not None,
        panel_decided=bool(file.panel_decisions),
        local_review_commissioned=local_review is not None,
        local_review_completed=local_review is not None
        and local_review.state != LocalReviewState.IN_PROGRESS,
    )
