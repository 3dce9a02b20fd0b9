import pytest

from local_service.agency_summaries.models import SummaryState
from local_service.agency_summaries.rules import MOVES, SummaryMove, check_whole, why_no_summary, why_not
from local_service.agency_summaries.schemas import CONTENT, SummaryContent
from local_service.cases.models import CaseStatus
from service_kit.problems import ApiProblem
from tests.unit.local.filing import file


@pytest.mark.parametrize("state", SummaryState)
@pytest.mark.parametrize("move", SummaryMove)
def test_each_move_is_allowed_by_the_one_table(state: SummaryState, move: SummaryMove) -> None:
    refusal = why_not(move, state)
    assert (refusal is None) == (move in MOVES[state])
    if refusal is not None:
        assert (refusal.allowed, bool(refusal.rule)) == (tuple(MOVES[state]), True)


@pytest.mark.parametrize("left_out", ["period_from", "period_to", "involvement"])
def test_what_is_submitted_says_period_and_involvement(left_out: str) -> None:
    check_whole(SummaryContent.model_validate(CONTENT))
    with pytest.raises(ApiProblem) as refused:
        check_whole(SummaryContent.model_validate({k: v for k, v in CONTENT.items() if k != left_out}))
    (error,) = refused.value.errors or []
    assert (refused.value.problem_type.name, error.pointer) == ("incomplete", f"/content/{left_out}")


def test_a_case_that_is_not_open_asks_nobody() -> None:
    assert why_no_summary(file()) is None
    assert why_no_summary(file(status=CaseStatus.CLOSED)) is not None
