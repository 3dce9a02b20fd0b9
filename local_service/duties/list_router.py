from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from local_service.duties.listing import DutyFilter, list_duties
from local_service.duties.pages import DatedPageDep
from local_service.duties.schemas import DutyListItem
from service_kit.acting import Acting, Requires
from service_kit.clock.duties import DutyStatus
from service_kit.clock.rule_sets import Kind
from service_kit.pagination import Page

router = APIRouter(prefix="/v1/duties", tags=["duties"])


class Responsible(StrEnum):
    """Whose duty it is."""

    LOCAL_AUTHORITY = "local_authority"
    SAFEGUARDING_PARTNERS = "safeguarding_partners"
    PANEL = "panel"


@router.get("", summary="List duties across cases")
async def list_all_duties(
    acting: Annotated[Acting, Requires("cases:read")],
    page: DatedPageDep,
    status: Annotated[
        list[DutyStatus] | None,
        Query(description="Only those with one of these statuses today.", max_length=10),
    ] = None,
    case_id: Annotated[UUID | None, Query(description="Only those of this case.")] = None,
    code: Annotated[
        str | None, Query(max_length=64, description="Only this duty, such as `rapid_review_completion`.")
    ] = None,
    kind: Annotated[Kind | None, Query(description="Only those of law, or only those of guidance.")] = None,
    responsible: Annotated[Responsible | None, Query(description="Only those that are theirs.")] = None,
    due_from: Annotated[date | None, Query(description="Only those due on this day or later.")] = None,
    due_to: Annotated[date | None, Query(description="Only those due on this day or earlier.")] = None,
) -> Page[DutyListItem]:
    """List the duties of all your organisation's cases by due date. Overdue and due soon are told as of now."""
    asked = DutyFilter(
        statuses=frozenset(status or ()),
        case_id=case_id,
        code=code,
        kind=kind,
        responsible=responsible.value if responsible else None,
        due_from=due_from,
        due_to=due_to,
    )
    found = await list_duties(acting, page, asked)
    await acting.audit("duties.listed", "case", case_id, {"count": len(found.items)})
    return found
