"""Telling the office that a notification does not arrive, once, until it has; and recording that the Panel was told by hand."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from local_service.cases.file import CaseFile
from local_service.cases.models import Case, CaseStatus
from local_service.delivery_alerts.models import (
    ManualNotification,
    UndeliveredNotification,
    WhyUndelivered,
)
from local_service.delivery_alerts.rules import why_no_person, why_no_record_by_hand, why_undelivered
from local_service.delivery_alerts.schemas import ManualNotificationCreate
from local_service.notifications.models import Notification, NotificationState
from service_kit.acting import Acting
from service_kit.exchange.letters.models import DisposalKind
from service_kit.exchange.letters.rules import Disposed
from service_kit.exchange.status import is_receipted
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.problems import field_problem
from shared_schemas.messages.local import NOTIFICATION

# From what has not arrived, which is little at any time, to its case and version. A chain's id is that of the
# message which the notification was sent with, whatever replaced it since.
_NOT_ARRIVED = text("""
    SELECT n.id, n.case_id, n.version, n.sent_at, live.state, live.problem ->> 'name' AS problem,
           EXISTS (SELECT FROM outbound_messages lower
                    WHERE lower.organisation_id = live.organisation_id AND lower.stream_id = live.stream_id
                      AND lower.number < live.number AND lower.state = 'dead') AS behind_dead
      FROM outbound_messages live
      JOIN cases c ON c.organisation_id = live.organisation_id
       AND c.exchange_reference = CASE WHEN live.subject <> 'link' THEN live.subject::uuid END
      JOIN notifications n ON n.organisation_id = c.organisation_id AND n.case_id = c.id
       AND n.message_id = live.chain_id
     WHERE live.organisation_id = :organisation_id AND live.type = :type
       AND live.state IN ('pending', 'leased', 'dead')
     ORDER BY n.id
""")
_LIFTED = (CaseStatus.WITHDRAWN.value, CaseStatus.NOT_NOTIFIABLE.value)


async def raise_undelivered(acting: Acting) -> int:
    """Tell of each notification of this organisation that cannot be delivered; give how many were new."""
    values = {"organisation_id": acting.organisation_id, "type": NOTIFICATION}
    raised = 0
    for row in (await acting.session.execute(_NOT_ARRIVED, values)).all():
        why = why_undelivered(row.state, behind_dead=row.behind_dead, sent_at=row.sent_at, now=acting.now)
        if why is not None:
            raised += await _raise(acting, row, why, row.problem)
    return raised


async def clear_delivered(acting: Acting) -> int:
    """End the alerts of what has arrived by now, and tell so; give how many."""
    statement = (
        select(UndeliveredNotification, Notification, Case.status)
        .join(Notification, _same(UndeliveredNotification.notification_id, Notification))
        .join(Case, _same(UndeliveredNotification.case_id, Case))
        .where(
            UndeliveredNotification.organisation_id == acting.organisation_id,
            UndeliveredNotification.cleared_at.is_(None),
        )
        .order_by(UndeliveredNotification.id)
        .with_for_update(of=UndeliveredNotification, skip_locked=True)
    )
    cleared = 0
    for alert, notification, status in (await acting.session.execute(statement)).all():
        arrived = await _has_arrived(acting, notification)
        # A notification given up needs no telling once the case itself is withdrawn; one refused still parks.
        needless = alert.why == WhyUndelivered.DISCARDED and status in _LIFTED
        if not arrived and not needless:
            continue
        alert.cleared_at = (await acting.session.execute(select(func.now()))).scalar_one()
        cleared += 1
        if arrived:
            detail = {"notification_version": alert.notification_version}
            await acting.event("notification.arrived", "case", alert.case_id, detail)
    await acting.session.flush()
    return cleared


async def tell_disposed(acting: Acting, what: Disposed) -> None:
    """Show on its case that a message was replaced or discarded; a notification given up is told of at once."""
    if what.subject == "link":
        return
    statement = select(Case).where(
        Case.organisation_id == acting.organisation_id, Case.exchange_reference == UUID(what.subject)
    )
    case = (await acting.session.execute(statement)).scalar_one_or_none()
    if case is None:
        return
    name = "case.message_discarded" if what.kind is DisposalKind.DISCARD else "case.message_replaced"
    detail = {
        "message": str(what.message_id),
        "by": str(what.successor_id),
        "type": what.type,
        "reason": what.reason,
    }
    await acting.event(name, "case", case.id, detail)
    if what.kind is DisposalKind.DISCARD and what.type == NOTIFICATION:
        await _raise_discarded(acting, case.id, what.message_id)


async def record_told_by_hand(
    acting: Acting, file: CaseFile, given: ManualNotificationCreate
) -> ManualNotification:
    """Record that a named person told the Panel. Raises 409 where there is nothing to tell, 403 to a system, 422."""
    refuse(why_no_person(acting.caller))
    arrived = bool(file.sent_notifications) and await _has_arrived(acting, file.sent_notifications[-1])
    refuse(why_no_record_by_hand(file, arrived=arrived))
    if given.told_at > acting.now:
        raise field_problem("/told_at", "in_the_future", "Lies in the future.")
    if given.told_at < file.incident.authority_became_aware_at:
        raise field_problem(
            "/told_at", "too_early", "Lies before the authority became aware of the incident."
        )
    assert acting.caller.principal_id is not None  # noqa: S101 -- narrows the type; a system was refused above
    told = ManualNotification(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=file.case.id,
        notification_version=file.sent_notifications[-1].version,
        route=given.route.value,
        told_at=given.told_at,
        told_by=given.told_by,
        reference=given.reference,
        recorded_by=acting.caller.principal_id,
        recorded_at=acting.now,
    )
    acting.session.add(told)
    await acting.session.flush()
    detail = {"notification_version": told.notification_version, "route": told.route}
    await acting.event("notification.told_by_hand", "case", file.case.id, detail)
    return told


async def told_by_hand(acting: Acting, case_id: UUID) -> Sequence[ManualNotification]:
    """Give every telling by hand of a case, the first one first."""
    statement = (
        select(ManualNotification)
        .where(
            ManualNotification.organisation_id == acting.organisation_id,
            ManualNotification.case_id == case_id,
        )
        .order_by(ManualNotification.id)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def _raise(acting: Acting, row: Any, why: WhyUndelivered, problem: str | None) -> bool:
    values = {
        "organisation_id": acting.organisation_id,
        "id": new_id(),
        "case_id": row.case_id,
        "notification_id": row.id,
        "notification_version": row.version,
        "why": why.value,
        "problem": problem,
        "undelivered_since": row.sent_at,
    }
    # Two workers raise it once: an open alert is there once.
    statement = insert(UndeliveredNotification).values(values).on_conflict_do_nothing()
    new = (await acting.session.execute(statement.returning(UndeliveredNotification.id))).one_or_none()
    if new is None:
        await _bring_up_to_date(acting, row.id, why, problem)
        return False
    detail = {"notification_version": row.version, "why": why.value, "problem": problem}
    await acting.event("notification.undeliverable", "case", row.case_id, detail)
    return True


async def _bring_up_to_date(
    acting: Acting, notification_id: UUID, why: WhyUndelivered, problem: str | None
) -> None:
    await acting.session.execute(
        update(UndeliveredNotification)
        .where(
            UndeliveredNotification.organisation_id == acting.organisation_id,
            UndeliveredNotification.notification_id == notification_id,
            UndeliveredNotification.cleared_at.is_(None),
            UndeliveredNotification.why != why.value,
        )
        .values(why=why.value, problem=problem)
        .execution_options(synchronize_session=False)
    )


async def _raise_discarded(acting: Acting, case_id: UUID, message_id: UUID) -> None:
    statement = text("""
        SELECT n.id, n.case_id, n.version, n.sent_at
          FROM notifications n
          JOIN outbound_messages m ON m.organisation_id = n.organisation_id AND m.chain_id = n.message_id
         WHERE n.organisation_id = :organisation_id AND n.case_id = :case_id AND m.id = :message_id
    """)
    values = {"organisation_id": acting.organisation_id, "case_id": case_id, "message_id": message_id}
    row = (await acting.session.execute(statement, values)).one_or_none()
    if row is not None:
        await _raise(acting, row, WhyUndelivered.DISCARDED, None)


async def _has_arrived(acting: Acting, notification: Notification) -> bool:
    """Whether the Panel's receipt of this version, or of one sent after it, is stored here."""
    statement = select(Notification.message_id).where(
        Notification.organisation_id == acting.organisation_id,
        Notification.case_id == notification.case_id,
        Notification.version >= notification.version,
        Notification.state == NotificationState.SENT,
    )
    for message_id in (await acting.session.execute(statement)).scalars():
        if message_id and await is_receipted(acting.session, acting.organisation_id, message_id):
            return True
    return False


def _same(column: Any, model: Any) -> Any:
    return (model.organisation_id == UndeliveredNotification.organisation_id) & (model.id == column)
