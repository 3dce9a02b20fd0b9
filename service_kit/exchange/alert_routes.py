"""What a person must hear of, as a list: open until it is over, kept afterwards."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import select

from service_kit.acting import Acting, Requires
from service_kit.exchange.alerts import Alert, AlertKind
from service_kit.pagination import Page, PageDep, make_page, newest_first

router = APIRouter()


class AlertState(StrEnum):
    OPEN = "open"
    CLEARED = "cleared"
    ALL = "all"


class Severity(StrEnum):
    """`page`: somebody is to be called at any hour. `warn`: somebody is to look today."""

    PAGE = "page"
    WARN = "warn"


# These are told of in the night: something must arrive the same day, or one side's history is in doubt.
PAGES = frozenset(
    {
        AlertKind.URGENT_UNDELIVERED,
        AlertKind.HASHES_DIFFER,
        AlertKind.HELD_UNKNOWN,
        AlertKind.RESTORE_SUSPECTED,
        AlertKind.CHECKPOINT_REFUSED,
        AlertKind.KEY_CHANGE_REFUSED,
    }
)
MEANINGS: dict[AlertKind, str] = {
    AlertKind.MESSAGE_DEAD: "The counterpart refused a message for good; its stream waits. Read why under "
    "/v1/exchange/dead-letters, then send it again, replace it or discard it.",
    AlertKind.UNDELIVERED: "Messages have waited for fifteen minutes. See the link's pause, breaker and last outcomes; "
    "they are sent by themselves once the counterpart answers.",
    AlertKind.URGENT_UNDELIVERED: "A message that must arrive the same day has waited for an hour: tell the counterpart "
    "by another way today.",
    AlertKind.APPLY_FAILED: "A message was received, and an error here keeps it from taking effect. It is tried again; "
    "its stream waits. The log names the place in the source.",
    AlertKind.GAP: "A number before the received message has not come for fifteen minutes; it is asked for.",
    AlertKind.DESTINATION_ANSWERS_WRONGLY: "Something answers at the counterpart's address that is not the counterpart.",
    AlertKind.CLOCK_SKEW: "The counterpart's clock and this one's are apart: set right whichever is wrong.",
    AlertKind.HASHES_DIFFER: "Both sides hold one id with other bytes. No machine heals this.",
    AlertKind.HELD_UNKNOWN: "The counterpart holds of ours what is not known here: this database was restored, or a "
    "key was stolen.",
    AlertKind.NOT_EQUAL: "The link was not found equal for twenty-six hours.",
    AlertKind.RESTORE_SUSPECTED: "This database looks older than what was sent from it: nothing is sent until it is "
    "settled.",
    AlertKind.CHECKPOINT_REFUSED: "An audit checkpoint was refused: one side's log is not what it was.",
    AlertKind.KEY_CHANGE_REFUSED: "A change of key was refused: compare fingerprints with the counterpart by another way.",
    AlertKind.SUBSCRIPTION_PAUSED: "A subscriber's endpoint was paused; the feed of changes has what it missed.",
}


class AlertRead(BaseModel):
    id: UUID
    kind: AlertKind
    severity: Severity
    meaning: str = Field(description="What it means and what to do.")
    link_id: UUID | None
    message_id: UUID | None
    subject: str | None
    detail: dict[str, Any] = Field(description="Ids, codes, counts and times.")
    raised_at: datetime
    cleared_at: datetime | None = Field(description="When it was over; null while it is open.")


@router.get("/alerts", summary="List alerts")
async def list_alerts(
    acting: Annotated[Acting, Requires("exchange:read")],
    page: PageDep,
    state: Annotated[
        AlertState, Query(description="Open ones, those that are over, or both.")
    ] = AlertState.OPEN,
    kind: Annotated[AlertKind | None, Query(description="Only this kind.")] = None,
    link_id: Annotated[UUID | None, Query(description="Only those of this link.")] = None,
) -> Page[AlertRead]:
    """Show what a person must hear of on the exchange, newest first, each with what it means and what to do."""
    statement = select(Alert).where(Alert.organisation_id == acting.organisation_id)
    if state is not AlertState.ALL:
        is_open = Alert.cleared_at.is_(None)
        statement = statement.where(is_open if state is AlertState.OPEN else ~is_open)
    if kind is not None:
        statement = statement.where(Alert.kind == kind)
    if link_id is not None:
        statement = statement.where(Alert.link_id == link_id)
    rows = (await acting.session.execute(newest_first(statement, Alert.id, page))).scalars().all()
    return make_page(rows, page, _show, lambda row: row.id)


def severity_of(kind: AlertKind) -> Severity:
    """Tell whether somebody is to be called for it."""
    return Severity.PAGE if kind in PAGES else Severity.WARN


def _show(row: Alert) -> AlertRead:
    kind = AlertKind(row.kind)
    return AlertRead(
        id=row.id,
        kind=kind,
        severity=severity_of(kind),
        meaning=MEANINGS.get(kind, ""),
        link_id=row.link_id,
        message_id=row.message_id,
        subject=row.subject,
        detail=row.detail,
        raised_at=row.raised_at,
        cleared_at=row.cleared_at,
    )
