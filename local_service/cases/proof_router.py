"""What proves that a case's messages crossed, for those who may read the case."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from local_service.cases.file import read_file
from local_service.deps import SettingsDep
from service_kit.acting import Acting, Requires
from service_kit.exchange.proving.routes import prove_audited
from shared_schemas.exchange.proofs import Proof

router = APIRouter(prefix="/v1/cases", tags=["cases"])


@router.get("/{case_id}/proof", summary="Prove what crossed about a case")
async def get_proof(
    case_id: UUID,
    acting: Annotated[Acting, Requires("cases:read", "exchange:read")],
    settings: SettingsDep,
    *,
    with_bodies: Annotated[
        bool, Query(description="With each message's exact bytes: what was said about children.")
    ] = False,
) -> Proof:
    """Give every message of the case with its receipt, as one file that anybody with the public keys can check.

    Keep the answer as it is, and check it with `python -m shared_schemas.verify_proof FILE --key …`. Every reading
    is audited. 404 too where nothing of the case has ever crossed.
    """
    file = await read_file(acting, case_id)
    return await prove_audited(
        acting,
        settings.key_bytes(),
        str(file.case.exchange_reference),
        with_bodies=with_bodies,
        about=("case", file.case.id),
    )
