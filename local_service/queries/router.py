from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from local_service.cases.file import lock_file, read_file
from local_service.deps import SettingsDep
from local_service.queries.schemas import AnswerCreate, LetterRead, QueryRead
from local_service.queries.service import (
    answer_query,
    find_query,
    show_letters,
    show_one_query,
    show_queries,
)
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/cases/{case_id}/queries", tags=["queries"], route_class=StrictRoute)
letters = APIRouter(prefix="/v1/cases/{case_id}/letters", tags=["queries"], route_class=StrictRoute)
ReadingDep = Annotated[Acting, Requires("cases:read")]


@router.get("", summary="List the Panel's queries on a case")
async def list_queries(case_id: UUID, acting: ReadingDep) -> list[QueryRead]:
    """List what the Panel asks about a case with everything either side said, the first one first."""
    file = await read_file(acting, case_id)
    await acting.audit("panel_query.listed", "case", file.case.id)
    return await show_queries(acting, file.case.id)


@router.get("/{query_id}", summary="Read one query of the Panel")
async def read_query(case_id: UUID, query_id: UUID, acting: ReadingDep, response: Response) -> QueryRead:
    """Read one query with everything said in it."""
    file = await read_file(acting, case_id)
    query = await find_query(acting, file.case.id, query_id)
    await acting.audit("panel_query.read", "case", file.case.id, {"query": str(query.id)})
    response.headers["ETag"] = etag(query.version)
    return await show_one_query(acting, query)


@router.post(
    "/{query_id}/answer", status_code=201, summary="Answer a query of the Panel", response_model=QueryRead
)
async def post_answer(
    case_id: UUID,
    query_id: UUID,
    body: AnswerCreate,
    acting: Annotated[Acting, Requires("queries:answer")],
    expected: IfMatchDep,
    once: OnceDep,
    settings: SettingsDep,
) -> Response:
    """Answer, or say more, until the Panel closes the query. If-Match is the query's ETag.

    Facts are corrected by a new version of the notification, to which the answer may point.
    """
    file = await lock_file(acting, case_id)
    query = await answer_query(acting, settings, file, query_id, expected, body)
    return await once.answer(query, status=201, headers={"ETag": etag(query.version)})


@letters.get("", summary="List the Panel's letters about a case")
async def list_letters(case_id: UUID, acting: ReadingDep) -> list[LetterRead]:
    """List the letters as they came, the first one first. None of them lifts a duty of the authority's."""
    file = await read_file(acting, case_id)
    await acting.audit("panel_letter.listed", "case", file.case.id)
    return await show_letters(acting, file.case.id)
