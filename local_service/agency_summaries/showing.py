"""Agencies' summaries as they are read."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from local_service.agency_summaries.models import AgencySummary, SummaryState
from local_service.agency_summaries.rules import ESTABLISHES, MOVES, SummaryMove
from local_service.agency_summaries.schemas import SummaryContent, SummaryItem, SummaryRead
from local_service.agency_summaries.service import count_submissions, due_days
from local_service.information_requests.schemas import Agency
from local_service.next_moves import next_moves
from service_kit.acting import Acting


def show_item(summary: AgencySummary, due: Mapping[UUID, date]) -> SummaryItem:
    """Show a summary in a list."""
    return SummaryItem(
        id=summary.id,
        case_id=summary.case_id,
        version=summary.version,
        state=SummaryState(summary.state),
        agency=Agency.model_validate(summary.agency),
        request_id=summary.request_id,
        answered_by=summary.answered_by,
        due_on=due.get(summary.request_id) if summary.request_id is not None else None,
        invited_at=summary.invited_at,
        submitted_at=summary.submitted_at,
        accepted_at=summary.accepted_at,
    )


async def show_summary(acting: Acting, summary: AgencySummary) -> SummaryRead:
    """Show a summary in full."""
    item = show_item(summary, await due_days(acting, [summary]))
    return SummaryRead(
        **item.model_dump(),
        content=SummaryContent.model_validate(summary.content),
        submissions=await count_submissions(acting, summary),
        returned_reasons=summary.returned_reasons,
        invited_by=summary.invited_by,
        accepted_by=summary.accepted_by,
        allowed_actions=next_moves(MOVES, SummaryState(summary.state), list(SummaryMove), ESTABLISHES),
    )
