"""Dates and times are what was written, never what a number can be read as."""

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared_schemas.base import ClockTime, Day, Instant
from shared_schemas.incidents import IncidentFacts, when_all_received, when_first_received
from shared_schemas.messages.examples import INCIDENT


@pytest.mark.parametrize(
    "value", [0, 20261122, 1.5, "20261122", "0", "1795000000", "0001-01-01", "9999-01-01", True]
)
def test_a_day_is_written_out(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(value)


@pytest.mark.parametrize(
    "value", [0, 20261122, "20261122", "1795000000", "2026-11-22", "0001-01-01T00:00:00Z"]
)
def test_an_instant_is_written_out_with_its_offset(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Instant).validate_python(value)


@pytest.mark.parametrize("value", [0, 3600, "3600", "16"])
def test_a_time_of_day_is_written_out(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(ClockTime).validate_python(value)


def test_what_is_written_out_is_read() -> None:
    assert TypeAdapter(Day).validate_python("2026-11-22") == date(2026, 11, 22)
    assert TypeAdapter(Instant).validate_python("2026-11-22T16:40:00+00:00").hour == 16
    assert TypeAdapter(ClockTime).validate_python("16:40").minute == 40


def incident(*received: tuple[str, str], **changed: Any) -> IncidentFacts:
    entries = [{"partner": partner, "received_at": f"2026-11-0{day}T09:00:00Z"} for partner, day in received]
    return IncidentFacts.model_validate({**INCIDENT, "information_received": entries, **changed})


def test_the_partners_are_all_told_when_the_last_of_them_is() -> None:
    two = incident(("police", "2"), ("local_authority", "3"))
    assert when_all_received(two) is None
    three = incident(
        ("police", "4"), ("police", "2"), ("local_authority", "3"), ("integrated_care_board", "3")
    )
    assert when_first_received(three).day == 2
    last = when_all_received(three)
    assert last is not None
    assert last.day == 3


def test_no_two_children_have_one_identifier() -> None:
    child = INCIDENT["children"][0]
    with pytest.raises(ValidationError, match="same la_child_id"):
        incident(("police", "2"), children=[child, {**child, "index_child": False}])
