"""What the Panel thinks of a case beside its decisions. A view lifts nothing.

The duty to notify is the local authority's (Children Act 2004 s16C), so only its own withdrawal ends it; whether to
commission a local review is the partners' (s16F).
"""

from datetime import date, datetime

from service_kit.clock.working_days import london_date
from service_kit.problems import field_problem

LIFTS_NOTHING = "Children Act 2004 s16C(1)"


def check_formed_on(formed_on: date, *, received_at: datetime, now: datetime) -> None:
    """Refuse a view formed in the future, or before the case was received (dates of Europe/London)."""
    if formed_on > london_date(now):
        raise field_problem("/formed_on", "date_in_the_future", "Must not lie in the future.")
    if formed_on < london_date(received_at):
        raise field_problem(
            "/formed_on", "before_receipt", "Must not lie before the notification was received."
        )
