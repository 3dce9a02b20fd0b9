"""A duty's row and today tell the same as reckoning the duty anew: nothing that changes with the day is kept."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from local_service.cases.models import Case
from local_service.duties.listing import days_of, status_of
from local_service.duties.models import CaseDuty
from local_service.duties.projection import row_of
from service_kit.clock.bank_holidays import published_calendar
from service_kit.clock.duties import compute_duties
from service_kit.clock.rule_sets import published_rule_sets

CODES = published_rule_sets().codes()
EVENTS = sorted({event for code in CODES for event in published_rule_sets().get(code).events})
DAYS = st.dates(date(2022, 1, 1), date(2024, 12, 31))


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


@given(
    st.sampled_from(CODES),
    st.dictionaries(st.sampled_from(EVENTS), DAYS.map(at_noon)),
    DAYS,
    st.integers(0, 700),
)
def test_a_row_tells_on_any_later_day_what_reckoning_tells(
    code: str, events: dict[str, datetime | None], written_on: date, later: int
) -> None:
    rule_set, calendar = published_rule_sets().get(code), published_calendar()
    case = Case(organisation_id=uuid4(), id=uuid4(), rule_set=code)
    kept = compute_duties(rule_set, events, calendar, at_noon(written_on))
    now = at_noon(written_on + timedelta(days=later))
    for written, told in zip(kept, compute_duties(rule_set, events, calendar, now), strict=True):
        row = CaseDuty(**row_of(case, written, "recorded"))
        assert (row.code, status_of(row, days_of(now)), row.due_on) == (told.code, told.status, told.due_on)
