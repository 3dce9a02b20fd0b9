from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from local_service.cases.file import read_file
from local_service.chronology.service import Chronology, read_chronology
from service_kit.acting import Acting, Requires

# It shows what the summaries and the answers say, to nobody who may not read these themselves.
ReadingDep = Annotated[Acting, Requires("cases:read", "agency-summaries:read", "information-requests:read")]
router = APIRouter(prefix="/v1/cases/{case_id}/chronology", tags=["agency summaries"])


@router.get("", summary="Read the one chronology of a case")
async def get_chronology(case_id: UUID, acting: ReadingDep) -> Chronology:
    """Read what all agencies told, by day and time, each entry with its source; several agencies' days are flagged.

    Submitted and accepted summaries are in it. Answers to requests, summaries among them, are locked to the purpose of s16F
    (Children Act 2004 s16H(4)): for any other `Access-Purpose` they are left out and counted.
    """
    file = await read_file(acting, case_id)
    await acting.audit("chronology.read", "case", file.case.id)
    return await read_chronology(acting, file.case.id)
