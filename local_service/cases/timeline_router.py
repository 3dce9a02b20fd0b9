from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from local_service.cases.file import read_file
from local_service.cases.timeline import Timeline, read_timeline
from service_kit.acting import Acting, Requires

router = APIRouter(prefix="/v1/cases/{case_id}/timeline", tags=["cases"])


@router.get("", summary="Read a case as one thread")
async def get_timeline(case_id: UUID, acting: Annotated[Acting, Requires("cases:read")]) -> Timeline:
    """Read one thread from the first information to the last recommendation: facts, events, messages, due dates."""
    file = await read_file(acting, case_id)
    found = await read_timeline(acting, file)
    await acting.audit("timeline.read", "case", file.case.id, {"count": len(found.items)})
    return found
