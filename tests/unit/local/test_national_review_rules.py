from dataclasses import replace
from uuid import UUID

import pytest

from local_service.cases.models import CaseStatus
from local_service.national_reviews.rules import fits_told, why_no_proposal, why_not_this_proposer
from shared_schemas.messages.national_reviews import CLOSED, OPENED, PUBLISHED, UPDATED
from tests.unit.local.filing import caller, file, rapid_review


@pytest.mark.parametrize(
    ("told", "message_type", "fits"),
    [
        ([], OPENED, True),
        ([], UPDATED, False),
        ([], PUBLISHED, False),
        ([OPENED], OPENED, False),
        ([OPENED], UPDATED, True),
        ([OPENED, UPDATED], CLOSED, True),
    ],
)
def test_the_opening_comes_first_and_once(told: list[str], message_type: str, *, fits: bool) -> None:
    assert fits_told(told, message_type) is fits


def test_a_proposal_goes_with_the_rapid_review_or_after_it() -> None:
    assert why_no_proposal(file(rapid_review=rapid_review(sent=True))) is None
    for early in (file(), file(rapid_review=rapid_review(complete=True))):
        refused = why_no_proposal(early)
        assert refused is not None
        assert refused.allowed == ("complete_rapid_review", "authorise_notification")
    closed = [status for status in CaseStatus if status != CaseStatus.OPEN]
    for status in closed:
        assert why_no_proposal(file(status=status, rapid_review=rapid_review(sent=True))) is not None


def test_a_person_proposes() -> None:
    person = caller(principal=UUID(int=3))
    assert why_not_this_proposer(person) is None
    refused = why_not_this_proposer(replace(person, is_person=False))
    assert refused is not None
    assert refused.problem == "forbidden"
