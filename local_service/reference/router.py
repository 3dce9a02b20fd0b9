from typing import Annotated

from fastapi import APIRouter

from service_kit.acting import Acting, Requires
from shared_schemas.reference import LocalAuthority, PoliceForce, local_authorities, police_forces

router = APIRouter(prefix="/v1", tags=["reference"])


@router.get("/local-authorities", summary="List the local authorities of England")
async def list_local_authorities(_: Annotated[Acting, Requires("reference:read")]) -> list[LocalAuthority]:
    """List every authority with children's services: DfE code, ONS code, name, region."""
    return list(local_authorities())


@router.get("/police-forces", summary="List the police forces of England")
async def list_police_forces(_: Annotated[Acting, Requires("reference:read")]) -> list[PoliceForce]:
    """List the 39 territorial forces by the slug that stands in a case's facts."""
    return list(police_forces())
