"""Who a credential says its caller is: the first thing a vendor asks."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from service_kit.acting import Acting, Requires

router = APIRouter(prefix="/v1", tags=["me"])


class Me(BaseModel):
    """The caller as the service sees it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "organisation_id": "01a05a43-fc00-7000-8000-00000000000a",
                    "organisation_code": "example",
                    "organisation_name": "Example organisation",
                    "principal_id": "01a05a43-fc00-7000-8000-0000000000c1",
                    "principal_name": "Records system",
                    "is_person": False,
                    "roles": ["integrator"],
                    "scopes": ["reference:read"],
                    "purpose": "statutory_duty",
                    "asserted_user": "user-4711",
                    "now": "2026-11-03T09:12:33.123456Z",
                }
            ]
        }
    )

    organisation_id: UUID
    organisation_code: str
    organisation_name: str
    principal_id: UUID | None
    principal_name: str
    is_person: bool
    roles: list[str]
    scopes: list[str] = Field(description="What the roles allow; each operation names the scope it needs.")
    purpose: str = Field(description="What is audited as the purpose of this request.")
    asserted_user: str | None
    now: datetime = Field(description="The service's time: what every due date is reckoned by.")


@router.get("/me", summary="Say who this credential is and what it may do")
async def read_me(acting: Annotated[Acting, Requires()]) -> Me:
    """Tell the caller its organisation, roles and scopes. Needs a good credential and no scope."""
    caller = acting.caller
    return Me(
        organisation_id=caller.organisation_id,
        organisation_code=caller.organisation_code,
        organisation_name=caller.organisation_name,
        principal_id=caller.principal_id,
        principal_name=caller.principal_name,
        is_person=caller.is_person,
        roles=sorted(caller.roles),
        scopes=sorted(acting.scopes),
        purpose=caller.purpose,
        asserted_user=caller.asserted_user,
        now=acting.now,
    )
