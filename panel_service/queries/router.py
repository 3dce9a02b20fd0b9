from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from panel_service.cases.service import find_case
from panel_service.deps import SettingsDep
from panel_service.queries.schemas import QueryCreate, QueryEntryCreate, QueryRead
from panel_service.queries.service import (
    ask_further,
    close_query,
    entries_of,
    find_query,
    raise_query,
    show_queries,
    show_query,
)
from service_kit.acting import Acting, Requires
from service_kit.clock.working_days import london_date
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/cases/{case_id}/queries", tags=["queries"], route_class=StrictRoute)
WritingDep = Annotated[Acting, Requires("queries:write")]


@router.post("", status_code=201, summary="Ask the partnership about a case", response_model=QueryRead)
async def post_query(
    case_id: UUID, body: QueryCreate, acting: WritingDep, once: OnceDep, settings: SettingsDep
) -> Response:
    """Ask for more information: an undecided case awaits it until the partnership answers.

    The text goes to the partnership; one that holds a name or number of a child of the case is refused.
    """
    query = await raise_query(acting, settings, case_id, body)
    headers = {"Location": f"/v1/cases/{case_id}/queries/{query.id}", "ETag": etag(query.version)}
    return await once.answer(query, status=201, headers=headers)


@router.get("", summary="List the queries on a case")
async def list_queries(case_id: UUID, acting: Annotated[Acting, Requires("cases:read")]) -> list[QueryRead]:
    """List every query with what either side said, the first one first."""
    case = await find_case(acting, case_id)
    await acting.audit("query.listed", "case", case.id)
    return await show_queries(acting, case.id)


@router.get("/{query_id}", summary="Read one query")
async def read_query(
    case_id: UUID, query_id: UUID, acting: Annotated[Acting, Requires("cases:read")], response: Response
) -> QueryRead:
    """Read one query with everything said in it."""
    case = await find_case(acting, case_id)
    query = await find_query(acting, case.id, query_id)
    await acting.audit("query.read", "case", case.id, {"query": str(query.id)})
    response.headers["ETag"] = etag(query.version)
    return show_query(query, await entries_of(acting, case.id), london_date(acting.now))


@router.post("/{query_id}/entries", status_code=201, summary="Ask on in a query", response_model=QueryRead)
async def post_entry(
    case_id: UUID,
    query_id: UUID,
    body: QueryEntryCreate,
    acting: WritingDep,
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Ask the partnership further; the query is open again. If-Match is the query's ETag."""
    query = await ask_further(acting, settings, case_id, query_id, expected, body)
    return await once.answer(query, status=201, headers={"ETag": etag(query.version)})


@router.post("/{query_id}/closing", summary="Close a query", response_model=QueryRead)
async def post_closing(
    case_id: UUID,
    query_id: UUID,
    acting: WritingDep,
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Say that nothing more is needed; the partnership is told. If-Match is the query's ETag."""
    query = await close_query(acting, settings, case_id, query_id, expected)
    return await once.answer(query, status=200, headers={"ETag": etag(query.version)})
