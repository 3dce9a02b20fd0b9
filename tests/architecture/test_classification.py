"""How sensitive a field is decides what may cross and what a log may hold."""

import pytest

from service_kit.logs import ALLOWED_KEYS
from shared_schemas.classification import Classification, classified_fields
from shared_schemas.messages.catalogue import FROM_BOTH, FROM_LOCAL, FROM_PANEL
from shared_schemas.messages.entries import CataloguedMessage
from shared_schemas.messages.local import NotificationBody

EVERY_MESSAGE = (*FROM_LOCAL, *FROM_PANEL, *FROM_BOTH)


@pytest.mark.parametrize("message", FROM_PANEL, ids=lambda message: message.name)
def test_nothing_that_identifies_a_child_goes_back_to_a_partnership(message: CataloguedMessage) -> None:
    assert Classification.IDENTIFYING not in classified_fields(message.body).values()


@pytest.mark.parametrize("message", EVERY_MESSAGE, ids=lambda message: message.name)
def test_no_log_key_is_the_name_of_a_classified_field(message: CataloguedMessage) -> None:
    names = {path.strip("/*").rsplit("/", 1)[-1] for path in classified_fields(message.body)}
    assert not names & ALLOWED_KEYS


@pytest.mark.parametrize("message", EVERY_MESSAGE, ids=lambda message: message.name)
def test_every_catalogued_example_is_valid(message: CataloguedMessage) -> None:
    read = message.body.model_validate(message.example)
    assert message.body.model_validate_json(read.model_dump_json()) == read


def test_what_identifies_a_child_is_classified() -> None:
    fields = classified_fields(NotificationBody)
    for name in (
        "first_name",
        "surname",
        "date_of_birth",
        "nhs_number",
        "unique_pupil_number",
        "postcode",
        "la_child_id",
    ):
        assert fields[f"/incident/children/*/{name}"] == Classification.IDENTIFYING
    assert fields["/incident/summary"] == Classification.SPECIAL_CATEGORY
    assert fields["/incident/perpetrator_relationships"] == Classification.CRIMINAL
