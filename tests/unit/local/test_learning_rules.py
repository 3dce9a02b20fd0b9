from datetime import date, timedelta
from typing import Any

import pytest

from local_service.cases.models import CaseStatus
from local_service.learning.models import ShareState
from local_service.learning.rules import (
    MOVES,
    ShareMove,
    check_names_no_child,
    is_overdue,
    names_a_child,
    why_no_further_share,
    why_no_learning,
    why_not,
    why_not_onward,
)
from service_kit.problems import ApiProblem
from shared_schemas.messages.exercise import MOST_SHARES
from tests.support.offices import child
from tests.unit.local.filing import facts, file, notification

TOLD = child(
    first_name="Zoë",
    surname="O'Neill Marsh",
    other_names=["K", "Bibi"],
    la_child_id="LA100234",
    nhs_number="943 476 5919",
)
DAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    "text",
    [
        "When Zoë was seen",
        "when zoe was seen",
        "ZOE'S bruising",
        "The O\N{RIGHT SINGLE QUOTATION MARK}Neill  Marsh family",
        "also known as (Bibi).",
        "see LA100234",
        "see la100234.",
        "NHS 943 476 5919",
        "NHS 9434765919",
        "NHS 943-476-5919",
    ],
)
def test_a_text_that_names_a_child_is_known(text: str) -> None:
    assert names_a_child(text, facts(children=[TOLD]).children)


@pytest.mark.parametrize(
    "text",
    [
        "Zoetic medicine",
        "The Marsh Farm estate",
        "vitamin K was given",
        "form LA1002345",
        "94347659190",
        "Bruising in a baby who is not mobile needs a same-day paediatric view.",
    ],
)
def test_a_text_that_names_nobody_is_let_through(text: str) -> None:
    assert not names_a_child(text, facts(children=[TOLD]).children)


@pytest.mark.parametrize("text", ["Mary was seen", "jane's bruising", "mary-jane", "Mary  Jane"])
def test_a_child_is_named_by_each_of_its_first_names(text: str) -> None:
    named = facts(children=[child(first_name="Mary Jane", surname="Marsh")]).children
    assert names_a_child(text, named)
    assert not names_a_child("Maryland's guidance", named)


def test_the_refusal_points_and_repeats_nothing() -> None:
    texts: dict[str, Any] = {"/audience": "Everybody", "/learning": "Zoë was seen.", "/how": None}
    with pytest.raises(ApiProblem) as refused:
        check_names_no_child(texts, facts(children=[TOLD]).children)
    (error,) = refused.value.errors or []
    assert (error.pointer, error.code) == ("/learning", "learning_names_child")
    assert "Zo" not in (refused.value.body(None) or b"").decode()


@pytest.mark.parametrize("state", ShareState)
@pytest.mark.parametrize("move", ShareMove)
def test_only_what_is_planned_moves(state: ShareState, move: ShareMove) -> None:
    assert (why_not(move, state) is None) == (state is ShareState.PLANNED)
    assert bool(MOVES[state]) == (state is ShareState.PLANNED)


@pytest.mark.parametrize("state", ShareState)
def test_a_plan_is_overdue_once_its_day_has_passed(state: ShareState) -> None:
    assert is_overdue(state, DAY, DAY + timedelta(days=1)) == (state is ShareState.PLANNED)
    assert not is_overdue(state, DAY, DAY)


def test_it_goes_to_the_panel_once_and_after_the_notification() -> None:
    notified = file(notifications=[notification(sent=True)])
    assert why_not_onward(notified, sent=False) is None
    again, before = why_not_onward(notified, sent=True), why_not_onward(file(), sent=False)
    assert again is not None
    assert before is not None
    assert before.rule == "Children Act 2004 s16C(1)"
    assert before.allowed == ("draft_notification", "authorise_notification")


def test_a_message_holds_so_many_shares() -> None:
    assert why_no_further_share(MOST_SHARES - 1) is None
    assert why_no_further_share(MOST_SHARES) is not None


@pytest.mark.parametrize("status", CaseStatus)
def test_learning_is_recorded_also_after_a_case_is_closed(status: CaseStatus) -> None:
    allowed = why_no_learning(file(status=status)) is None
    assert allowed == (status in {CaseStatus.OPEN, CaseStatus.CLOSED})
