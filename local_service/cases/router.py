from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from local_service.cases import reading, service
from local_service.cases.file import read_file
from local_service.cases.models import CaseStatus
from local_service.cases.reading import CaseListItem, CaseRead, show_case
from local_service.cases.schemas import CaseCreate, CasePatch, CasePut, Source
from local_service.deps import OptionalIfMatchDep, SettingsDep
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.pagination import Page, PageDep
from service_kit.problems import ApiProblem
from service_kit.routes import StrictRoute
from shared_schemas.codes import SourceSystem
from shared_schemas.text import Reference

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=StrictRoute)
ReadingDep = Annotated[Acting, Requires("cases:read")]
WritingDep = Annotated[Acting, Requires("cases:write")]
REFERENCE_PATH = "/by-reference/{source_system}/{reference}"  # read by SourceDep


async def read_source(source_system: SourceSystem, reference: Reference) -> Source:
    """Read a source and reference from the path."""
    return Source(source_system=source_system, reference=reference)


SourceDep = Annotated[Source, Depends(read_source)]


@router.post("", status_code=201, summary="Record a case", response_model=CaseRead)
async def post_case(body: CaseCreate, acting: WritingDep, once: OnceDep, settings: SettingsDep) -> Response:
    """Record an incident with one or more children. The clock of the rapid review runs from receipt.

    Whether it is a serious child safeguarding case is computed from what is recorded; see its assessment.
    """
    file = await service.record_case(acting, settings, body)
    headers = {"Location": f"/v1/cases/{file.case.id}", "ETag": etag(file.case.version)}
    return await once.answer(await show_case(acting, settings, file), status=201, headers=headers)


@router.get("", summary="List cases")
async def list_cases(
    acting: ReadingDep,
    page: PageDep,
    status: Annotated[CaseStatus | None, Query(description="Only those with this status.")] = None,
    source_system: Annotated[
        SourceSystem | None, Query(description="Only those recorded from this system.")
    ] = None,
    parked: Annotated[
        bool | None,
        Query(description="Only those about which nothing more is sent until a person acts, or the others."),
    ] = None,
) -> Page[CaseListItem]:
    """List your organisation's cases, newest first. No item names a child."""
    found = await reading.list_cases(acting, page, status=status, source_system=source_system, parked=parked)
    await acting.audit("case.listed", "case", None, {"count": len(found.items)})
    return found


@router.get("/{case_id}", summary="Read a case in full")
async def read_case(case_id: UUID, acting: ReadingDep, settings: SettingsDep, response: Response) -> CaseRead:
    """Read a case: facts, assessment, notification, reviews, decisions, duties, messages, and what may be done next."""
    file = await read_file(acting, case_id)
    await acting.audit("case.read", "case", file.case.id, {"version": file.case.version})
    response.headers["ETag"] = etag(file.case.version)
    return await show_case(acting, settings, file)


@router.patch("/{case_id}", summary="Change a case's facts")
async def patch_case(
    case_id: UUID,
    body: CasePatch,
    acting: WritingDep,
    expected: IfMatchDep,
    settings: SettingsDep,
    response: Response,
) -> CaseRead:
    """Replace the members given, each whole; the others stay. What was notified already stays as it was sent."""
    file = await service.change_case(acting, settings, case_id, expected, body)
    response.headers["ETag"] = etag(file.case.version)
    return await show_case(acting, settings, file)


@router.put(REFERENCE_PATH, summary="Record a case under your own reference")
async def put_case_by_reference(
    source: SourceDep,
    body: CasePut,
    acting: WritingDep,
    expected: OptionalIfMatchDep,
    settings: SettingsDep,
    response: Response,
) -> CaseRead:
    """Record a case under what your system calls it, or bring it up to date; safe to repeat without a key.

    New: 201. The same facts again: 200, nothing changes. Other facts: give the ETag you last read in If-Match.
    """
    file, is_new = await service.put_case(acting, settings, source, body.incident, expected)
    if is_new:
        response.status_code = 201
        response.headers["Location"] = f"/v1/cases/{file.case.id}"
    else:
        await acting.audit("case.read", "case", file.case.id, {"version": file.case.version})
    response.headers["ETag"] = etag(file.case.version)
    return await show_case(acting, settings, file)


@router.get(REFERENCE_PATH, summary="Read a case by your own reference")
async def read_case_by_reference(
    source: SourceDep, acting: ReadingDep, settings: SettingsDep, response: Response
) -> CaseRead:
    """Read the case that your system knows under this reference."""
    file = await service.find_by_reference(acting, source)
    if file is None:
        raise ApiProblem("not-found")
    await acting.audit("case.read", "case", file.case.id, {"version": file.case.version})
    response.headers["ETag"] = etag(file.case.version)
    return await show_case(acting, settings, file)
