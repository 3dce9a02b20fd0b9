from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from local_service.cases.file import lock_file, read_file
from local_service.duplicates.schemas import PossibleDuplicate, RelationGiven, RelationRead
from local_service.duplicates.service import possible_duplicates, relate, relations_of
from service_kit.acting import Acting, Requires
from service_kit.etags import IfMatchDep, etag
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["duplicates"], route_class=StrictRoute)
ReadingDep = Annotated[Acting, Requires("cases:read")]


@router.get("/possible-duplicates", summary="List cases that may be the same incident")
async def read_possible_duplicates(case_id: UUID, acting: ReadingDep) -> list[PossibleDuplicate]:
    """List your organisation's cases that share a child, or a birth, time and area, the likeliest first, with reasons."""
    file = await read_file(acting, case_id)
    found = await possible_duplicates(acting, file)
    await acting.audit("case.duplicates_read", "case", file.case.id, {"count": len(found)})
    return found


@router.post("/relations", status_code=201, summary="Relate a case to another", response_model=RelationRead)
async def post_relation(
    case_id: UUID,
    body: RelationGiven,
    acting: Annotated[Acting, Requires("cases:close")],
    expected: IfMatchDep,
    once: OnceDep,
) -> Response:
    """Record that two cases are the same incident, or are not, or that this one follows one that was withdrawn.

    Nothing is merged and nothing sent: where both were notified, the authority withdraws one.
    """
    file = await lock_file(acting, case_id)
    relation = await relate(acting, file, expected, body)
    headers = {"Location": f"/v1/cases/{case_id}/relations", "ETag": etag(file.case.version)}
    return await once.answer(RelationRead.model_validate(relation), status=201, headers=headers)


@router.get("/relations", summary="List how a case is related to others")
async def read_relations(case_id: UUID, acting: ReadingDep) -> list[RelationRead]:
    """List every finding on this case and another, the first one first; the latest on a pair stands."""
    file = await read_file(acting, case_id)
    await acting.audit("case.relations_read", "case", file.case.id)
    return [RelationRead.model_validate(row) for row in await relations_of(acting, file.case.id)]
