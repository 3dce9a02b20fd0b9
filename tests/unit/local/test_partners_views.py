from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from local_service.cases.models import CaseStatus
from local_service.rapid_reviews.view_models import PartnersView
from local_service.rapid_reviews.view_rules import (
    MOST_PARTNERS,
    as_section,
    check_signed_on,
    standing_views,
    why_no_further_partner,
    why_no_view,
    why_not_outstanding,
    why_not_this_partner,
)
from service_kit.problems import ApiProblem
from shared_schemas.incidents import SafeguardingPartnerKind
from tests.unit.local.filing import NOW, caller, file, rapid_review

POLICE = SafeguardingPartnerKind.POLICE


def view(
    organisation: str = "Sussex Police", *, dissents: bool | None = False, **changes: Any
) -> PartnersView:
    signed = dissents is not None
    facts: dict[str, Any] = {
        "id": uuid4(),
        "partner": POLICE,
        "organisation": organisation,
        "dissents": dissents,
        "reasons": "For these reasons." if dissents else None,
        "signed_off": signed,
        "signed_off_on": date(2026, 1, 2) if signed else None,
        "outstanding_reason": None if signed else "On leave.",
        "recorded_by_name": "A. Chief",
    }
    return PartnersView(**facts | changes)


def test_the_latest_of_each_partner_stands() -> None:
    first, other, later = view(), view("NHS Sussex", dissents=None), view("sussex  POLICE", dissents=True)
    assert standing_views([first, other, later]) == [later, other]
    dissent, outstanding = as_section([first, other, later])
    assert (dissent.dissents, dissent.view, dissent.signed_off_by) == (True, "For these reasons.", "A. Chief")
    assert (outstanding.signed_off, outstanding.signed_off_by) == (False, None)
    assert outstanding.outstanding_reason == "On leave."


@pytest.mark.parametrize(
    ("earlier", "allowed"),
    [
        ([], True),
        ([view("SUSSEX police")], True),
        ([view("Kent Police")], False),
        ([view(partner=SafeguardingPartnerKind.LOCAL_AUTHORITY)], False),
        ([view("Kent Police", dissents=None)], True),
    ],
)
def test_a_person_signs_for_one_partner(earlier: list[PartnersView], allowed: bool) -> None:
    refusal = why_not_this_partner(caller(), earlier, POLICE, "Sussex Police")
    assert (refusal is None) == allowed
    if refusal is not None:
        assert (refusal.problem, refusal.rule) == ("conflict", "Children Act 2004 s16E(3)")


def test_a_system_signs_for_nobody() -> None:
    refusal = why_not_this_partner(caller(is_person=False), [], POLICE, "Sussex Police")
    assert refusal is not None
    assert refusal.rule == "Children Act 2004 s16E(3)"


def test_who_has_signed_is_not_outstanding() -> None:
    assert why_not_outstanding([view("Kent Police"), view(dissents=None)], POLICE, "Sussex Police") is None
    refusal = why_not_outstanding([view()], POLICE, "Sussex Police")
    assert refusal is not None
    assert refusal.allowed == ("complete_rapid_review",)


def test_the_section_holds_so_many_partners() -> None:
    views = [view(f"Police {number}") for number in range(MOST_PARTNERS)]
    assert why_no_further_partner(views, POLICE, "police 3") is None
    assert why_no_further_partner(views[1:], POLICE, "Another") is None
    assert why_no_further_partner(views, POLICE, "Another") is not None


def test_views_are_given_while_it_is_written() -> None:
    assert why_no_view(file(rapid_review=rapid_review())) is None
    late = why_no_view(file(rapid_review=rapid_review(complete=True)))
    assert late is not None
    assert (late.allowed, bool(late.rule)) == (("add_to_rapid_review",), True)
    for nothing in (file(), file(status=CaseStatus.CLOSED, rapid_review=rapid_review())):
        assert why_no_view(nothing) is not None


@pytest.mark.parametrize(
    ("day", "code"), [(date(2026, 1, 6), "date_in_the_future"), (date(2025, 12, 21), "before_receipt")]
)
def test_a_day_of_signing_that_cannot_be(day: date, code: str) -> None:
    received = datetime(2025, 12, 22, 10, tzinfo=UTC)
    check_signed_on(date(2026, 1, 5), received_at=received, now=NOW)
    with pytest.raises(ApiProblem) as refused:
        check_signed_on(day, received_at=received, now=NOW)
    assert [error.code for error in refused.value.errors or []] == [code]
