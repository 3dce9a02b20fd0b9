from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel_service.cases.models import CaseState
from panel_service.cases.standing import standing_of
from panel_service.intake.models import DocumentKind
from panel_service.triage.rules import (
    DECISION_AWAITS_RELEASE,
    DOCUMENT_RECEIVED,
    QUERY_OVERDUE,
    RAPID_REVIEW_OVERDUE,
    RAPID_REVIEW_UNDECIDED,
    REASONS,
    RECEIVED_AFTER_DECISION,
    news_in,
    news_of,
    overdue_of,
    waiting_of,
    weight_of,
    without_news,
)

CODES = st.frozensets(st.sampled_from(sorted(REASONS)))
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_every_kind_of_document_after_the_decision_brings_its_case_back(kind: DocumentKind) -> None:
    assert RECEIVED_AFTER_DECISION in news_of(kind, 1, decided=True)


def test_a_correction_is_told_apart_and_an_unknown_kind_is_no_error() -> None:
    assert news_of("notification", 1, decided=False) == {"notification_received"}
    assert news_of("notification", 2, decided=False) == {"notification_corrected"}
    assert news_of("of_a_later_release", 1, decided=False) == {DOCUMENT_RECEIVED}


@given(needs=CODES)
def test_seeing_a_case_settles_news_and_nothing_that_waits_for_a_step(needs: frozenset[str]) -> None:
    assert without_news(needs) | news_in(needs) == needs
    assert not without_news(needs) & news_in(needs)
    assert RAPID_REVIEW_UNDECIDED not in news_in(needs)
    assert DECISION_AWAITS_RELEASE not in news_in(needs)


@given(needs=CODES, more=CODES)
def test_more_reasons_never_weigh_less(needs: frozenset[str], more: frozenset[str]) -> None:
    assert weight_of(needs | more) >= weight_of(needs)


def test_no_reason_speaks_of_a_death_or_a_harm() -> None:
    told = " ".join((*REASONS, *(reason.title for reason in REASONS.values())))
    assert not any(word in told.lower() for word in ("death", "died", "harm"))


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_an_undecided_rapid_review_waits_until_a_decision_is_recorded(
    open_case: bool, decided: bool, recorded: bool, has_rapid_review: bool
) -> None:
    waits = waiting_of(
        open_case=open_case, decided=decided, recorded=recorded, has_rapid_review=has_rapid_review
    )
    assert (RAPID_REVIEW_UNDECIDED in waits) == (
        open_case and has_rapid_review and not decided and not recorded
    )
    assert (DECISION_AWAITS_RELEASE in waits) == recorded


@pytest.mark.parametrize(("days", "overdue"), [(-1, True), (0, False), (1, False)])
def test_the_due_day_itself_is_in_time(days: int, overdue: bool) -> None:
    due = TODAY + timedelta(days=days)
    both = [QUERY_OVERDUE, RAPID_REVIEW_OVERDUE] if overdue else []
    assert overdue_of(rapid_review_due_on=due, query_due_on=due, today=TODAY) == both
    assert overdue_of(rapid_review_due_on=None, query_due_on=None, today=TODAY) == []


@pytest.mark.parametrize(
    ("released", "recorded", "query_open", "has_rapid_review", "state"),
    [
        (True, True, True, True, CaseState.DECIDED),
        (False, True, True, True, CaseState.AWAITING_RELEASE),
        (False, False, True, True, CaseState.AWAITING_INFORMATION),
        (False, False, True, False, CaseState.AWAITING_INFORMATION),
        (False, False, False, True, CaseState.AWAITING_DECISION),
        (False, False, False, False, CaseState.AWAITING_RAPID_REVIEW),
    ],
)
def test_where_a_case_stands(
    released: bool, recorded: bool, query_open: bool, has_rapid_review: bool, state: CaseState
) -> None:
    found = standing_of(
        released=released, recorded=recorded, query_open=query_open, has_rapid_review=has_rapid_review
    )
    assert found == state
