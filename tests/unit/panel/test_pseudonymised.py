from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel_service.cases.models import Case, CaseState
from panel_service.cases.pseudonymised import (
    PseudonymisedCase,
    PseudonymisedChild,
    age_band,
    pseudonymise,
)
from shared_schemas.children import ChildFacts
from shared_schemas.classification import Classification, classified_fields
from shared_schemas.code_lists import code_list
from shared_schemas.incidents import IncidentFacts
from shared_schemas.messages.examples import NOTIFICATION
from shared_schemas.messages.local import NotificationBody

INCIDENT_ON = date(2026, 11, 1)
IDENTITY: dict[str, Any] = {
    "la_child_id": "EX000417",
    "nhs_number": "9434765919",
    "first_name": "Zebedee",
    "surname": "Quillfeather",
    "other_names": ["Zeb"],
    "date_of_birth": "2026-06-20",
    "postcode": "BN1 1AA",
    "local_authority_of_residence": "846",
}
WORDS = "Zebedee Quillfeather lived with his aunt in Hove"


def shown() -> PseudonymisedCase:
    incident = NOTIFICATION["incident"]
    children = [{**incident["children"][0], **IDENTITY}]
    facts = {**NOTIFICATION, "incident": {**incident, "summary": WORDS, "children": children}}
    case = Case(
        organisation_id=UUID(int=1),
        id=UUID("01a19d01-e880-7d4e-8f60-718293a4b5c6"),
        version=1,
        state=CaseState.AWAITING_RAPID_REVIEW,
        received_at=datetime(2026, 11, 3, tzinfo=UTC),
    )
    return pseudonymise(case, NotificationBody.model_validate(facts))


def child(**facts: Any) -> ChildFacts:
    return ChildFacts.model_validate({"index_child": True, "outcome": "not_yet_known", **facts})


def test_nothing_given_about_identity_is_shown() -> None:
    text = shown().model_dump_json()
    told = [
        *IDENTITY.values(),
        "Zeb",
        WORDS,
        "Quillfeather",
        "2026-11-01",
        NOTIFICATION["partnership"]["name"],
    ]
    assert [value for value in told if isinstance(value, str) and value in text] == []


def test_a_child_is_a_number_with_codes_and_a_band() -> None:
    (only,) = shown().children
    assert (only.label, only.age_band, only.outcome.value) == ("Child 1", "under_1", "seriously_harmed")


def test_no_field_classified_as_identifying_or_of_others_is_among_those_shown() -> None:
    hidden = {Classification.IDENTIFYING, Classification.THIRD_PARTY}
    for facts, view in ((ChildFacts, PseudonymisedChild), (IncidentFacts, PseudonymisedCase)):
        names = {path[1:] for path, kind in classified_fields(facts).items() if kind in hidden}
        assert names
        assert not names & view.model_fields.keys()


@pytest.mark.parametrize(
    ("born", "band"),
    [
        ("2026-11-01", "under_1"),
        ("2025-11-02", "under_1"),
        ("2025-11-01", "1_to_5"),
        ("2020-11-02", "1_to_5"),
        ("2020-11-01", "6_to_10"),
        ("2015-11-01", "11_to_15"),
        ("2010-11-01", "16_and_over"),
        (None, "unknown"),
    ],
)
def test_age_bands_begin_on_birthdays(born: str | None, band: str) -> None:
    assert age_band(child(date_of_birth=born), INCIDENT_ON) == band


def test_an_unborn_child_counts_in_the_first_band() -> None:
    assert age_band(child(unborn=True), INCIDENT_ON) == "under_1"


@given(born=st.dates(date(1990, 1, 1), date(2030, 1, 1)), on=st.dates(date(2018, 1, 1), date(2030, 1, 1)))
def test_every_age_has_a_band_of_the_list(born: date, on: date) -> None:
    assert age_band(child(date_of_birth=born), on) in code_list("age_band").titles
