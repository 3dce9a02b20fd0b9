from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select

from panel_service.partnerships.models import Partnership
from panel_service.partnerships.schemas import PartnershipRead
from panel_service.partnerships.service import find_partnership
from service_kit.acting import Acting, Requires
from service_kit.pagination import Page, PageDep, make_page, newest_first

router = APIRouter(prefix="/v1/partnerships", tags=["partnerships"])


@router.get("", summary="List the partnerships the Panel exchanges with")
async def list_partnerships(
    acting: Annotated[Acting, Requires("partnerships:read")], page: PageDep
) -> Page[PartnershipRead]:
    """List every partnership that is connected, newest first."""
    rows = (
        (await acting.session.execute(newest_first(select(Partnership), Partnership.id, page)))
        .scalars()
        .all()
    )
    return make_page(rows, page, PartnershipRead.model_validate, lambda row: row.id)


@router.get("/{partnership_id}", summary="Read a partnership")
async def read_partnership(
    partnership_id: UUID, acting: Annotated[Acting, Requires("partnerships:read")]
) -> PartnershipRead:
    """Give one partnership's code, name and link."""
    return PartnershipRead.model_validate(await find_partnership(acting, partnership_id))
