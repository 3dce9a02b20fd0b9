"""Every table of moves of both services: total over its states, closed over them, and obeyed by its refusals."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_service.agency_summaries import rules as agency_summaries
from local_service.agency_summaries.models import SummaryState
from local_service.case_course import rules as case_course
from local_service.cases.models import CaseStatus
from local_service.improvements import rules as local_improvements
from local_service.information_requests import rules as local_requests
from local_service.information_requests.models import RequestState as LocalRequestState
from local_service.learning import rules as learning
from local_service.learning.models import ShareState
from local_service.local_reviews import publication_rules
from local_service.local_reviews.models import LocalReviewState
from local_service.panel_requests import rules as panel_requests
from local_service.queries import rules as local_queries
from local_service.queries.models import QueryState as LocalQueryState
from local_service.screenings import rules as screenings
from local_service.screenings.models import ScreeningState
from panel_service.decisions import rules as decisions
from panel_service.decisions.models import DecisionState
from panel_service.improvements import rules as improvements
from panel_service.improvements.models import ImprovementState
from panel_service.information_requests import rules as requests
from panel_service.information_requests.models import RequestState
from panel_service.letters import rules as letters
from panel_service.letters.models import LetterState
from panel_service.meetings import rules as meetings
from panel_service.meetings.models import MeetingState
from panel_service.national_reviews import rules as national_reviews
from panel_service.national_reviews.states import MOVES as NATIONAL_REVIEW_MOVES
from panel_service.national_reviews.states import Move, ReviewState
from panel_service.queries import rules as queries
from panel_service.queries.models import QueryState
from service_kit.moves import Refusal, why_no_move
from tests.unit.local.filing import file, notification, rapid_review

LONG_AGO, NOW = date(2026, 1, 5), datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
Why = Callable[[Any, Any], Refusal | None]


@dataclass(frozen=True)
class Table:
    """A table of moves, the refusals that stand before it, and what each move leads to where the states are stored.

    ``leads_to`` gives no state where a move changes none; its keys are all the moves there are.
    """

    name: str
    states: type[StrEnum]
    moves: Mapping[Any, Collection[str]]
    why_not: Why
    leads_to: Mapping[Any, tuple[StrEnum, ...]]
    first: StrEnum
    final: frozenset[StrEnum]

    def next_states(self, state: StrEnum, move: str) -> tuple[StrEnum, ...]:
        """Give the states to which an allowed move may lead."""
        row = self.moves[state]
        if isinstance(row, Mapping):
            return (row[move],)
        return self.leads_to[move] or (state,)


def only_names(moves: Mapping[Any, Collection[str]]) -> dict[str, tuple[StrEnum, ...]]:
    """Give the moves of a table that says itself to which state each leads."""
    return {move: () for row in moves.values() for move in row}


def why_no_course(status: CaseStatus, move: str) -> Refusal | None:
    owes_nothing: dict[str, Any] = {
        "notifications": [notification(sent=True)],
        "rapid_review": rapid_review(sent=True),
    }
    if move == case_course.CLOSE:
        return case_course.why_no_closure(file(status=status, **owes_nothing))
    if move == case_course.REOPEN:
        return case_course.why_no_reopening(file(status=status))
    return case_course.why_not_not_notifiable(file(status=status))


_R, _I = local_requests.RequestMove, local_improvements.AnswerState
_P = panel_requests.PanelRequestState
TABLES = (
    Table(
        "screenings",
        ScreeningState,
        screenings.MOVES,
        screenings.why_no_move,
        {
            screenings.RECORD_CASE: (ScreeningState.RECORDED_AS_CASE,),
            screenings.NOT_NOTIFY: (ScreeningState.NOT_NOTIFIED,),
            screenings.REOPEN: (ScreeningState.RECEIVED,),
        },
        ScreeningState.RECEIVED,
        frozenset({ScreeningState.RECORDED_AS_CASE}),
    ),
    Table(
        "case course",
        CaseStatus,
        case_course.MOVES,
        why_no_course,
        {
            case_course.RECORD_NOT_NOTIFIABLE: (CaseStatus.NOT_NOTIFIABLE,),
            case_course.CLOSE: (CaseStatus.CLOSED,),
            case_course.REOPEN: (CaseStatus.OPEN,),
        },
        CaseStatus.OPEN,
        frozenset({CaseStatus.WITHDRAWN}),
    ),
    Table(
        "requests of a partnership",
        LocalRequestState,
        local_requests.MOVES,
        lambda state, move: local_requests.why_not(_R(move), state),
        {move: (state,) for move, state in local_requests.LEADS_TO.items()},
        LocalRequestState.MADE,
        frozenset({LocalRequestState.CLOSED, LocalRequestState.WITHDRAWN}),
    ),
    Table(
        "the Panel's requests to a partnership",
        _P,
        panel_requests.MOVES,
        lambda state, _move: panel_requests.why_no_information(state),
        {"give_information": (_P.COMPLIED, _P.PARTLY_COMPLIED, _P.REFUSED)},
        _P.AWAITING_ANSWER,
        frozenset({_P.COMPLIED}),
    ),
    Table(
        "a partnership's answers to improvements",
        _I,
        local_improvements.MOVES,
        local_improvements.why_no_move,
        {
            "respond": (_I.ACCEPTED, _I.REJECTED),
            "report_implementation": (_I.ACCEPTED, _I.IN_PROGRESS, _I.IMPLEMENTED, _I.NOT_IMPLEMENTED),
        },
        _I.AWAITING_RESPONSE,
        frozenset({_I.IMPLEMENTED}),
    ),
    Table(
        "agency summaries",
        SummaryState,
        agency_summaries.MOVES,
        lambda state, move: agency_summaries.why_not(agency_summaries.SummaryMove(move), state),
        {
            agency_summaries.SummaryMove.WRITE: (),
            agency_summaries.SummaryMove.SUBMIT: (SummaryState.SUBMITTED,),
            agency_summaries.SummaryMove.RETURN: (SummaryState.RETURNED,),
            agency_summaries.SummaryMove.ACCEPT: (SummaryState.ACCEPTED,),
        },
        SummaryState.DRAFT,
        frozenset(),
    ),
    Table(
        "shares of learning",
        ShareState,
        learning.MOVES,
        lambda state, move: learning.why_not(learning.ShareMove(move), state),
        {
            learning.ShareMove.SHARE: (ShareState.SHARED,),
            learning.ShareMove.DROP: (ShareState.DROPPED,),
        },
        ShareState.PLANNED,
        frozenset({ShareState.SHARED, ShareState.DROPPED}),
    ),
    Table(
        "the Panel's queries at a partnership",
        LocalQueryState,
        local_queries.MOVES,
        lambda state, _move: local_queries.why_no_answer(state),
        {"answer_query": (LocalQueryState.ANSWERED,)},
        LocalQueryState.OPEN,
        frozenset({LocalQueryState.CLOSED}),
    ),
    Table(
        "local reviews",
        LocalReviewState,
        publication_rules.MOVES,
        publication_rules.why_no_move,
        only_names(publication_rules.MOVES),
        LocalReviewState.IN_PROGRESS,
        frozenset({LocalReviewState.NO_LONGER_AVAILABLE}),
    ),
    Table(
        "decisions",
        DecisionState,
        decisions.MOVES,
        decisions.why_no_release,
        {"release_decision": (DecisionState.RELEASED,), "withdraw_decision": (DecisionState.WITHDRAWN,)},
        DecisionState.RECORDED,
        frozenset({DecisionState.RELEASED, DecisionState.WITHDRAWN}),
    ),
    Table(
        "meetings",
        MeetingState,
        meetings.MOVES,
        lambda state, move: why_no_move(meetings.MOVES, state, move, of="It", rule=meetings.PROCEEDINGS),
        {
            "set_agenda": (),
            "declare_interest": (),
            "hold": (MeetingState.HELD,),
            "write_minutes": (),
            "approve_minutes": (MeetingState.MINUTES_APPROVED,),
        },
        MeetingState.PLANNED,
        frozenset({MeetingState.MINUTES_APPROVED}),
    ),
    Table(
        "queries",
        QueryState,
        queries.MOVES,
        queries.why_not,
        # What is asked further opens it; only the partnership's answer, no move of the Panel, makes it answered.
        {"ask_further": (QueryState.OPEN,), "close_query": (QueryState.CLOSED,)},
        QueryState.ANSWERED,
        frozenset({QueryState.CLOSED}),
    ),
    Table(
        "letters",
        LetterState,
        letters.MOVES,
        letters.why_not,
        {"change_letter": (), "sign_letter": (LetterState.ISSUED,)},
        LetterState.DRAFT,
        frozenset({LetterState.ISSUED}),
    ),
    Table(
        "improvements",
        ImprovementState,
        improvements.MOVES,
        improvements.why_no_move,
        only_names(improvements.MOVES),
        ImprovementState.IDENTIFIED,
        # What was superseded still takes an answer: it changes nothing.
        frozenset(),
    ),
    Table(
        "requests of the Panel",
        RequestState,
        requests.MOVES,
        lambda state, move: requests.why_no_move(state, move, due_on=LONG_AGO, now=NOW),
        only_names(requests.MOVES),
        RequestState.DRAFTED,
        frozenset({RequestState.COMPLIED, RequestState.WITHDRAWN}),
    ),
    # Its states are derived from what is recorded: their walks are in test_national_review_moves.py.
    Table(
        "national reviews",
        ReviewState,
        NATIONAL_REVIEW_MOVES,
        national_reviews.why_not_in_state,
        dict.fromkeys(Move, ()),
        ReviewState.PROPOSED,
        frozenset(),
    ),
)
# Other than by the moves of its own table: by what comes from elsewhere, or by a step of another resource.
OTHERWISE: Mapping[str, frozenset[StrEnum]] = {
    "case course": frozenset({CaseStatus.WITHDRAWN}),
    "the Panel's queries at a partnership": frozenset({LocalQueryState.CLOSED}),
    "national reviews": frozenset(ReviewState),
}
every_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


@every_table
def test_every_state_has_its_moves_and_every_move_is_known(table: Table) -> None:
    assert set(table.moves) == set(table.states)
    assert {move for row in table.moves.values() for move in row} == set(table.leads_to)
    assert {state for state in table.states if not table.moves[state]} == table.final


@every_table
def test_the_refusal_and_the_table_agree(table: Table) -> None:
    for state in table.states:
        for move in table.leads_to:
            refusal = table.why_not(state, move)
            assert (refusal is None) == (move in table.moves[state]), (state, move)
            if refusal is not None:
                assert refusal.detail
                assert set(refusal.allowed) == set(table.moves[state])


@every_table
def test_every_state_can_be_reached(table: Table) -> None:
    reached: set[StrEnum] = {table.first}
    while True:
        ahead = {
            after
            for state in reached
            for move in table.moves[state]
            for after in table.next_states(state, move)
        }
        if ahead <= reached:
            break
        reached |= ahead
    assert reached <= set(table.states)
    assert set(table.states) - reached <= OTHERWISE.get(table.name, frozenset())


@every_table
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_walk_leaves_the_states_and_what_is_refused_changes_nothing(
    table: Table, data: st.DataObject
) -> None:
    state: StrEnum = table.first
    for move in data.draw(st.lists(st.sampled_from(sorted(table.leads_to)), max_size=25)):
        refusal = table.why_not(state, move)
        assert table.why_not(state, move) == refusal
        if refusal is not None:
            assert move not in table.moves[state]
            continue
        assert state not in table.final
        state = data.draw(st.sampled_from(table.next_states(state, move)))
        assert isinstance(state, table.states)
        assert state in table.moves
