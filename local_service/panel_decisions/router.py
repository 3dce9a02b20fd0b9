from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from local_service.cases.file import read_file
from local_service.panel_decisions.schemas import PanelDecisionRead
from local_service.panel_decisions.service import show_decisions
from service_kit.acting import Acting, Requires

router = APIRouter(prefix="/v1/cases/{case_id}/panel-decisions", tags=["panel decisions"])


@router.get("", summary="List the Panel's decisions on a case")
async def list_panel_decisions(
    case_id: UUID, acting: Annotated[Acting, Requires("cases:read")]
) -> list[PanelDecisionRead]:
    """List what the Panel decided and sent back, the first one first; the last one stands."""
    file = await read_file(acting, case_id)
    await acting.audit("panel_decisions.read", "case", file.case.id)
    return show_decisions(file)
