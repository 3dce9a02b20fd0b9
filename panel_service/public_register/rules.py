"""How long what is published stays available."""

from datetime import date

from panel_service.public_register.models import ReviewKind
from service_kit.clock.working_days import add_calendar_months

PROVISIONS = {ReviewKind.NATIONAL: "SI 2018/789 reg 10", ReviewKind.LOCAL: "SI 2018/789 reg 17"}
MONTHS = {ReviewKind.NATIONAL: 36, ReviewKind.LOCAL: 12}


def available_until_at_least(kind: ReviewKind, published_on: date) -> date:
    """Give the day until which it must stay available: three years (reg 10) or one (reg 17) from publication."""
    return add_calendar_months(published_on, MONTHS[kind]).due_on


def why_not_taken_down(kind: ReviewKind, available_until: date, today: date, *, by_order: bool) -> str | None:
    """Why an entry stays, if so: before its day only an order of a court takes it down."""
    if today >= available_until or by_order:
        return None
    return f"{PROVISIONS[kind]} keeps it available until {available_until}; only an order of a court is before that."
