"""What the office is shown of a notification that does not arrive: on the case, and in a list of its own."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from local_service.cases.actions import AllowedAction
from local_service.cases.models import Case
from local_service.delivery_alerts.models import ManualNotification, UndeliveredNotification, WhyUndelivered
from local_service.delivery_alerts.routes_by_hand import DUTY_NOTE, routes_by_hand
from local_service.delivery_alerts.schemas import RouteRead, UndeliveredRead
from local_service.settings import LocalSettings
from service_kit.acting import Acting
from service_kit.exchange.standing import ExchangeStanding
from service_kit.pagination import Page, PageRequest, make_page, newest_first


async def list_undelivered(
    acting: Acting, settings: LocalSettings, page: PageRequest, *, told: bool | None
) -> Page[UndeliveredRead]:
    """Give a page of the notifications that the Panel has not got, newest alert first."""
    statement = _open(acting)
    if told is not None:
        when = _told_at()
        statement = statement.where(when.is_not(None) if told else when.is_(None))
    rows = (await acting.session.execute(newest_first(statement, UndeliveredNotification.id, page))).all()
    return make_page(
        rows, page, lambda row: _show(settings, row[0], row.reference, row.told_at), lambda row: row[0].id
    )


async def show_undelivered(acting: Acting, settings: LocalSettings, case_id: UUID) -> UndeliveredRead | None:
    """Show what a case's notification waits for, if it has not arrived: the latest version's."""
    statement = _open(acting).where(UndeliveredNotification.case_id == case_id)
    statement = statement.order_by(UndeliveredNotification.notification_version.desc()).limit(1)
    row = (await acting.session.execute(statement)).one_or_none()
    return _show(settings, row[0], row.reference, row.told_at) if row is not None else None


def actions_out(
    acting: Acting, standing: ExchangeStanding | None, undelivered: UndeliveredRead | None
) -> Iterator[AllowedAction]:
    """List the ways out for a case whose messages are stuck; none where nothing is."""
    if standing is not None and standing.parked:
        yield _action(acting, "redrive_message", "exchange:operate")
        yield _action(acting, "propose_replacing_or_discarding", "exchange:dispose")
    if undelivered is not None:
        yield _action(acting, "record_telling_by_hand", "notifications:tell-by-hand")


def _action(acting: Acting, action: str, scope: str) -> AllowedAction:
    if scope in acting.scopes:
        return AllowedAction(action=action, allowed=True)
    return AllowedAction(action=action, allowed=False, why_not=f"Your roles do not include {scope}.")


def _open(acting: Acting) -> Select[UndeliveredNotification, UUID, Any]:
    same = (Case.organisation_id == UndeliveredNotification.organisation_id) & (
        Case.id == UndeliveredNotification.case_id
    )
    return (
        select(
            UndeliveredNotification, Case.exchange_reference.label("reference"), _told_at().label("told_at")
        )
        .join(Case, same)
        .where(
            UndeliveredNotification.organisation_id == acting.organisation_id,
            UndeliveredNotification.cleared_at.is_(None),
        )
    )


def _told_at() -> Any:
    return (
        select(func.max(ManualNotification.told_at))
        .where(
            ManualNotification.organisation_id == UndeliveredNotification.organisation_id,
            ManualNotification.case_id == UndeliveredNotification.case_id,
        )
        .correlate(UndeliveredNotification)
        .scalar_subquery()
    )


def _show(
    settings: LocalSettings, alert: UndeliveredNotification, reference: UUID, told_at: datetime | None
) -> UndeliveredRead:
    return UndeliveredRead(
        case_id=alert.case_id,
        exchange_reference=reference,
        notification_version=alert.notification_version,
        why=WhyUndelivered(alert.why),
        problem=alert.problem,
        undelivered_since=alert.undelivered_since,
        alerted_at=alert.raised_at,
        told_by_hand_at=told_at,
        duty_note=DUTY_NOTE,
        manual_routes=[RouteRead.model_validate(route) for route in routes_by_hand(settings)],
    )
