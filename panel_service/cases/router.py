from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from panel_service.cases.models import CaseState
from panel_service.cases.pseudonymised import PseudonymisedCase
from panel_service.cases.schemas import CaseListed, CaseRead, PseudonymisedListed
from panel_service.cases.service import list_cases
from panel_service.cases.versions import VersionChanges, compare_versions
from panel_service.cases.view import read_case
from service_kit.acting import Acting, Requires
from service_kit.etags import etag
from service_kit.pagination import Page, PageDep

router = APIRouter(prefix="/v1/cases", tags=["cases"])


@router.get("", summary="List cases, newest first")
async def get_cases(
    acting: Annotated[Acting, Requires("cases:read-pseudonymised")],
    page: PageDep,
    state: Annotated[CaseState | None, Query(description="Only cases in this state.")] = None,
    partnership: Annotated[UUID | None, Query(description="Only one partnership's, by its id.")] = None,
    exchange_reference: Annotated[
        UUID | None, Query(description="The case that both services know by this reference.")
    ] = None,
    parked: Annotated[
        bool | None,
        Query(description="Only those about which nothing more is sent until a person acts, or the others."),
    ] = None,
) -> Page[CaseListed] | Page[PseudonymisedListed]:
    """List the cases partnerships have notified. An item names no child, and to an analyst no partnership."""
    return await list_cases(
        acting,
        page,
        state=state,
        partnership=partnership,
        exchange_reference=exchange_reference,
        parked=parked,
    )


@router.get("/{case_id}", summary="Read a case")
async def get_case(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read-pseudonymised")], response: Response
) -> CaseRead | PseudonymisedCase:
    """Give notification, rapid review, local review and decisions together, with what was due when.

    Without the scope `cases:read` (an analyst) it is pseudonymised: no name, number, day, place or free text, ages
    in bands. Every reading is audited.
    """
    case, version = await read_case(acting, case_id)
    response.headers["ETag"] = etag(version)
    return case


@router.get(
    "/{case_id}/notifications/{version}/changes", summary="Show a correction beside the first version"
)
async def get_changes(
    case_id: UUID,
    version: Annotated[int, Path(ge=1, le=10_000)],
    acting: Annotated[Acting, Requires("cases:read")],
    beside: Annotated[int, Query(ge=1, le=10_000, description="The earlier version to compare with.")] = 1,
) -> VersionChanges:
    """Give each fact that differs between a version of the notification and an earlier one, with both values."""
    return await compare_versions(acting, case_id, version, beside)
