from datetime import UTC, datetime
from typing import Any

import pytest

from local_service.cases.rules import incident_errors
from shared_schemas.incidents import when_first_received
from tests.support.offices import child
from tests.unit.local.filing import NOW, facts

LATER = "2026-01-05T12:00:01Z"


def errors(now: datetime = NOW, *, live: bool = False, **changes: Any) -> list[tuple[str, str]]:
    found = incident_errors(facts(**changes), now, live=live)
    return [(error.pointer, error.code) for error in found]


def test_what_has_happened_is_no_error() -> None:
    assert errors() == []


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"occurred_on": "2026-01-06"}, "/incident/occurred_on", "date_in_the_future"),
        (
            {"authority_became_aware_at": LATER},
            "/incident/authority_became_aware_at",
            "time_in_the_future",
        ),
        (
            {"information_received": [{"partner": "police", "received_at": LATER}]},
            "/incident/information_received/0/received_at",
            "time_in_the_future",
        ),
        (
            {"children": [child(date_of_birth="2026-01-06")]},
            "/incident/children/0/date_of_birth",
            "date_in_the_future",
        ),
        (
            {"children": [child(outcome="died", date_of_death="2026-01-06")]},
            "/incident/children/0/date_of_death",
            "date_in_the_future",
        ),
    ],
)
def test_nothing_recorded_lies_in_the_future(changes: dict[str, Any], pointer: str, code: str) -> None:
    assert errors(**changes) == [(pointer, code)]


def test_a_birth_expected_may_lie_in_the_future() -> None:
    unborn = child(unborn=True, date_of_birth=None, expected_date_of_birth="2026-05-01")
    assert errors(children=[unborn]) == []


def test_today_is_londons() -> None:
    # 23:30 UTC on 30 June is half past midnight on 1 July in London's summer time.
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert errors(late, occurred_on="2026-07-01") == []
    assert errors(late, occurred_on="2026-07-02") == [("/incident/occurred_on", "date_in_the_future")]


def test_every_fault_is_named() -> None:
    assert len(errors(occurred_on="2026-01-06", authority_became_aware_at=LATER)) == 2


def test_numbers_kept_for_tests_are_refused_of_real_people_only() -> None:
    pointer = ("/incident/children/0/nhs_number", "nhs_number_for_tests")
    assert errors(live=True) == [pointer]
    assert errors(live=False) == []
    assert errors(live=True, children=[child(nhs_number="401 023 2137")]) == []
    assert errors(live=True, children=[child(nhs_number=None)]) == []


def test_the_clock_starts_at_the_first_receipt_by_any_partner() -> None:
    received = [
        {"partner": "local_authority", "received_at": "2025-12-22T11:00:00Z"},
        {"partner": "police", "received_at": "2025-12-22T11:30:00+01:00"},
        {"partner": "integrated_care_board", "received_at": "2025-12-23T09:00:00Z"},
    ]
    earliest = when_first_received(facts(information_received=received))
    assert earliest == datetime(2025, 12, 22, 10, 30, tzinfo=UTC)
