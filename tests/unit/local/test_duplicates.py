from typing import Any

import pytest

from local_service.cases.models import CaseStatus
from local_service.duplicates.rules import DuplicateReason, score, why_alike, why_not_related
from tests.support.offices import child
from tests.unit.local.filing import facts

UNKNOWN: dict[str, Any] = {"la_child_id": None, "nhs_number": None, "date_of_birth": None}
NAMED = {"first_name": "Zoë", "surname": "O'Neill-Smith", "date_of_birth": "2025-08-01"}


def alike(one: dict[str, Any], other: dict[str, Any], **second: Any) -> list[DuplicateReason]:
    first = facts(children=[child(**{**UNKNOWN, **one})])
    return why_alike(first, facts(children=[child(**{**UNKNOWN, **other})], **second))


FAR = {"occurred_on": "2025-12-01"}


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        ({"nhs_number": "9434765919"}, {"nhs_number": "9434765919"}, ["same_nhs_number"]),
        (
            {"unique_pupil_number": "A950000178301"},
            {"unique_pupil_number": "A950000178301"},
            ["same_unique_pupil_number"],
        ),
        ({"la_child_id": "EX1"}, {"la_child_id": "EX1"}, ["same_la_child_id"]),
        (NAMED, NAMED | {"first_name": "ZOE", "surname": "ONeill Smith"}, ["same_name_and_birth"]),
        (NAMED, NAMED | {"date_of_birth": "2025-08-02"}, []),
        (NAMED, NAMED | {"first_name": "Ann"}, []),
        ({"date_of_birth": "2025-08-01"}, {"date_of_birth": "2025-08-01"}, []),
        ({}, {}, []),
    ],
)
def test_a_child_in_common_makes_cases_alike(one: Any, other: Any, reasons: list[str]) -> None:
    assert alike(one, other, **FAR) == reasons


@pytest.mark.parametrize(("day", "near"), [("2025-12-14", True), ("2025-12-13", False), ("2025-12-22", True)])
def test_within_seven_days_in_one_area_a_birth_suffices(day: str, near: bool) -> None:
    born = {"date_of_birth": "2025-08-01"}
    assert alike(born, born, occurred_on=day) == (["same_birth_time_and_area"] if near else [])
    elsewhere = {"in_england": True, "local_authority": "845"}
    assert alike(born, born, occurred_on=day, location=elsewhere) == []


def test_time_and_area_add_to_a_child_in_common_and_alone_say_nothing() -> None:
    same = {"la_child_id": "EX1"}
    assert alike(same, same) == ["same_la_child_id", "same_time_and_area"]
    assert alike({}, {}) == []


def test_a_number_says_more_than_a_birth() -> None:
    assert score([DuplicateReason.SAME_NHS_NUMBER]) > score([DuplicateReason.SAME_BIRTH_TIME_AND_AREA])


@pytest.mark.parametrize("status", CaseStatus)
@pytest.mark.parametrize("other", CaseStatus)
def test_only_an_open_case_follows_a_withdrawn_one(status: CaseStatus, other: CaseStatus) -> None:
    follows = status is CaseStatus.OPEN and other is CaseStatus.WITHDRAWN
    assert (why_not_related("follows_withdrawn", status, other) is None) is follows
    assert why_not_related("not_a_duplicate", status, other) is None
